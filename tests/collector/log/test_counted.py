"""A stranger's index: what is opened adds up to the release, and what is opened tells of nobody."""

import json
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from collector.errors import CollectorError
from collector.evidence.intake import rebuild
from collector.evidence.proof.audit import audit
from collector.evidence.proof.verify_bundle import verify as verify_bundle
from collector.fleet import assignments, tree
from collector.fleet.models import Kiosk, Unit
from collector.releases import verdict
from collector.releases.models import Release
from collector.scores.models import Response
from collector.scores.proof.export import export
from collector.trust import public
from survey.index.periods import parse
from survey.log.counter import NOTHING, Counted, read_told
from tests.collector.conftest import Arrive, OwnClock
from tests.collector.log.village import QUARTER, Card, Village, counters_of, moment
from tests.survey.log.keys import check

pytestmark = pytest.mark.django_db
OCTOBER, NOVEMBER = date(2026, 10, 5), date(2026, 11, 9)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)


@pytest.fixture
def village(unit: Unit, own_clock: OwnClock, arrive: Arrive) -> Village:
    own_clock.moment = moment(date(2026, 9, 27))
    return Village(unit, own_clock, arrive)


def opened(told: dict[str, object], part: str = "/skm-2017@1") -> Counted:
    """What a kiosk's counters come to, checked as a stranger checks them."""
    found = [NOTHING, NOTHING]
    for place, end in enumerate(("begin", "end")):
        if told[end] is not None:
            one = read_told(told[end])
            key = bytes.fromhex(str(told["key"]))
            one.check(stream=str(told["stream"]), part=part, public_key=key, check=check)
            found[place] = one.counted
    return found[1].minus(found[0])


def test_one_kiosks_counters_are_the_release(village: Village) -> None:
    card = village.card()
    card.serve(OCTOBER, 4, 3, 3)
    card.serve(NOVEMBER, 2, 4, 4)
    village.send()
    release = village.publish()
    village.log()
    said = counters_of(release)
    assert said["closed"] == {"n": 0, "kiosks": []}
    assert opened(said["kiosks"][0]) == Counted(6, dict.fromkeys(opened(said["kiosks"][0]).sums, 20))
    assert said["kiosks"][0]["begin"]["line"].count("2026-10-01") == 1
    assert "salt" not in said["kiosks"][0]["begin"], "nobody had answered by then"


def why(village: Village, *, period: str = "2026-TW4") -> tuple[int, list[list[str]]]:
    village.send()
    release = village.publish(parse(period))
    village.log()
    said = counters_of(release)
    return said["closed"]["n"], said["closed"]["kiosks"]


def test_a_kiosk_with_few_stays_closed_and_the_next_smallest_with_it(village: Village) -> None:
    for name, number in (("besar", 20), ("sedang", 7), ("kecil", 3)):
        village.card(name).serve(OCTOBER, *[3] * number)
    assert why(village) == (10, [["kecil", "few"], ["sedang", "protected"]])


def test_five_closed_ones_of_small_kiosks_need_no_other(village: Village) -> None:
    for name, number in (("besar", 20), ("dua", 2), ("tiga", 3)):
        village.card(name).serve(OCTOBER, *[3] * number)
    assert why(village) == (5, [["dua", "few"], ["tiga", "few"]])


def test_a_kiosk_that_came_in_the_quarter_is_opened_from_nothing(village: Village) -> None:
    village.card("lama").serve(OCTOBER, *[3] * 6)
    village.card("baru", begins=date(2026, 11, 2)).serve(NOVEMBER, *[4] * 6)
    assert why(village) == (0, [])


def test_who_answered_before_the_first_period_is_not_told(village: Village) -> None:
    """Three people in September stand in the counter at the first of October: it stays closed, and so does the quarter's end."""
    card = village.card()
    card.serve(date(2026, 9, 29), 1, 2, 1)
    card.serve(OCTOBER, *[3] * 12)
    assert why(village) == (12, [[card.kiosk.name, "protected"]])


def test_five_who_answered_before_are_a_block_of_their_own(village: Village) -> None:
    card = village.card()
    card.serve(date(2026, 9, 29), *[2] * 5)
    card.serve(OCTOBER, *[3] * 12)
    assert why(village) == (0, [])


def test_a_kiosk_that_stood_elsewhere_rests_on_the_auditor(village: Village) -> None:
    stays, moved = village.card("tetap"), village.card("pindah")
    stays.serve(OCTOBER, *[3] * 8)
    moved.serve(OCTOBER, *[3] * 8)
    other = tree.add_unit(
        code="mekarsari", name="M", region=village.unit.region, agency=None, time_zone="Asia/Jakarta"
    )
    assignments.assign(
        Kiosk.objects.get(name="pindah"), unit=other, place=tree.place_of(other), since=moment(NOVEMBER)
    )
    assert why(village) == (8, [["pindah", "moved"]])


