"""Declarations: kept as they come in, and settled once. What holds takes its visit out of every number; what does not changes nothing, and is named.

A unit's PIN, a code that somebody made up, a card that was used, one for another kiosk and one that was logged only after the visit all
leave the visit counted: else staff could void a bad visit.
"""

import logging
from collections.abc import Sequence
from typing import NamedTuple

from django.db import transaction

from collector.challenges.models import DeclaredTest, Verdict, VisitCard
from collector.evidence.intake import ledger, rebuild
from collector.evidence.intake.accepted import AcceptedRecord, NotUnderstood
from collector.evidence.models import Stream, TakenOut
from collector.evidence.standing import COUNTING
from collector.log.models import LoggedFact, LogState
from survey.log.tested import ShownLine, ShownTest, read_proven
from survey.record.chain import first_link
from survey.record.errors import Malformed
from survey.record.record import RESPONSE, decode
from survey.record.visit_test import VisitTest, card_leaf

_MOST_BETWEEN = 500
"""A card is typed within a minute or two of the thanks: no honest kiosk writes so many records meanwhile."""

log = logging.getLogger(__name__)


class _Settled(NamedTuple):
    verdict: Verdict
    card: VisitCard | None = None
    numbers: tuple[int, ...] = ()


def project(records: Sequence[AcceptedRecord]) -> Sequence[NotUnderstood]:
    """Keep declarations, or correct the time and unit of those that are kept."""
    refused = []
    for record in records:
        try:
            test = VisitTest.from_body(record.body)
        except Malformed as error:
            refused.append(NotUnderstood(record.stream_id, record.seq, error.code))
            continue
        known = {"number": test.number, "unit_id": record.unit_id, "at_ms": record.at_ms}
        # What a successor carries over names links of another stream.
        first = {"verdict": Verdict.NO_VISIT if record.carried else Verdict.OPEN}
        DeclaredTest.objects.update_or_create(
            stream_id=record.stream_id, seq=record.seq, defaults=known, create_defaults=known | first
        )
    return refused


def unproject(records: Sequence[AcceptedRecord]) -> None:
    """Take nothing back: a declaration is projected again over itself, and stays settled."""


def settle() -> int:
    """Settle what is open; gives how many visits were taken out. Call it outside the intake's transaction."""
    taken = 0
    waiting = DeclaredTest.objects.filter(verdict=Verdict.OPEN).order_by("stream_id", "seq")
    for pk in list(waiting.values_list("pk", flat=True)):
        with transaction.atomic():
            taken += _settle(pk)
    return taken


def _settle(pk: int) -> bool:
    stream_id = DeclaredTest.objects.values_list("stream_id", flat=True).get(pk=pk)
    stream = Stream.objects.select_for_update(of=("self",)).select_related("kiosk", "key").get(pk=stream_id)
    one = DeclaredTest.objects.get(pk=pk)
    if one.verdict != Verdict.OPEN:
        return False
    found = _judged(stream, one.seq)
    one.verdict, one.card = found.verdict, found.card

    def take_out() -> None:
        one.save()
        TakenOut.objects.bulk_create(
            TakenOut(stream=stream, seq=number, by=one.seq) for number in found.numbers
        )

    if found.verdict is not Verdict.TAKEN_OUT:
        one.save()
        log.warning(
            "kiosk %s: record %d declares a test in vain: %s", stream.kiosk.name, one.seq, found.verdict
        )
        return False
    if stream.standing in COUNTING:
        rebuild.project_changed([stream], take_out)
    else:
        take_out()
    return True


def _judged(stream: Stream, seq: int) -> _Settled:
    test = _visit_before(stream, seq)
    if test is None:
        return _Settled(Verdict.NO_VISIT)
    leaf = card_leaf(test.secret, stream.kiosk.name)
    card = VisitCard.objects.filter(leaf=leaf).first()
    if card is None:
        return _Settled(_without_card(test))
    verdict = _looked_at(stream, test, card)
    return (
        _Settled(verdict, card, tuple(sorted(test.links)))
        if verdict is Verdict.TAKEN_OUT
        else _Settled(verdict)
    )


def _without_card(test: VisitTest) -> Verdict:
    """Say of a code that no card of its kiosk has whether it is another kiosk's."""
    others = VisitCard.objects.values_list("kiosk__name", flat=True).distinct()
    leaves = [card_leaf(test.secret, name) for name in others]
    return Verdict.OTHER_KIOSK if VisitCard.objects.filter(leaf__in=leaves).exists() else Verdict.NO_CARD


def _looked_at(stream: Stream, test: VisitTest, card: VisitCard) -> Verdict:
    """Say whether a card was there before the visit, and was not used."""
    if test.log is None:
        return Verdict.UNSEEN
    state = LogState.objects.filter(pk=1).first()
    if state is None or state.origin != test.log.origin:
        return Verdict.OTHER_LOG
    fact = LoggedFact.objects.filter(key=f"card/{card.leaf}").first()
    if fact is None or fact.number >= test.log.size or test.log.size > state.size:
        return Verdict.LATE
    tested = TakenOut.objects.filter(stream=stream, seq__in=list(test.links))
    is_used = DeclaredTest.objects.filter(card=card).exists() or tested.exists()
    return Verdict.USED if is_used else Verdict.TAKEN_OUT


def _visit_before(stream: Stream, seq: int) -> VisitTest | None:
    """Give a declaration if the visit that it names is here as it says, and the last one before it."""
    try:
        shown = shown_test(stream, seq)
        if shown is None:
            return None
        test = read_proven(shown).test
        between = ledger.numbered(stream.pk, first=test.number + 1, last=seq - 1)
        kinds = [decode(line).kind for _, line in between]
    except Malformed:
        return None
    return test if len(kinds) <= _MOST_BETWEEN and RESPONSE not in kinds else None


def shown_test(stream: Stream, seq: int) -> ShownTest | None:
    """Give a declaration with what it names, as strangers are shown it; its signature is empty where it came with none of its own.

    Raises:
        Malformed: what is kept is damaged, or the record is no declaration.
    """
    declared = _shown_line(stream, seq)
    if declared is None:
        return None
    test = VisitTest.from_body(decode(declared.line).body)
    responses = [_shown_line(stream, number) for number in sorted(test.links) if number < seq]
    signature = next(
        (
            one.batch.signature
            for one in ledger.batches(stream.pk, first=seq, last=seq)
            if one.batch.last == seq
        ),
        b"",
    )
    return ShownTest(declared, signature, tuple(one for one in responses if one is not None))


def _shown_line(stream: Stream, seq: int) -> ShownLine | None:
    start = first_link(stream=stream.uid, public_key=bytes(stream.key.public_key))
    lines = ledger.lines(stream.pk, first=seq, last=seq)
    prev = ledger.link_after(stream.pk, seq - 1, start=start) if seq > 1 else start
    return ShownLine(prev, lines[0]) if len(lines) == 1 and prev is not None else None
