"""What releases say of test visits, in the clear: they are the auditor's own answers, and nobody else's."""

from collections import Counter
from collections.abc import Iterator, Mapping

from collector.challenges.declared import shown_test
from collector.challenges.models import DeclaredTest, Verdict, VisitCard
from collector.fleet.models import Unit
from collector.local import date_text
from collector.log.models import LoggedFact, LogState
from collector.trust.keys import verifier
from survey.index.periods import Period
from survey.log.tested import Proven, ShownTest, read_proven
from survey.record.errors import Malformed
from survey.record.visit_code import letters_of


def of_unit(unit: Unit, period: Period) -> dict[str, object]:
    """Give what a release says of a period's tests: each that was taken out, and how many declarations changed nothing, and why."""
    begin_ms, end_ms = period.bounds_ms(unit.time_zone)
    found = DeclaredTest.objects.filter(unit=unit, at_ms__gte=begin_ms, at_ms__lt=end_ms)
    found = found.select_related("stream__kiosk", "stream__key", "card").order_by("at_ms", "pk")
    in_vain = Counter(
        (one.stream.kiosk.name, one.verdict)
        for one in found
        if one.verdict not in (Verdict.OPEN, Verdict.TAKEN_OUT)
    )
    return {
        "tests": [_told(one, unit.time_zone) for one in found if one.verdict == Verdict.TAKEN_OUT],
        "tests_in_vain": [[kiosk, why, number] for (kiosk, why), number in sorted(in_vain.items())],
    }


def _told(one: DeclaredTest, zone: str) -> dict[str, object]:
    shown = shown_test(one.stream, one.seq)
    if shown is None:
        raise Malformed("test_shown", f"record {one.seq} is not held here any more")
    return {
        "kiosk": one.stream.kiosk.name,
        "stream": one.stream.uid,
        "number": one.number,
        "letters": letters_of(stream=one.stream.uid, number=one.number, link=shown.responses[-1].link()),
        "day": date_text(one.at_ms, zone),
        "answers": read_proven(shown).answers(),
        "wrote": one.card.wrote if one.card is not None and _noted(one.card) is not None else None,
    }


def proof_of(told: Mapping[str, object]) -> dict[str, object] | None:
    """Give what proves a test that a release tells of, as it stands in a file; None where it cannot be shown."""
    found = DeclaredTest.objects.filter(
        stream__uid=f"{told['stream']}", number=f"{told['number']}", verdict=Verdict.TAKEN_OUT
    )
    one = found.select_related("stream__key", "card").first()
    fact = (
        LoggedFact.objects.filter(key=f"card/{one.card.leaf}").first()
        if one is not None and one.card is not None
        else None
    )
    if one is None or fact is None:
        return None
    try:
        shown = shown_test(one.stream, one.seq)
        proven = _signed(one, shown) if shown is not None else None
    except Malformed:
        return None
    if shown is None or proven is None or proven.test.log is None:
        return None
    in_this_log = LogState.objects.filter(pk=1, origin=proven.test.log.origin).exists()
    said = {
        "key": bytes(one.stream.key.public_key).hex(),
        "card": fact.number,
        **_written(one.card),
        **shown.to_json(),
    }
    return said if in_this_log else None


def _written(card: VisitCard | None) -> dict[str, object]:
    """Give where the log holds an auditor to what is told of a note, and what opens it."""
    fact = _noted(card) if card is not None else None
    if card is None or fact is None:
        return {"wrote": None, "salt": ""}
    return {"wrote": fact.number, "salt": bytes(card.wrote_salt).hex()}


def _noted(card: VisitCard) -> LoggedFact | None:
    """Give where a note stands in the log; what does not stand there yet is not told, for nobody could be held to it."""
    return LoggedFact.objects.filter(key=f"wrote/{card.leaf}").first()


def _signed(one: DeclaredTest, shown: ShownTest) -> Proven:
    """Check the declaration's own signature: intake checks the last of a group of batches and not each."""
    key = bytes(one.stream.key.public_key)
    verify = verifier(key)
    return shown.check(
        stream=one.stream.uid,
        public_key=key,
        check=lambda _key, signature, message: bool(signature) and verify(signature, message),
    )


def taken_out_of(stream_id: int) -> Iterator[tuple[str, Proven | None]]:
    """Give every test of a stream: `STREAM/NUMBER` of it, and what it comes to; None where that cannot be read."""
    found = DeclaredTest.objects.filter(stream_id=stream_id, verdict=Verdict.TAKEN_OUT)
    for one in found.select_related("stream__kiosk", "stream__key").order_by("seq"):
        try:
            shown = shown_test(one.stream, one.seq)
            proven = read_proven(shown) if shown is not None else None
        except Malformed:
            proven = None
        yield f"{one.stream.uid}/{one.number}", proven
