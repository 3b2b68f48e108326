"""A stranger's index: which of the kiosks' signed counters may be opened beside a release, and what of its answers rests on the auditor alone.

A counter that is opened is one more total over some people, so the rule for all totals holds (`protection`): laid over everything that was ever published, no block
of fewer than five. What does not fit stays closed: first kiosks whose counters say something else than the release counts (moved, re-dated over a border,
carried over), then small ones, until what is left holds. What stays closed holds nobody or at least five people as well.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import NamedTuple

from django.db import transaction

from collector.challenges import shown
from collector.evidence.models import Stream
from collector.evidence.proof.closings import Closing, closings
from collector.evidence.standing import COUNTING, StreamStanding
from collector.fleet.assignments import standings
from collector.fleet.models import Kiosk, Unit
from collector.log.models import LoggedFact
from collector.releases import content, editions, sheet_rows
from collector.releases.cells.cutting import sets_shown
from collector.releases.models import OpenedCounters, Release
from collector.releases.opened import members_beside
from collector.releases.people import members_of, pack_basis, pack_members, unpack_basis
from collector.releases.protection import INCOMPLETE, Members, may_stand_beside
from collector.releases.states import State
from collector.releases.stood import stood_here, stood_sometime
from collector.scores.ask.lookups import find_form
from collector.scores.models import Response
from collector.scores.tallies.forms import CodedForm
from collector.scores.tallies.keys import response_id, stream_of
from collector.trust.keys import verifier
from survey.index.indices import Policy
from survey.index.periods import Period, parse
from survey.index.sampling import SMALLEST_GROUP
from survey.instrument.kinds import Kind
from survey.log.counter import NOTHING, Counted, Told
from survey.record.chain import head_message, next_link
from survey.record.record import canonical

FORMAT = 1
_AT_ONCE = 900

# Why a kiosk's counters stay closed.
FEW, MOVED, DIFFERS = "few", "moved", "differs"
NO_COUNTER, NO_BEGIN, UNOPENED = "no_counter", "no_begin", "unopened"
SILENT, GONE = "silent", "gone"
OTHER_LIFE, PROTECTED, TESTED = "other_life", "protected", "tested"


@dataclass(frozen=True, slots=True)
class _Earned:
    """What a stream earned of a release."""

    stream: Stream
    numbers: frozenset[int]
    counted: Counted
    begin: Told | None = None
    end: Told | None = None
    before: frozenset[int] = frozenset()
    """Whoever stands in the counter at the beginning: it is opened too."""
    why: str = ""
    """Why it stays closed; empty where it may be opened."""


@dataclass(slots=True)
class _Work:
    unit: Unit
    release: Release
    period: Period
    form: CodedForm
    form_number: int
    members: Members
    rows: dict[int, str] = field(default_factory=dict)
    tests: frozenset[str] = frozenset()
    """The tests that stand beside the release with their proofs, as `shown.taken_out_of` names them."""

    @property
    def part(self) -> str:
        return f"/{self.form.instrument.name}"


def open_missing() -> int:
    """Open what may be opened of every release that was out and has nothing yet, and commit to its sheet's rows; gives of how many."""
    waiting = Release.objects.filter(
        state__in=(State.PUBLISHED, State.WITHDRAWN), subject="unit", counters=None
    ).order_by("pk")
    number = 0
    for pk in waiting.values_list("pk", flat=True):
        with transaction.atomic():
            release = Release.objects.select_for_update(of=("self",)).select_related("unit").get(pk=pk)
            if OpenedCounters.objects.filter(release=release).exists():
                continue
            if release.unit is not None:  # one edition at a time, as when it came out
                Unit.objects.select_for_update(no_key=True).get(pk=release.unit.pk)
            _open(release)
            sheet_rows.committed(release)
        number += 1
    return number


def _open(release: Release) -> None:
    tests = _tests(release)
    work = _work_of(release, tests)
    earned = list(_earned(work)) if work is not None else []
    chosen = _chosen(work, earned) if work is not None else []
    opened = [one for one in chosen if not one.why]
    proofs = canonical({"format": FORMAT, "tests": [proof for _, proof in tests]}) if tests else b""
    said = {
        "format": FORMAT,
        "address": release.address,
        "zone": release.unit.time_zone if release.unit is not None else "",
        "part": work.part if work is not None else "",
        "kiosks": [_told(one) for one in opened],
        # Of a kiosk that nobody used it is said only that its counter stays closed: it has nothing to add.
        "closed": {
            "n": (release.n or 0) - sum(one.counted.n for one in opened),
            "kiosks": sorted(_closed(work, chosen)),
        },
        "tests": hashlib.sha256(proofs).hexdigest() if proofs else "",
    }
    basis = {
        "opened": pack_members({number: one.stream.uid for one in opened for number in one.numbers}),
        "before": pack_members({number: one.stream.uid for one in opened for number in one.before}),
    }
    OpenedCounters.objects.create(
        release=release, content=canonical(said), tests=proofs, members=pack_basis(basis)
    )


