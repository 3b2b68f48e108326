"""Checking a release: its place in the log, the log's signatures, its unit's thread, and its number."""

from collections.abc import Mapping

from survey.log.facts import BEGIN, RELEASE, WITHDRAW, Leaf
from survey.log.policy import Policy
from witness.ed25519 import check
from witness.verify import accounted, number, thread, values, visits
from witness.verify.findings import Report
from witness.verify.proof_file import ProofFile, TestsFile

_LATE_MS = 72 * 3_600_000
"""A release is logged within the hour; what was logged this much later was not out when it says."""


def verify(file: ProofFile, policy: Policy, tests_file: TestsFile | None = None) -> Report:
    """Say what a file proves under a policy; `tests_file` is the one of its test visits.

    Raises:
        Malformed: what the release, the counters or the leaves say makes no sense (`proof_file`).
    """
    report, said, leaves = Report(), file.said, file.leaves
    subject, period = values.obj(said, "subject"), values.obj(said, "period")
    report.facts |= {
        "address": values.text(said, "address"),
        "name": values.text(subject, "name"),
        "period": values.text(period, "title"),
        "size": file.checkpoint.point.size,
    }
    _check_log(file, policy, report)
    for at in leaves:
        if not file.is_logged(at):
            report.fault("leaf_not_logged", leaf=at, kind=leaves[at].kind)
    if 0 not in leaves or leaves[0].kind != BEGIN:
        report.fault("log_begin_missing")
    began_ms = leaves[min(leaves)].logged_ms
    _check_release(file, began_ms, report)
    if values.text(subject, "kind") != "unit":
        report.note("not_a_unit")
        return report
    unit = values.text(subject, "code")
    kiosks = thread.check(leaves, unit, report)
    if unit not in leaves[file.number].of:
        report.fault("thread_gap", unit=unit, nth=0)
    _check_editions(leaves, file.number, values.text(said, "address"), report)
    if tests_file is not None:
        _check_same_log(file, tests_file, policy, report)
    tests = visits.check(file, tests_file, kiosks, unit, report)
    hours = thread.ZONES.get(values.text(file.told, "zone")) if file.told else None
    if values.at(said, "index") is None or hours is None or not values.text(file.told, "part"):
        report.answers = 0 if values.at(said, "n") is None else values.whole(said, "n")
        report.note("no_counters", n=report.answers)
        return report
    first, last = values.text(period, "from"), values.text(period, "to")
    visits.note_settled_later(file, unit, (first, last), report)
    if tests is None:
        return report
    bounds = thread.bounds_ms(first, last, hours)
    thread.backdated(kiosks, *bounds, report, hours=hours, log_began_ms=began_ms)
    total = number.check_counters(file.told, kiosks, number.Period(unit, first, last, bounds), tests, report)
    shut = values.rows(values.obj(file.told, "closed"), "kiosks")
    accounted.check(file, shut, kiosks, (thread.day_after(last), bounds[1]), report)
    number.check_sums(said, file.told, total, report)
    number.check_arithmetic(said, report)
    return report


def _check_log(file: ProofFile, policy: Policy, report: Report) -> None:
    verdict = policy.judge(file.checkpoint.note, check)
    names = ", ".join(sorted(verdict.cosigned))
    if not verdict.is_signed:
        report.fault("log_not_signed", origin=file.checkpoint.point.origin)
    if not verdict.is_witnessed:
        report.fault(
            "cosignatures_missing", found=len(verdict.cosigned), names=names or "-", quorum=policy.quorum
        )
    elif names:
        report.note("cosigned", names=names)
    else:
        report.note("nobody_cosigns")


def _check_same_log(file: ProofFile, tests: TestsFile, policy: Policy, report: Report) -> None:
    """Hold the log of the other file against the same policy, and against this one's."""
    own, other = file.checkpoint.point, tests.checkpoint.point
    verdict = policy.judge(tests.checkpoint.note, check)
    if own.origin != other.origin or (own.size == other.size and own.root != other.root) or not verdict.holds:
        report.fault("tests_other_log", origin=other.origin)
    for at in tests.leaves:
        if not tests.is_logged(at):
            report.fault("leaf_not_logged", leaf=at, kind=tests.leaves[at].kind)


def _check_release(file: ProofFile, began_ms: int, report: Report) -> None:
    said, leaf = file.said, file.leaves[file.number]
    address, published = values.text(said, "address"), values.text(said, "published")
    stated = {
        "sha256": file.digest(file.release),
        "address": address,
        "code": values.text(values.obj(said, "subject"), "code"),
        "period": values.text(values.obj(said, "period"), "id"),
        "number": values.whole(said, "number"),
    }
    if leaf.kind != RELEASE or any(leaf.body.get(key) != value for key, value in stated.items()):
        report.fault("release_replaced", address=address)
    if leaf.body.get("counters") != (file.digest(file.counters) if file.counters else ""):
        report.fault("counters_replaced", address=address)
    published_ms = values.moment_ms(published)
    before = values.at(said, "log")
    names_later = before is not None and values.whole(before, "size") > file.number
    if -60_000 <= leaf.logged_ms - published_ms <= _LATE_MS and not names_later:
        return
    if leaf.logged_ms - began_ms <= _LATE_MS and leaf.logged_ms > published_ms and not names_later:
        report.note("released_before_log")
    else:
        report.fault("release_redated", published=published[:10], logged=thread.day_of(leaf.logged_ms, 7))


def _check_editions(leaves: Mapping[int, Leaf], own: int, address: str, report: Report) -> None:
    """Name other editions of the same number: one that takes its place, and one that should not be there."""
    mine = leaves[own].body
    for at, leaf in leaves.items():
        if leaf.kind == WITHDRAW and leaf.body.get("address") == address:
            successor = leaf.body.get("successor")
            report.note("withdrawn", successor=successor if isinstance(successor, str) else "-")
        same = all(leaf.body.get(key) == mine.get(key) for key in ("code", "period", "instrument", "number"))
        if leaf.kind == RELEASE and at != own and same:
            report.fault("released_twice", other=values.text(leaf.body, "address"))
