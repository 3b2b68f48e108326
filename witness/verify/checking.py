"""Checking a release: its place in the log, the log's signatures, its unit's thread, and its number."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from survey.log.checkpoint import Checkpoint
from survey.log.facts import BEGIN, RELEASE, WITHDRAW, Leaf
from survey.log.policy import Policy
from survey.record.errors import Malformed
from witness.ed25519 import check
from witness.verify import number, thread
from witness.verify.findings import Report
from witness.verify.proof_file import ProofFile

_LATE_MS = 72 * 3_600_000
"""A release is logged within the hour; what was logged this much later was not out when it says."""


def verify(file: ProofFile, policy: Policy) -> Report:
    """Say what a file proves under a policy.

    Raises:
        Malformed: what the release or the counters say is not as they say it (`proof_file`).
    """
    report = Report()
    try:
        _check(file, policy, report)
    except (KeyError, TypeError, ValueError, AttributeError, ZeroDivisionError) as error:
        raise Malformed("proof_file", f"a part of the proof makes no sense: {error}") from error
    return report


def _check(file: ProofFile, policy: Policy, report: Report) -> None:
    said, leaves = file.said, file.leaves
    subject = said["subject"]
    report.facts |= {
        "address": str(said["address"]),
        "name": str(subject["name"]),
        "period": str(said["period"]["title"]),
        "size": file.checkpoint.point.size,
    }
    _check_log(file, policy, report)
    for at in sorted(file.entries):
        if not file.is_logged(at):
            report.fault("leaf_not_logged", leaf=at, kind=leaves[at].kind)
    if leaves.get(0) is None or leaves[0].kind != BEGIN:
        report.fault("log_begin_missing")
    began_ms = leaves[min(leaves)].logged_ms
    _check_release(file, leaves[file.number], said, began_ms, report)
    if subject["kind"] != "unit":
        report.note("not_a_unit")
        return
    unit = str(subject["code"])
    kiosks = thread.check(leaves, unit, report)
    if unit not in leaves[file.number].of:
        report.fault("thread_gap", unit=unit, nth=0)
    _check_editions(leaves, file.number, said, report)
    told = file.told
    hours = thread.ZONES.get(str(told.get("zone", "")))
    if said["index"] is None or hours is None or not told.get("part"):
        report.answers = said["n"] or 0
        report.note("no_counters", n=report.answers)
        return
    bounds = thread.bounds_ms(said["period"]["from"], said["period"]["to"], hours)
    thread.backdated(kiosks, *bounds, report, hours=hours, log_began_ms=began_ms)
    period = number.Period(said["period"]["from"], said["period"]["to"], bounds)
    total = number.check_counters(told, kiosks, unit, period, report)
    number.check_sums(said, told, total, report)
    number.check_arithmetic(said, report)


def _check_log(file: ProofFile, policy: Policy, report: Report) -> None:
    verdict = policy.judge(file.checkpoint.note, check)
    if not verdict.is_signed:
        report.fault("log_not_signed", origin=file.checkpoint.point.origin)
    if not verdict.is_witnessed:
        names = ", ".join(sorted(verdict.cosigned)) or "-"
        report.fault("cosignatures_missing", found=len(verdict.cosigned), names=names, quorum=policy.quorum)
    elif not verdict.cosigned:
        report.note("nobody_cosigns")
    else:
        report.note("cosigned", names=", ".join(sorted(verdict.cosigned)))


def _check_release(
    file: ProofFile, leaf: Leaf, said: Mapping[str, Any], began_ms: int, report: Report
) -> None:
    body = leaf.body
    if leaf.kind != RELEASE or body.get("sha256") != file.digest(file.release):
        report.fault("release_replaced", address=str(said["address"]))
    if body.get("counters") != (file.digest(file.counters) if file.counters else ""):
        report.fault("counters_replaced", address=str(said["address"]))
    stated = (said["address"], said["subject"]["code"], said["period"]["id"], said["number"])
    if stated != tuple(body.get(key) for key in ("address", "code", "period", "number")):
        report.fault("release_replaced", address=str(said["address"]))
    published_ms = round(datetime.fromisoformat(said["published"]).timestamp() * 1000)
    if not -60_000 <= leaf.logged_ms - published_ms <= _LATE_MS:
        if leaf.logged_ms - began_ms <= _LATE_MS and leaf.logged_ms > published_ms:
            report.note("released_before_log")
        else:
            report.fault(
                "release_redated",
                published=str(said["published"])[:10],
                logged=thread.day_of(leaf.logged_ms, 7),
            )
    before = said.get("log")
    if before is not None and before["size"] > file.number:
        report.fault(
            "release_redated", published=str(said["published"])[:10], logged=thread.day_of(leaf.logged_ms, 7)
        )


def _check_editions(leaves: Mapping[int, Leaf], own: int, said: Mapping[str, Any], report: Report) -> None:
    """Name other editions of the same number: one that takes its place, and one that should not be there."""
    mine = leaves[own].body
    what = ("code", "period", "instrument")
    for at, leaf in leaves.items():
        if leaf.kind == WITHDRAW and leaf.body.get("address") == said["address"]:
            report.note("withdrawn", successor=str(leaf.body.get("successor") or "-"))
        if leaf.kind != RELEASE or at == own or any(leaf.body.get(key) != mine.get(key) for key in what):
            continue
        if leaf.body.get("number") == mine.get("number"):
            report.fault("released_twice", other=str(leaf.body.get("address")))


def checkpoint_before(said: Mapping[str, Any]) -> Checkpoint | None:
    """Give the checkpoint that a release names as the log's state before it."""
    before = said.get("log")
    return Checkpoint(before["origin"], before["size"], bytes.fromhex(before["root"])) if before else None