def _tests(release: Release) -> list[tuple[str, dict[str, object] | None]]:
    """Give, for each test that a release tells of, what names it, and its proof."""
    told = content.opened(release).get("tests", [])
    return [(f"{one['stream']}/{one['number']}", shown.proof_of(one)) for one in told]


def _told(one: _Earned) -> dict[str, object]:
    return {
        "kiosk": one.stream.kiosk.name,
        "key": bytes(one.stream.key.public_key).hex(),
        "stream": one.stream.uid,
        "begin": one.begin.to_json() if one.begin is not None else None,
        "end": one.end.to_json() if one.end is not None else None,
    }


def _closed(work: _Work | None, chosen: list[_Earned]) -> Iterator[list[str]]:
    """Give the kiosks whose counters stay closed, and why; those of which nothing ever came are named too."""
    if work is None:
        return
    told = {one.stream.kiosk_id for one in chosen}
    yield from ([one.stream.kiosk.name, one.why] for one in chosen if one.why)
    silent = Kiosk.objects.filter(pk__in=stood_sometime(work.unit, work.period)).exclude(pk__in=told)
    for name in silent.values_list("name", flat=True):
        # What the log says of its stream nobody takes back: where the stream is gone, the release says so by itself.
        begun = LoggedFact.objects.filter(key__startswith=f"begun/{name}/").exists()
        yield [name, GONE if begun else SILENT]


def _work_of(release: Release, tests: list[tuple[str, dict[str, object] | None]]) -> _Work | None:
    """Give what is needed; None where an index does not follow from sums alone, or there is none."""
    said = content.opened(release)
    index, unit = said["index"], release.unit
    if unit is None or index is None or index["policy"] != Policy.COMPLETE.value or release.archived:
        return None
    number, form = find_form(index["instrument"])
    if number is None or form.instrument.kind is not Kind.SKM:
        return None
    members = {
        one: label
        for one, label in members_of(unpack_basis(bytes(release.basis))).items()
        if label != INCOMPLETE
    }
    proven = frozenset(name for name, proof in tests if proof is not None)
    return _Work(unit, release, parse(release.period), form, number, members, tests=proven)


def _earned(work: _Work) -> Iterator[_Earned]:
    numbers = sorted(work.members)
    for at in range(0, len(numbers), _AT_ONCE):
        found = Response.objects.filter(pk__in=numbers[at : at + _AT_ONCE])
        work.rows |= dict(found.values_list("pk", "answers"))
    by_stream: dict[int, list[int]] = {}
    for number in numbers:
        by_stream.setdefault(stream_of(number), []).append(number)
    here = stood_sometime(work.unit, work.period)
    silent = Stream.objects.filter(kiosk__in=here, standing__in=COUNTING).exclude(
        kiosk__streams__in=by_stream
    )
    by_stream |= {pk: [] for pk in silent.values_list("pk", flat=True)}
    streams = Stream.objects.filter(pk__in=by_stream).select_related("kiosk", "key").in_bulk()
    stands = standings({stream.kiosk_id for stream in streams.values()})
    lives: dict[int, int] = {}
    for stream in streams.values():
        lives[stream.kiosk_id] = lives.get(stream.kiosk_id, 0) + 1
    for pk, mine in by_stream.items():
        if pk not in streams:
            continue
        stream = streams[pk]
        earned = _Earned(stream, frozenset(mine), _sum_of(work, mine))
        alone = lives[stream.kiosk_id] == 1 and stream.standing == StreamStanding.COUNTED.value
        if not alone or stream.key.archive_from is not None:
            yield replace(earned, why=OTHER_LIFE)
        elif not stood_here(work.unit, work.period, stands[stream.kiosk_id]):
            yield replace(earned, why=MOVED)
        else:
            yield _with_counters(work, earned)


def _with_counters(work: _Work, earned: _Earned) -> _Earned:
    stream = earned.stream
    # A day of a month is told from the others by its first seven characters: `2026-10`.
    first, after = (str(day)[:7] for day in (work.period.first, work.period.last + timedelta(days=1)))
    by_month = {one.told.day[:7]: one for one in closings(stream) if _is_signed(stream, one)}
    begin, end = by_month.get(first), by_month.get(after)
    begins_inside = (
        stream.follows_id is None and stream.key.begins_ms >= work.period.bounds_ms(work.unit.time_zone)[0]
    )
    why = _shut(stream, begin, end, begins_inside=begins_inside)
    if why or end is None:
        return replace(earned, why=why)
    opened_end, opened_begin = _opened(end, work.part), _opened(begin, work.part) if begin else None
    if opened_end is None or (begin is not None and opened_begin is None):
        return replace(earned, why=UNOPENED)
    since = begin.told.upto if begin else 0
    before = _answered_before(work, stream, since)
    at_begin = opened_begin.counted if opened_begin else NOTHING
    inside = all(
        response_id(stream.pk, since) < one <= response_id(stream.pk, end.told.upto) for one in earned.numbers
    )
    tested = _tested(work, stream, since, end.told.upto)
    if tested is None:
        return replace(earned, why=TESTED)
    told = opened_end.counted.minus(at_begin)
    if not inside or told != earned.counted.plus(tested.within) or len(before) + tested.before != at_begin.n:
        return replace(earned, why=DIFFERS)
    return replace(earned, begin=opened_begin, end=opened_end, before=before)


