"""The citizen's page for a visit: that it is here and where it counts, and never what was answered."""

import re
from datetime import date

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from collector.fleet.models import Unit
from collector.papers.rows import rows_of
from collector.papers.said import said_of
from collector.releases.models import Release
from survey.record.record import decode
from survey.record.response import new_salt
from survey.record.visit_code import VisitCode, letters_of
from tests.collector.conftest import Arrive, OwnClock
from tests.collector.fake_kiosk import FakeKiosk, skm
from tests.collector.log.village import Card, Village, moment

pytestmark = pytest.mark.django_db
OCTOBER = date(2026, 10, 5)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)


@pytest.fixture
def village(unit: Unit, own_clock: OwnClock, arrive: Arrive) -> Village:
    own_clock.moment = moment(date(2026, 9, 27))
    return Village(unit, own_clock, arrive)


def code_of(kiosk: FakeKiosk, number: int) -> VisitCode:
    """The code that the kiosk itself shows: nothing of the collector's stands behind it."""
    letters = letters_of(stream=kiosk.stream, number=number, link=kiosk.links[number])
    return VisitCode(kiosk.name, number, letters)


def numbers_of(card: Card) -> list[int]:
    lines = enumerate(card.kiosk.lines, start=1)
    return [seq for seq, line in lines if decode(line).kind == "response"]


def ask(code: VisitCode | str, language: str = "", **more: str) -> tuple[int, str]:
    typed = code if isinstance(code, str) else f"{code.mark} {code.letters}"
    answer = Client().post(f"{language}/bukti/", {"code": typed, **more})
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"
    return answer.status_code, answer.content.decode()


def served(village: Village, *values: int, **more: object) -> tuple[Card, list[VisitCode]]:
    card = village.card("balai")
    card.serve(OCTOBER, *values, **more)
    return card, [code_of(card.kiosk, number) for number in numbers_of(card)]


def test_the_form_asks_by_post_in_both_languages() -> None:
    for address, words in (
        ("/bukti/", "Apakah penilaian Anda sampai?"),
        ("/en/bukti/", "Has your rating arrived?"),
    ):
        answer = Client().get(address)
        page = answer.content.decode()
        assert answer.status_code == 200
        assert words in page
        assert f'method="post" action="{address}"' in page
        assert "unsafe" not in answer["Content-Security-Policy"]


def test_a_visit_arrives_is_logged_and_counts(village: Village) -> None:
    _, codes = served(village, 4, 3, 3, 2, 4, 1)
    status, page = ask(codes[0])
    assert status == 404
    assert "Belum dikenal" in page, "nothing has come yet"
    village.send()
    _, page = ask(codes[0])
    assert "Sudah sampai, rilisnya belum terbit" in page
    assert "5 Oktober 2026, 09." in page
    assert "Nanti malam" in page
    release = village.publish()
    village.log()
    _, page = ask(codes[0])
    assert "Ada, dan dihitung" in page
    assert reverse("release", args=[release.address]) in page
    assert "terikat dalam catatan terbuka" in page
    _, english = ask(codes[0], "/en")
    assert "It is here, and it counts" in english


def test_however_it_is_typed_it_is_read_and_a_slip_is_told(village: Village) -> None:
    _, (first, *_) = served(village, *[3] * 5)
    village.send()
    for typed in (
        first.fragment,
        f"{first.mark} {first.letters}".lower(),
        f"  {first.kiosk} {first.number} {first.letters[:4]}-{first.letters[4:]}",
    ):
        assert ask(typed)[0] == 200, typed
    assert ask("balai 5")[0] == 400
    other = "3" if first.letters[0] != "3" else "4"
    assert ask(first._replace(letters=other + first.letters[1:]))[0] == 404
    assert ask(first._replace(number=first.number + 1))[0] == 404, "the letters are of one number alone"
    assert ask(first._replace(kiosk="lain"))[0] == 404


def test_who_left_a_question_open_is_told_that_it_does_not_count(village: Village) -> None:
    card, _ = served(village, *[3] * 5)
    card.kiosk.record("response", skm(3, 3, visit=99, salt=new_salt()), after_ms=1_000)
    half = code_of(card.kiosk, card.kiosk.last)
    village.send()
    village.publish()
    assert "Ada, tetapi tidak dihitung" in ask(half)[1]


def test_guessing_is_throttled_as_codes_of_complaints_are(village: Village) -> None:
    _, (first, *_) = served(village, *[3] * 5)
    village.send()
    wrong = first._replace(letters="ACDE3467" if first.letters != "ACDE3467" else "ACDE3469")
    seen = {ask(wrong)[0] for _ in range(25)}
    assert seen == {404, 429}


def test_the_page_of_a_code_is_the_same_whatever_was_answered(village: Village) -> None:
    """Two visitors of one minute, one all content and one not at all: nobody can tell their pages apart but by code and time."""
    _, codes = served(village, 1, 4, 1, 4, 2, 3)
    village.send()
    village.publish()
    village.log()

    def bare(code: VisitCode) -> str:
        page = ask(code)[1]
        for own in (f"{code.mark} {code.letters[:4]} {code.letters[4:]}", code.mark):
            page = page.replace(own, "CODE")
        return re.sub(r"\d\d\.\d\d", "TIME", page)

    assert len({bare(code) for code in codes}) == 1


def world(unit: Unit, clock: OwnClock, arrive: Arrive, values: list[int]) -> tuple[Release, list[VisitCode]]:
    village = Village(unit, clock, arrive)
    card = village.card(f"kios-{unit.code}")
    card.serve(OCTOBER, *values)
    village.send()
    release = village.publish()
    village.log()
    return release, [code_of(card.kiosk, number) for number in numbers_of(card)]


def test_no_code_can_be_matched_with_a_row_of_the_sheet(
    village: Village, unit: Unit, own_clock: OwnClock, arrive: Arrive
) -> None:
    """Whoever holds every code and the sheet finds no row for a code.

    Nothing of a code stands in the sheet; what the sheet says, tried as the record that a code is of, gives none of the letters; and the sheet of the
    same answers given by other people is the same sheet.
    """
    from collector.fleet import tree  # noqa: PLC0415 - beside `unit`, which needs the database

    values = [1 + place % 4 for place in range(32)]
    release, codes = world(unit, own_clock, arrive, values)
    rows = rows_of(said_of(release))
    assert isinstance(rows, list)
    said = " ".join(map(str, rows))
    assert [code for code in codes if code.letters in said or code.mark in said] == []

    own_clock.moment = moment(date(2026, 9, 27))
    twin = tree.add_unit(
        code="mekarsari", name="M", region=unit.region, agency=None, time_zone="Asia/Jakarta"
    )
    other, others = world(twin, own_clock, arrive, values[::-1])
    twin_rows = rows_of(said_of(other))
    assert isinstance(twin_rows, list)
    assert sorted(row.answers for row in rows) == sorted(row.answers for row in twin_rows)
    assert {code.letters for code in codes}.isdisjoint(code.letters for code in others)
