"""Alerts from answers, and who would like to learn from them what a neighbour pressed.

The attacker sees every message that ever goes out, knows when each villager came, and knows the rules; only the noise is not known.
"""

import math
import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest

from collector.accounts import roles
from collector.accounts.models import Office
from collector.alerts.models import Alert, Judged, Message
from collector.alerts.morning import answers, rounds
from collector.fleet.models import Kiosk, Place, Region, Unit
from collector.scores.models import DayTally, Form, Response, Series
from collector.scores.tallies.flags import Flag
from collector.scores.tallies.forms import coded
from collector.scores.tallies.keys import day_key, day_number, response_id
from collector.scores.tallies.packing import pack
from survey.index.tally import LAYOUT
from tests.collector.accounts_of import person
from tests.collector.alerts.test_alerts import texts, town, wish

MORNING = datetime(2026, 11, 10, 1, 0, tzinfo=UTC)
"""Tuesday, eight in Jakarta."""
DAY = timedelta(days=1)
MONDAY = date(2026, 11, 9)
WORST, BEST = 1, 4
ALPHA = math.exp(-answers.EPSILON)


class Zero(random.Random):
    """No noise at all."""

    def random(self) -> float:
        return 0.0


def village(code: str = "18.01.05.2003") -> Unit:
    town(code, 1, heard=MORNING)
    return Unit.objects.get(region=code)


def press(unit: Unit, day: date, presses: Sequence[int], *, flagged: bool = False) -> Series:
    """Have people press smileys at a unit on a day."""
    form = coded("pulse", "1")
    assert form is not None
    number, _ = Form.objects.get_or_create(instrument="pulse", version="1", layout=LAYOUT)
    place, _ = Place.objects.get_or_create(code=unit.code, name="Balai", region=unit.region)
    kiosk = Kiosk.objects.filter(stands=unit).order_by("pk")[0]
    series, _ = Series.objects.get_or_create(unit=unit, service=None, place=place, kiosk=kiosk, form=number)
    key = form.keys[0]
    row = sum(form.number(form.encode({key: one}) or "") for one in presses)
    DayTally.objects.update_or_create(
        pk=day_key(series.pk, day_number(day), flagged=flagged), defaults={"counts": pack(row)}
    )
    return series


def at_least(noise: int) -> float:
    """How likely the noise is so much or more."""
    return ALPHA**noise / (1 + ALPHA) if noise >= 1 else 1 - ALPHA ** (1 - noise) / (1 + ALPHA)


def told(worst: int, people: int) -> tuple[float, float]:
    """How likely so many worst answers are told to be above the line, and not to be."""
    least = next(one for one in range(-people, people + 1) if answers.is_above(worst, people, one))
    return at_least(least), at_least(1 - least)  # the noise is as likely below as above


@pytest.mark.parametrize("people", [30, 37, 60])
def test_no_message_is_much_likelier_in_one_world_than_where_one_person_pressed_otherwise(
    people: int,
) -> None:
    most = math.exp(answers.EPSILON) * (1 + 1e-9)
    best_guess = []
    for worst in range(people):
        without, with_it = told(worst, people), told(worst + 1, people)
        assert abs(sum(without) - 1) < 1e-9
        assert with_it[0] / without[0] <= most
        assert without[1] / with_it[1] <= most
        best_guess.append(0.5 + (with_it[0] - without[0]) / 2)
    assert max(best_guess) < 0.63, "at the line itself, for an attacker who knows all others' answers"
    assert sum(best_guess) / len(best_guess) < 0.53


def test_the_noise_is_what_the_rule_promises() -> None:
    chance = random.Random(18)
    drawn = [answers.draw(chance) for _ in range(20_000)]
    for noise in (-4, -1, 0, 1, 2, 5):
        assert abs(sum(one >= noise for one in drawn) / len(drawn) - at_least(noise)) < 0.015
    assert isinstance(rounds._CHANCE, random.SystemRandom), "nobody can work the noise out"


def messages_of(
    units: Sequence[Unit], presses: dict[int, list[int]], chance: random.Random
) -> dict[int, list[str]]:
    """All lines that go out of each unit in a week in which these people press; the world is as before afterwards."""
    for unit in units:
        own = presses[unit.pk]
        for back, part in enumerate((own[:12], own[12:24], own[24:])):
            press(unit, MONDAY + back * DAY, part)
    said: list[str] = []
    for days in range(7):
        rounds.turn(MORNING + days * DAY, chance=chance)
    said = [line for text in texts() for line in text.splitlines()]
    found = {unit.pk: [line for line in said if line.startswith(f"{unit.name}:")] for unit in units}
    for model in (DayTally, Judged, Message, Alert):
        model.objects.all().delete()
    return found


@pytest.fixture
def watched(db: None) -> list[Unit]:
    wish("pusat", "mail", "p@example.org", reader=person("rina", roles.ADMINISTRATOR), kinds=("jawaban",))
    return [village(f"18.01.{one:02}.2001") for one in range(1, 61)]


def worlds(
    units: Sequence[Unit], worst_in_all: Sequence[int]
) -> tuple[dict[int, list[int]], dict[int, list[int]]]:
    """Two worlds of 36 people a unit: in the second one of them, at another place in each unit, pressed the other way."""
    one, other = {}, {}
    for place, (unit, worst) in enumerate(zip(units, worst_in_all, strict=True)):
        presses = [WORST] * worst + [BEST] * (36 - worst)
        random.Random(place).shuffle(presses)
        changed = list(presses)
        at = place % 36
        changed[at] = BEST if presses[at] == WORST else WORST
        one[unit.pk], other[unit.pk] = presses, changed
    return one, other