def test_a_kiosk_that_never_closed_the_period_rests_on_the_auditor(village: Village) -> None:
    card: Card = village.card()
    card.serve(OCTOBER, *[3] * 8)
    village.send(until=date(2026, 12, 20))
    release = village.publish()
    village.log()
    assert counters_of(release)["closed"] == {"n": 8, "kiosks": [[card.kiosk.name, "no_counter"]]}


def test_a_tally_without_its_own_signature_is_not_shown(village: Village, arrive: Arrive) -> None:
    card = village.card()
    card.serve(OCTOBER, *[3] * 8)
    card.go_to(date(2027, 1, 2))
    arrive(card.kiosk.batch())
    village.cards = []
    release = village.publish()
    village.log()
    assert counters_of(release)["closed"]["kiosks"] == [[card.kiosk.name, "no_counter"]]


def test_a_month_beside_its_quarter_is_held_against_the_counters(village: Village) -> None:
    """Two kiosks, six each in the quarter, three each in October: the month's counters would tell of three people a kiosk."""
    for name in ("kiri", "kanan"):
        card = village.card(name)
        card.serve(OCTOBER, *[3] * 3)
        card.serve(NOVEMBER, *[4] * 5)
    assert why(village) == (0, [])
    with pytest.raises(CollectorError) as caught:
        village.publish(parse("2026-10"))
    assert caught.value.word == "release_waits"


def test_a_month_of_many_at_each_kiosk_is_opened_beside_its_quarter(village: Village) -> None:
    for name in ("kiri", "kanan"):
        card = village.card(name)
        card.serve(OCTOBER, *[3] * 5)
        card.serve(NOVEMBER, *[4] * 6)
    assert why(village) == (0, [])
    month = village.publish(parse("2026-10"))
    village.log()
    assert counters_of(month)["closed"] == {"n": 0, "kiosks": []}


def test_a_kiosk_that_nobody_used_is_shown_and_one_that_never_spoke_is_named(village: Village) -> None:
    village.card("dipakai").serve(OCTOBER, *[3] * 8)
    village.card("sepi")
    silent = village.card("bisu")
    village.cards.remove(silent)
    village.send()
    release = village.publish()
    village.log()
    said = counters_of(release)
    assert [(one["kiosk"], opened(one).n) for one in said["kiosks"]] == [("sepi", 0), ("dipakai", 8)]
    assert said["closed"] == {"n": 0, "kiosks": [["bisu", "silent"]]}


def test_counters_are_opened_once(village: Village) -> None:
    village.card().serve(OCTOBER, *[3] * 8)
    village.send()
    release = village.publish(QUARTER)
    village.log()
    before = bytes(release.counters.content)
    village.log()
    release.refresh_from_db()
    assert bytes(release.counters.content) == before


# Answers that are re-dated over a border.


def off_over_new_year(village: Village, *values: int) -> Release:
    """A kiosk is off over the end of the quarter, and so many answer before it knows the day again."""
    card = village.card("dipadamkan")
    card.serve(OCTOBER, *[3] * 8)
    card.go_to(date(2026, 12, 29))
    card.off(date(2027, 1, 4), *values)
    village.send(until=date(2027, 1, 5))
    release = village.publish(at=date(2027, 1, 6))
    village.log()
    return release


def test_a_few_whom_an_anchor_dates_over_a_border_stay_in_the_period_of_their_counter(
    village: Village, client: Client, tmp_path: Path
) -> None:
    release = off_over_new_year(village, 1, 1, 2, 1)
    said = counters_of(release)
    assert said["closed"] == {"n": 0, "kiosks": []}
    assert opened(said["kiosks"][0]).n == release.n == 12
    held = json.loads(bytes(release.content))["index"]
    assert held["timing"]["redated"] == 4
    assert held["elements"][0]["sum"] == 8 * 3 + 5
    for address, words in (
        ("/r/", "tetap dihitung di bulan penghitung kiosnya"),
        ("/en/r/", "stay in the month of its counter"),
    ):
        assert words in client.get(f"{address}{release.address}/").content.decode()
    found = verdict.publish(audit(village.unit, QUARTER, now=village.clock.now()), village.unit)
    assert [one["recounted"] for one in json.loads(bytes(found.content))["releases"]] == [True]
    before = list(Response.objects.order_by("pk").values_list("pk", "day", "at_ms"))
    rebuild.rebuild(lambda _: None)
    assert list(Response.objects.order_by("pk").values_list("pk", "day", "at_ms")) == before
    path = tmp_path / "berkas.zip"
    export(path, unit=village.unit, period=QUARTER, who="console:test", why="uji")
    checked = verify_bundle(path, collector_key=public.read(settings.IKM_KEYS).signing)
    assert (checked.problems, [one.n for one, _ in checked.indices]) == ((), [12])


def test_five_whom_an_anchor_dates_over_a_border_are_counted_behind_it(village: Village) -> None:
    release = off_over_new_year(village, 1, 1, 2, 1, 2)
    assert release.n == 8
    assert counters_of(release)["closed"] == {"n": 8, "kiosks": [["dipadamkan", "differs"]]}