def _shut(stream: Stream, begin: Closing | None, end: Closing | None, *, begins_inside: bool) -> str:
    """Give why a stream has no counters at the borders; empty where it has."""
    if end is None:
        return NO_COUNTER
    if begin is None and not begins_inside:
        return NO_BEGIN
    others = Stream.objects.filter(kiosk=stream.kiosk_id, standing__in=COUNTING).exclude(pk=stream.pk)
    if begin is None and others.exists():  # what was answered under an earlier stream is not in this counter
        return OTHER_LIFE
    return UNOPENED if end.told.since != (begin.told.since if begin else 0) else ""


class _Tested(NamedTuple):
    """What of a stream's counters its tests are."""

    before: int
    """Complete ones that stand in the counter at the beginning."""
    within: Counted


def _tested(work: _Work, stream: Stream, since: int, upto: int) -> _Tested | None:
    """Give what tests are in a stream's counters; None where one between them stands beside the release without its proof."""
    before, within = 0, NOTHING
    for name, proven in shown.taken_out_of(stream.pk):
        if proven is None:
            return None
        for one in proven.responses:
            counts = one.counted(work.part)
            if counts.n and one.seq <= since:
                before += 1
            elif counts.n and one.seq <= upto:
                if name not in work.tests:
                    return None
                within = within.plus(counts)
    return _Tested(before, within)


def _is_signed(stream: Stream, closing: Closing) -> bool:
    """Tell whether the tally's own signature is held: intake checks the last of a group of batches and not each."""
    link = next_link(closing.prev, closing.line)
    message = head_message(stream=stream.uid, seq=closing.seq, link=link)
    return bool(closing.signature) and verifier(bytes(stream.key.public_key))(closing.signature, message)


def _opened(closing: Closing, part: str) -> Told | None:
    opening = closing.openings.get(part)
    if opening is None:
        if part in closing.told.sums:  # it does not open to what the records come to
            return None
        return Told(closing.prev, closing.line, closing.signature, NOTHING, b"")
    n, sums = opening.totals["n"], opening.totals["sums"]
    counted = Counted(int(str(n)), dict(sums) if isinstance(sums, dict) else {})
    return Told(closing.prev, closing.line, closing.signature, counted, opening.salt)


def _answered_before(work: _Work, stream: Stream, upto: int) -> frozenset[int]:
    """Give who of a stream stands in its counter at the period's beginning."""
    held = Response.objects.filter(
        pk__range=(response_id(stream.pk, 0), response_id(stream.pk, upto)), series__form_id=work.form_number
    ).exclude(answers__contains="-")
    return frozenset(held.values_list("pk", flat=True))


def _sum_of(work: _Work, numbers: list[int]) -> Counted:
    if not numbers:
        return NOTHING
    sums = dict.fromkeys(work.form.keys, 0)
    known = [work.rows[number] for number in numbers if number in work.rows]
    for text in known:
        for key, value in work.form.decode(text).items():
            sums[key] += value
    return Counted(len(known), sums)


def _chosen(work: _Work, earned: list[_Earned]) -> list[_Earned]:
    """Close what cannot be opened, and then the smallest, until all that was ever published holds together."""
    found = sorted(
        (
            replace(one, why=FEW) if not one.why and 0 < len(one.numbers) < SMALLEST_GROUP else one
            for one in earned
        ),
        key=lambda one: (len(one.numbers), one.stream.kiosk.name),
    )
    unit, instrument = work.unit, work.release.instrument
    around = list(
        Release.objects.filter(unit=unit, state__in=(State.PUBLISHED, State.WITHDRAWN)).order_by("pk")
    )
    if any(editions.is_kin(one, work.form.instrument) for one in around):
        return [one if one.why else replace(one, why=PROTECTED) for one in found]
    own = [one for one in around if one.instrument == instrument]
    earlier = [members_of(unpack_basis(bytes(one.basis))) for one in own] + members_beside(unit, [instrument])
    groups = [group for one in own for group in sets_shown(one)]
    while any(not one.why for one in found):
        label: Mapping[int, str] = {
            number: "" if one.why else one.stream.uid for one in found for number in one.numbers
        }
        before = {number: one.stream.uid for one in found if not one.why for number in one.before}
        if may_stand_beside(label, [*earlier, *([before] if before else [])], groups=groups):
            break
        place = next(at for at, one in enumerate(found) if not one.why and (one.numbers or one.before))
        found[place] = replace(found[place], why=PROTECTED)
    return found