def test_who_sees_all_messages_and_knows_all_visits_guesses_no_press(watched: list[Unit]) -> None:
    chance = random.Random(7)
    one, other = worlds(watched, [chance.randrange(0, 22) for _ in watched])
    rounds.turn(MORNING - DAY)
    said_one = messages_of(watched, one, random.Random(3))
    said_other = messages_of(watched, other, random.Random(3))
    differ = [unit for unit in watched if said_one[unit.pk] != said_other[unit.pk]]
    assert len(differ) <= 6, "the messages are the same in almost all"
    right = 0
    for unit in watched:
        at = watched.index(unit) % 36
        for presses, said in ((one, said_one), (other, said_other)):
            right += (presses[unit.pk][at] == WORST) == bool(said[unit.pk])
    assert right / (2 * len(watched)) <= 0.55
    assert any(said_one.values()), "there is something to see"
    assert not all(said_one.values())


def test_without_the_noise_the_attacker_would_have_it(watched: list[Unit]) -> None:
    """The attack itself works: what stops it is the noise."""
    few = watched[:6]
    one, other = {}, {}
    for place, unit in enumerate(few):
        presses = [WORST] * 9 + [BEST] * 27
        random.Random(place).shuffle(presses)
        one[unit.pk], other[unit.pk] = presses, list(presses)
        other[unit.pk][presses.index(BEST)] = WORST
    rounds.turn(MORNING - DAY)
    assert not any(messages_of(few, one, Zero()).values())
    assert all(messages_of(few, other, Zero()).values())


def test_nobody_is_judged_twice_and_few_are_not_judged(db: None) -> None:
    wish("pusat", "mail", "p@example.org", reader=person("rina", roles.ADMINISTRATOR))
    unit = village()
    press(unit, MONDAY, [WORST] * 29)
    rounds.turn(MORNING, chance=Zero())
    assert not Judged.objects.exists(), "29 are too few"
    press(unit, MONDAY + DAY, [WORST])
    rounds.turn(MORNING + DAY, chance=Zero())
    assert texts() == ["Desa 18.01.05.2003: bagian jawaban terburuk melewati batas"]
    press(unit, MONDAY + 2 * DAY, [BEST] * 29)
    rounds.turn(MORNING + 2 * DAY, chance=Zero())
    assert Alert.objects.get().ended_at is None, "it ends by no fewer than 30 new people either"
    press(unit, MONDAY, [BEST] * 900)
    rounds.turn(MORNING + 3 * DAY, chance=Zero())
    assert Alert.objects.get().ended_at is None, "what comes late to a day that was judged is left out"
    press(unit, MONDAY + 3 * DAY, [BEST])
    rounds.turn(MORNING + 4 * DAY, chance=Zero())
    assert texts()[1:] == ["Desa 18.01.05.2003: bagian jawaban terburuk kembali di bawah batas"]
    assert not any(str(number) in text for text in texts() for number in (29, 30)), "no numbers of people"


def test_only_evaluators_who_never_sat_there_are_told(db: None) -> None:
    unit = village()
    here, there = Region.objects.get(pk=unit.region_id), Region.objects.create(code="33.04")
    sat = person("tuti", roles.EVALUATOR, region=here)
    Office.objects.create(
        user=sat,
        role=roles.UNIT_OFFICER,
        unit=unit,
        since=MORNING - 9 * DAY,
        until=MORNING - DAY,
        given_by="test",
    )
    readers = {
        "here": person("sri", roles.EVALUATOR, region=here), "sat": sat, "there": person("adi", roles.EVALUATOR, region=there),
        "nobody": None,
    }  # fmt: skip
    for name, reader in readers.items():
        wish(name, "mail", f"{name}@example.org", reader=reader)
    was = person("budi", roles.EVALUATOR, region=here)
    wish("was", "mail", "was@example.org", reader=was)
    Office.objects.filter(user=was).update(until=MORNING)
    press(unit, MONDAY, [WORST] * 40)
    rounds.turn(MORNING, chance=Zero())
    assert [one.receiver.name for one in Message.objects.select_related("receiver")] == ["here"]


def test_bursts_are_told_by_when_and_never_by_what_was_pressed(db: None) -> None:
    wish("pusat", "mail", "p@example.org", reader=person("rina", roles.ADMINISTRATOR))
    unit = village()
    series = press(unit, MONDAY, [BEST] * 6, flagged=True)

    def flag(flags: Flag) -> None:
        Response.objects.all().delete()
        Response.objects.bulk_create(
            Response(
                pk=response_id(1, seq), series=series, day=day_number(MONDAY), hour=9, at_ms=0, error_s=0, answers="4", manner_id=1,
                profile_id=1, duration_s=1, boot=1, visit=seq, flags=int(flags),
            )
            for seq in range(1, 7)
        )  # fmt: skip

    flag(Flag.BEST_RUN | Flag.IDENTICAL | Flag.BEST_AFTER_BAD)
    rounds.turn(MORNING, chance=Zero())
    assert not texts(), "a message would say that six villagers pressed the best smiley"
    flag(Flag.MASHING)
    rounds.turn(MORNING + DAY, chance=Zero())
    assert "rentetan" in texts()[0]
