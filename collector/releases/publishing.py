"""The life of a release: proposed, handed in, sent back, published, withdrawn; and what becomes of one that nobody publishes.

The evaluator may publish without the unit, and what is not out on its day is shown as not reported: a rated office cannot
bury a bad quarter.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from collector import clock
from collector.challenges import declared
from collector.errors import CollectorError
from collector.fleet import publication
from collector.fleet.models import Unit
from collector.local import local_date
from collector.people import trail
from collector.releases import address, content, drafts, moved
from collector.releases.bands import band
from collector.releases.drafts import Draft
from collector.releases.editions import Edition, answered, counts, of_unit
from collector.releases.models import Release, ReleaseStep
from collector.releases.owed import check_owed, owes
from collector.releases.policy import KINDS, due
from collector.releases.states import FOLLOWS, PENDING, SHOWN, State
from collector.scores.ask.lookups import find_form
from collector.scores.ask.queries import DEFAULT_INSTRUMENT
from collector.scores.proof.held import holdings
from survey.index.periods import Period, parse
from survey.instrument.instrument import Instrument, Kind


def propose(unit: Unit, period: Period, *, who: str, instrument: str = DEFAULT_INSTRUMENT) -> Release:
    """Begin a unit's release, or give the one that is begun.

    Raises:
        CollectorError: the period is no calendar period, or is not over yet (`release_running`); one is out already
            (`release_out`); the unit had ended before it began, or is hidden (`unit_owes_not`).
    """
    return _kept(begun(unit, period, instrument=instrument), who=who)


def begun(unit: Unit, period: Period, *, instrument: str = DEFAULT_INSTRUMENT) -> Release:
    """Give the release that is begun, or a new one that is not kept yet.

    Raises:
        CollectorError: as `propose`.
    """
    _check_period(unit, period)
    check_owed(unit, period)
    check_instrument(instrument)
    known = _editions(unit, period, instrument)
    newest = known.last()
    if newest is not None and newest.state in PENDING:
        return newest
    if newest is not None and newest.state == State.PUBLISHED:
        raise CollectorError("release_out", address=newest.address)
    return Release(
        subject="unit",
        code=unit.code,
        unit=unit,
        period=period.identifier,
        first_day=period.first,
        last_day=period.last,
        instrument=instrument,
        number=newest.number + 1 if newest is not None else 1,
        due=due(unit, period),
        address=address.fresh(),
    )


def _kept(release: Release, *, who: str) -> Release:
    if release.pk is None:
        with transaction.atomic():
            release.save()
            _step(release, State.OPEN, who=who, why="")
    return release


def submit(release: Release, *, who: str, why: str = "") -> None:
    """Hand it in: the unit has nothing to add.

    Raises:
        CollectorError: it does not stand where it can be handed in (`release_state`).
    """
    with transaction.atomic():
        move(release, State.SUBMITTED, who=who, why=why)


def send_back(release: Release, *, who: str, why: str) -> None:
    """Send it back to the unit, with the reason.

    Raises:
        CollectorError: it was not handed in (`release_state`), or there is no reason (`release_why`).
    """
    need_reason(why)
    with transaction.atomic():
        move(release, State.RETURNED, who=who, why=why)


def publish(
    unit: Unit,
    period: Period,
    *,
    who: str,
    why: str = "",
    instrument: str = DEFAULT_INSTRUMENT,
    draft: Draft | None = None,
) -> Release:
    """Publish a unit's period: freeze everything that is shown of it, once and for ever.

    A draft of it, worked out before, is taken where it still stands.

    Raises:
        CollectorError: the period is not over (`release_running`), one is out already (`release_out`), the official period that
            it belongs to is not out (`release_waits_official`), fewer than five people stand between this number and what is
            out (`release_waits`), or answers of the period came in while it was frozen (`release_moving`).
    """
    declared.settle()  # what was a test must be out of the numbers before they are frozen
    release = begun(unit, period, instrument=instrument)
    if release.pk is None and draft is not None and draft.number == release.number:
        release.address = draft.address
    release = _kept(release, who=who)
    with transaction.atomic():
        _alone(unit)
        release = Release.objects.select_for_update(of=("self",)).get(pk=release.pk)
        release.unit = unit
        if (
            draft is None
            or not draft.is_of(release)
            or not draft.still_stands(unit, period, instrument=instrument)
        ):
            draft = _worked_out(release, of_unit(unit, period, instrument=instrument))
        _put_out(release, draft, who=who, why=why)
    return release


def correct(release: Release, *, who: str, why: str) -> Release:
    """Publish a unit's period anew; the edition before is withdrawn, stays readable, and names the new one.

    Raises:
        CollectorError: it is not out (`release_state`), there is no reason (`release_why`), nothing has changed
            (`release_same`), or fewer than five people differ (`release_waits`): then the correction waits.
    """
    need_reason(why)
    unit = release.unit
    if release.state != State.PUBLISHED or unit is None:
        raise CollectorError("release_state", state=release.state, wanted=State.PUBLISHED)
    declared.settle()
    with transaction.atomic():
        _alone(unit)
        found = of_unit(unit, parse(release.period), instrument=release.instrument)
        if found.says_the_same_as(release):
            raise CollectorError("release_same", address=release.address)
        after = Release.objects.create(
            subject="unit", code=release.code, unit=unit, period=release.period, first_day=release.first_day,
            last_day=release.last_day, instrument=release.instrument, number=release.number + 1,
            due=release.due, address=address.fresh(),
        )  # fmt: skip
        _step(after, State.OPEN, who=who, why="")
        _put_out(after, _worked_out(after, found, corrects=release), who=who, why=why)
        release.successor = after
        move(release, State.WITHDRAWN, who=who, why=why)
    return after


def withdraw(release: Release, *, who: str, why: str) -> None:
    """Take a release back; it stays readable, with the reason.

    Raises:
        CollectorError: it is not out (`release_state`), or there is no reason (`release_why`).
    """
    need_reason(why)
    with transaction.atomic():
        move(release, State.WITHDRAWN, who=who, why=why)


def mark_overdue(
    unit: Unit, period: Period, *, who: str, instrument: str = DEFAULT_INSTRUMENT
) -> Release | None:
    """Show a period that is not out on its day as not reported; gives it, or None where that is not so."""
    today = local_date(clock.now(), unit.time_zone)
    if not owes(unit, period, instrument=instrument):
        return None
    newest = _editions(unit, period, instrument).last()
    if due(unit, period) >= today or (newest is not None and newest.state not in PENDING):
        return None
    if newest is not None and newest.state == State.NOT_REPORTED:
        return None
    with transaction.atomic():
        release = newest or propose(unit, period, who=who, instrument=instrument)
        facts = {
            "instrument": instrument,
            "responses": str(band(answered(unit, period, instrument=instrument))),
            "completeness": [content.holding(one) for one in holdings(unit)],
        }
        head = drafts.head_of(release)
        release.content = content.frozen(
            content.of_nothing(head, facts=facts, due=due(unit, period), at=clock.now())
        )
        move(release, State.NOT_REPORTED, who=who, why="")
    return release


def _worked_out(release: Release, found: Edition, *, corrects: Release | None = None) -> Draft:
    """Work a release out; `found` has passed protection."""
    draft = drafts.work_out(release, found, corrects=corrects)
    if found.seen != counts(found.unit, found.period, found.instrument):
        raise CollectorError("release_moving")
    return draft


def _put_out(release: Release, draft: Draft, *, who: str, why: str) -> None:
    """Freeze what a draft says."""
    said = dict(draft.said) | {"change": since_before(release, draft.said)}
    release.content, release.basis, release.breakdown = content.frozen(said), draft.basis, draft.breakdown
    release.published_at, release.n = draft.at, draft.n
    note_for_lists(release, said)
    move(release, State.PUBLISHED, who=who, why=why)


def check_instrument(instrument: str) -> Instrument:
    """Give an instrument in its newest version here, and refuse what has no releases.

    Raises:
        CollectorError: there is no such instrument (`instrument_unknown`), a version is named (`release_version`), or it is a pulse, which
            stands beside every release (`instrument_no_index`).
    """
    if "@" in instrument:
        raise CollectorError("release_version", instrument=instrument)
    _, form = find_form(instrument)
    if form.instrument.kind is Kind.PULSE:
        raise CollectorError("instrument_no_index", instrument=instrument)
    return form.instrument


def _alone(unit: Unit) -> None:
    """Let one edition of a unit come out at a time: two instruments show the same smileys.

    Answers of the unit may still come in meanwhile: whole parts of units are published in one transaction, and intake waits for none of it.
    """
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)


def note_for_lists(release: Release, said: Mapping[str, Any]) -> None:
    """Note beside the frozen content what lists show and sort by."""
    release.visits = said["visits"]
    if "completeness" in said:
        short = any(one["awaited"] or one["lost_here"] or one["conflicts"] for one in said["completeness"])
        release.proof = "short" if short else "whole"
    index, changed = said["index"], said["change"]
    if index is None:
        return
    release.value, release.category = content.two_decimals(index["value"]), index["category"] or ""
    release.archived = index["archived"]
    if index["interval"] is not None:
        release.low, release.high = (content.two_decimals(index["interval"][end]) for end in ("low", "high"))
    release.required = (index.get("sample") or {}).get("required")
    if changed is not None:
        release.change, release.trend = content.two_decimals(changed["value"]), changed["verdict"]


def since_before(release: Release, said: Mapping[str, object]) -> dict[str, object] | None:
    """Give what became of an index since the period of the same kind before; None where that one has none."""
    found = Release.objects.filter(
        subject=release.subject,
        code=release.code,
        instrument=release.instrument,
        period=parse(release.period).previous().identifier,
        state=State.PUBLISHED,
    ).exclude(n=None)
    before = found.first()
    return moved.change(json.loads(bytes(before.content)), said) if before is not None else None


def move(release: Release, state: State, *, who: str, why: str) -> None:
    """Bring a release into a state and say so in the trail; call it in the transaction of what it is about.

    Raises:
        CollectorError: that state does not follow the one it is in (`release_state`).
    """
    if state not in FOLLOWS[State(release.state)]:
        allowed = ", ".join(FOLLOWS[State(release.state)]) or "-"
        raise CollectorError("release_state", state=release.state, wanted=state.value, allowed=allowed)
    release.state = state
    release.save()
    _list_newest(release)
    _step(release, state, who=who, why=why)
    if release.unit is not None and state in (State.PUBLISHED, State.WITHDRAWN):
        publication.retell(release.unit)


def relist(unit: Unit) -> None:
    """Have lists show, or leave out, what is out of a unit, after it was hidden or shown again."""
    for release in (
        Release.objects.filter(unit=unit).select_related("unit").defer("content", "basis", "breakdown")
    ):
        _list_newest(release)


def _list_newest(release: Release) -> None:
    """Have lists show the newest edition of a period that everybody may see; of a hidden unit none."""
    editions = Release.objects.filter(
        subject=release.subject, code=release.code, period=release.period, instrument=release.instrument
    )
    newest = editions.filter(state__in=SHOWN).order_by("-number").values_list("number", flat=True).first()
    is_hidden = release.unit is not None and release.unit.hidden_on is not None
    number = 0 if newest is None or is_hidden else newest  # editions begin with 1
    editions.filter(newest=True).exclude(number=number).update(newest=False)
    editions.filter(newest=False, number=number).update(newest=True)
    release.newest = release.number == number


def _step(release: Release, state: State, *, who: str, why: str) -> None:
    ReleaseStep.objects.create(release=release, at=clock.now(), state=state, who=who[:150], why=why[:300])
    trail.note(
        who=who,
        action=f"release {state.value}",
        subject=f"{release.subject} {release.code} {release.period} #{release.number}",
        why=why,
        facts={"address": release.address, "instrument": release.instrument},
    )


def _check_period(unit: Unit, period: Period) -> None:
    if period.kind not in KINDS:
        raise CollectorError("release_period", period=period.identifier)
    if period.last >= local_date(clock.now(), unit.time_zone):
        raise CollectorError("release_running", last=period.last)


def need_reason(why: str) -> None:
    """Insist on a reason.

    Raises:
        CollectorError: there is none (`release_why`).
    """
    if not why.strip():
        raise CollectorError("release_why")


def _editions(unit: Unit, period: Period, instrument: str) -> QuerySet[Release]:
    found = Release.objects.filter(unit=unit, period=period.identifier, instrument=instrument)
    return found.select_related("unit__region", "unit__agency").order_by("number")
