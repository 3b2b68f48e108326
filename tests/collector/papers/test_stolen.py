"""A stolen card: what it held at most, and the notice that is due within 72 hours."""

import io
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from docx import Document

from collector.complaints import arrivals
from collector.evidence.kiosks import known
from collector.fleet.models import Kiosk
from collector.local import moment_of
from collector.papers.stolen import StolenCard, held_by, notice
from collector.people.models import TrailEntry
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk, skm
from tests.collector.filing import SETTLED, file_complaint

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def village(kiosk: FakeKiosk, arrive: Callable[..., list[object]]) -> FakeKiosk:
    """Three answers and two complaints came in, one with a number; two records more are proven and did not come."""
    for number in range(3):
        kiosk.record("response", skm(4, visit=number))
    file_complaint(kiosk, "lama")
    filed = file_complaint(kiosk, "pungli", text="minta uang", phone="081234567890")
    arrive(kiosk.batch(1, filed.seq + 1))
    arrivals.settle(SETTLED)
    return kiosk


def card(kiosk: FakeKiosk, *, days: int = 8) -> StolenCard:
    (found,) = known(Kiosk.objects.filter(name=kiosk.name))
    lost_at = moment_of(MORNING_MS) + days * DAY
    return held_by(found, lost_at=lost_at, known_at=lost_at + DAY)


def test_what_a_card_held_at_most(village: FakeKiosk) -> None:
    found = card(village)
    assert (found.answers, len(found.complaints), len(found.with_number)) == (3, 2, 1)
    assert set(found.with_number) < set(found.complaints)
    assert found.notice_by - found.known_at == timedelta(hours=72)
    assert (found.revoked, found.heard_at, found.unit) == (False, None, "Balai Desa Sukamaju")


def test_what_was_written_after_the_theft_was_not_on_it(village: FakeKiosk) -> None:
    found = card(village, days=-1)
    assert (found.answers, found.complaints) == (0, ())


def test_the_notice_says_what_can_be_read_and_until_when(village: FakeKiosk) -> None:
    file = Document(io.BytesIO(notice(card(village))))
    text = "\n".join(
        [one.text for one in file.paragraphs]
        + [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    )
    for word in (
        "UU 27/2022",
        "14 November 2026",
        "[BELUM: cabut kunci kios]",
        "disegel untuk pusat",
        "2 yang sudah sampai",
    ):
        assert word in text
    assert [word for word in ("081234567890", "minta uang", "pungli") if word in text] == []


def test_the_command_lists_it_and_notes_that_it_was_asked(
    village: FakeKiosk, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "pemberitahuan.docx"
    call_command(
        "kiosk",
        "stolen",
        village.name,
        "--lost",
        "2026-11-10T14:00",
        "--known",
        "2026-11-11",
        "--out",
        str(out),
    )
    said = capsys.readouterr().out
    assert "due by 2026-11-14 00:00 WIB" in said
    assert "ikm-collector kiosk revoke k-0001" in said
    assert out.read_bytes().startswith(b"PK")
    assert TrailEntry.objects.filter(action="card stolen", subject=village.name).count() == 1
    with pytest.raises(CommandError, match="is no date; write 2026-07-01"):
        call_command("kiosk", "stolen", village.name, "--lost", "kemarin")
