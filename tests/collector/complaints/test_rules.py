"""Rule sets are data: with a source, a date and a version that a ticket keeps; and the kiosk promises what they say."""

from datetime import UTC, date, datetime

import pytest

from collector.complaints import calendar, life, rules
from collector.complaints.models import RuleSet
from collector.errors import CollectorError
from collector.fleet import publication, tree
from collector.fleet.models import KioskSettings, Unit
from collector.people.models import TrailEntry
from tests.collector.complaints.tickets import a_ticket
from tests.collector.scores.village import Post

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 2)
OWN = rules.SHIPPED.read_text(encoding="utf-8").replace('version = "2026-11"', 'version = "desa-1"')


@pytest.fixture
def owned(unit: Unit) -> Unit:
    unit.agency = tree.add_agency("desa", name="Pemerintah Desa")
    unit.save()
    return unit


def changed(*replaced: tuple[str, str]) -> str:
    text = OWN
    for before, after in replaced:
        assert before in text
        text = text.replace(before, after, 1)
    return text


def test_every_number_that_is_shipped_says_where_it_is_from_and_that_nobody_has_verified_it() -> None:
    shipped = rules.read(rules.shipped())
    spans = [
        *shipped.classes.values(),
        shipped.verify,
        shipped.acknowledge,
        shipped.silence,
        shipped.reopen,
        shipped.stop,
    ]
    assert [span for span in spans if not span.unverified or len(span.source) < 10] == []
    assert {name: (span.days, span.unit) for name, span in shipped.classes.items()} == {
        "pengaduan_tidak_berkadar": (14, "working days"),
        "pengaduan_berkadar": (60, "working days"),
        "permintaan_informasi": (5, "working days"),
        "aspirasi": (14, "working days"),
    }
    assert (shipped.verify.days, shipped.silence.days) == (3, 10)
    assert "5/2025" in shipped.guideline


def test_a_ticket_keeps_the_rules_of_its_arrival(owned: Unit) -> None:
    before = a_ticket(owned, day=MONDAY)
    rules.adopt(owned.agency, changed(("days = 14", "days = 3")), who="rina")  # type: ignore[arg-type]  # it has one
    after = a_ticket(owned, day=MONDAY)
    before.refresh_from_db()
    assert (before.due_on, after.due_on) == (date(2026, 11, 20), date(2026, 11, 5))
    assert [one.rules.content["version"] for one in (before, after) if one.rules] == ["2026-11", "desa-1"]
    assert (
        TrailEntry.objects.filter(action="complaint rules adopted", who="rina", subject="desa").count() == 1
    )


def test_the_shipped_set_is_one_row_however_much_arrives(unit: Unit) -> None:
    for _ in range(3):
        a_ticket(unit)
    assert RuleSet.objects.count() == 1


@pytest.mark.parametrize(
    "replaced, due",
    [
        ((), date(2026, 11, 20)),
        ((('unit = "working days"', 'unit = "days"'),), date(2026, 11, 16)),
        ((('from = "arrival"', 'from = "complete"'),), date(2026, 11, 25)),
        ((("[arrival.topics]", '[arrival.topics]\nlama = "permintaan_informasi"'),), date(2026, 11, 9)),
    ],
)  # fmt: skip
def test_days_are_counted_as_the_rules_say(
    owned: Unit, replaced: tuple[tuple[str, str], ...], due: date
) -> None:
    rules.adopt(owned.agency, changed(*replaced), who="rina")  # type: ignore[arg-type]  # it has one
    assert a_ticket(owned, "lama", day=MONDAY).due_on == due


@pytest.mark.parametrize(
    "replaced",
    [
        ("days = 14", "days = 0"),
        ("days = 14", "days = true"),
        ("days = 14", 'days = "14"'),
        ('unit = "working days"', 'unit = "weeks"'),
        ('from = "arrival"', 'from = "never"'),
        ('class = "pengaduan_tidak_berkadar"', 'class = "other"'),
        ("[arrival.topics]", '[arrival.topics]\nlama = "other"'),
        ("[arrival.topics]", '[arrival.topics]\nnothing = "aspirasi"'),
        ('why = ["warga", "instansi_lain"]', 'why = ["liburan"]'),
        ("[verify]", "[verifying]"),
        ("stated_on = 2026-11-27", 'stated_on = "lately"'),
        ("guideline = ", "guide = "),
        ("[stop]", "[stop"),
    ],
)
def test_rules_that_make_no_sense_are_refused(owned: Unit, replaced: tuple[str, str]) -> None:
    with pytest.raises(CollectorError) as error:
        rules.adopt(owned.agency, changed(replaced), who="rina")  # type: ignore[arg-type]  # it has one
    assert error.value.word == "rules_field"
    assert RuleSet.objects.count() == 0


@pytest.mark.parametrize(
    "replaced, days",
    [
        ((), 14),
        ((("days = 14", "days = 5"),), 5),
        ((('unit = "working days"', 'unit = "days"'),), 11),
        ((("days = 14", "days = 60"), ('unit = "working days"', 'unit = "days"')), 44),
        ((('from = "arrival"', 'from = "complete"'),), 17),
        ((("[arrival.topics]", '[arrival.topics]\nlama = "pengaduan_berkadar"'),), 63),
        ((("days = 14", "days = 300"),), 90),
    ],
)  # fmt: skip
def test_a_kiosk_promises_what_the_rules_of_its_unit_say(
    owned: Unit, replaced: tuple[tuple[str, str], ...], days: int
) -> None:
    rules.adopt(owned.agency, changed(*replaced), who="rina")  # type: ignore[arg-type]  # it has one
    assert rules.answer_days(owned) == days


def test_what_is_promised_in_working_days_never_ends_before_the_date(owned: Unit) -> None:
    """Whatever weekday it begins on, and whatever holidays lie in between."""
    for days in (1, 2, 5, 6, 7, 13, 14, 60):
        text = changed(("days = 14", f"days = {days}"), ('unit = "working days"', 'unit = "days"'))
        rules.adopt(owned.agency, text, who="rina")  # type: ignore[arg-type]  # it has one
        for start in range(2, 9):
            ticket = a_ticket(owned, day=date(2026, 11, start))
            promised = calendar.add_working_days(date(2026, 11, start), rules.answer_days(owned), owned)
            assert ticket.due_on is not None
            assert promised >= ticket.due_on, (days, start)


def test_kiosks_of_an_agency_are_told_at_once_and_nobody_sets_the_days_by_hand(owned: Unit) -> None:
    post = Post(owned)
    settings = publication.publish(post.kiosk, changes={})
    assert settings.content["answer_days"] == 14
    rules.adopt(owned.agency, changed(("days = 14", "days = 5")), who="rina")  # type: ignore[arg-type]  # it has one
    assert KioskSettings.objects.order_by("-version")[0].content["answer_days"] == 5
    with pytest.raises(CollectorError) as error:
        publication.publish(post.kiosk, changes={"answer_days": 1})
    assert error.value.word == "setting_made_here"


def test_a_day_begins_at_midnight_where_the_unit_is(unit: Unit) -> None:
    unit.time_zone = "Asia/Jayapura"
    unit.save()
    evening = datetime(2026, 11, 2, 16, tzinfo=UTC)  # Tuesday, one in the morning, in Jayapura
    ticket = a_ticket(unit, has_arrived=False)
    ticket.received_ms = round(evening.timestamp() * 1000)
    ticket.save()
    life.arrived(ticket, evening)
    assert ticket.due_on == date(2026, 11, 23)
