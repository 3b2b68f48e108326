"""What of test visits stands in the log: each card, before it is used, and that one was used, in the thread of its unit."""

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial

from django.db.models import Max

from collector.challenges.models import DeclaredTest, Verdict, VisitCard
from collector.evidence.intake import ledger
from collector.local import date_text
from collector.log.sources import Fact, Source
from survey.log import facts
from survey.record.visit_test import note_digest

_CHUNK = 2_000


def _cards() -> Iterator[Fact]:
    for leaf in VisitCard.objects.order_by("leaf").values_list("leaf", flat=True).iterator(_CHUNK):
        # In the order of what cannot be told from chance: else its place would say which were made together.
        yield Fact(f"card/{leaf}", facts.CARD, partial(dict, {"card": leaf}))


def _written() -> Iterator[Fact]:
    written = VisitCard.objects.exclude(wrote=None).order_by("wrote_at", "leaf")
    for one in written.iterator(_CHUNK):
        body = {"card": one.leaf, "wrote": note_digest(bytes(one.wrote_salt), one.wrote)}
        yield Fact(f"wrote/{one.leaf}", facts.WROTE, partial(dict, body))


def _tested() -> Iterator[Fact]:
    used = (
        DeclaredTest.objects.filter(verdict=Verdict.TAKEN_OUT)
        .order_by("pk")
        .select_related("unit", "card", "stream__kiosk")
    )
    for one in used.iterator(_CHUNK):
        yield Fact(
            f"tested/{one.stream.uid}/{one.seq}", facts.TESTED, partial(_used, one), units=(one.unit.code,)
        )


def _used(one: DeclaredTest) -> Mapping[str, object]:
    line = ledger.lines(one.stream_id, first=one.seq, last=one.seq)[0]
    card = one.card.leaf if one.card is not None else ""
    return {
        "kiosk": one.stream.kiosk.name,
        "card": card,
        "record": hashlib.sha256(line).hexdigest(),
        "day": date_text(one.at_ms, one.unit.time_zone),
    }


def _mark() -> str:
    return str(DeclaredTest.objects.filter(verdict=Verdict.TAKEN_OUT).count())


SOURCES = (
    Source("cards", lambda: f"{VisitCard.objects.aggregate(newest=Max('pk'))['newest']}", _cards),
    Source("written", lambda: f"{VisitCard.objects.exclude(wrote=None).count()}", _written),
    Source("tested", _mark, _tested),
)
