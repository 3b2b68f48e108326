"""An auditor with cards, at a kiosk of a village: answers, then types a card's letters."""

from datetime import date
from typing import Any

from django.conf import settings

from collector.challenges import cards
from collector.challenges.cards import MadeCard
from collector.fleet.models import Kiosk
from collector.log import building
from collector.log.models import LogState
from collector.trust import public
from survey.record.response import new_salt
from survey.record.ticket import read_code
from survey.record.visit_test import LogSize, VisitTest, card_secret
from tests.collector.fake_kiosk import pulse, skm
from tests.collector.log.village import Card, ms

DAY = date(2026, 11, 20)


def made(name: str = "balai", number: int = 1) -> list[MadeCard]:
    return cards.make([Kiosk.objects.get(name=name)], number, who="inspektorat", why="semester II")


def secret_of(code: str) -> bytes:
    plain = read_code(code)
    assert plain
    return card_secret(plain, public.read(settings.IKM_KEYS).signing)


def log_now() -> LogSize:
    state = LogState.objects.get()
    return LogSize(state.origin, state.size)


def visit(card: Card, *values: int, day: date = DAY) -> tuple[int, ...]:
    """Have somebody press a smiley and answer; gives the numbers of the responses."""
    card.go_to(day)
    card._at(ms(day, 10) + 60_000 * len(card.kiosk.lines))
    number = card.kiosk.last + 1
    first = card.kiosk.record("response", pulse(values[0], visit=number, salt=new_salt()), after_ms=0)
    return first, card.kiosk.record("response", skm(*values, visit=number, salt=new_salt()), after_ms=30_000)


def declare(card: Card, code: str, numbers: tuple[int, ...], *, log: LogSize | None, **more: Any) -> int:
    """Type a card's code behind a visit."""
    kiosk = card.kiosk
    test = VisitTest(
        numbers[0], numbers[-1], secret_of(code), {one: kiosk.links[one] for one in numbers}, log
    )
    return kiosk.record("test", test._replace(**more).to_body(), after_ms=40_000)


def wrote(code: str, *values: int) -> None:
    cards.write(code, {"skm-2017": values, "pulse": values[:1]}, who="inspektorat")
    building.build()
