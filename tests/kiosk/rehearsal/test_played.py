"""A file is played once, however it is saved, and one whose replay broke off is not begun anew."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.__main__ import main
from tests.kiosk.journals import questionnaires, records
from uplink.journal.home import KioskHome

KEYS = "persyaratan,prosedur,waktu,biaya,produk,kompetensi,perilaku,sarpras,pengaduan"
SHEET = f"submitted,{KEYS}\n" + "".join(
    f"2026-03-{day:02d} 09:00,4,4,4,{1 + day % 4},4,4,4,4,4\n" for day in range(1, 21)
)


def replay(home: Path, folder: Path, text: str, *, name: str = "januari.csv") -> int:
    path = folder / name
    path.write_text(text)
    return main(["simulate", "--home", str(home), "--replay", str(path), "--quiet"])


def test_a_file_that_was_played_is_refused(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(home, tmp_path, SHEET) == 0
    kept = records(home)
    assert replay(home, tmp_path, SHEET, name="again.csv") == 2
    told = capsys.readouterr().err
    assert re.search(
        r"again\.csv was played before, on \d{4}-\d\d-\d\d as januari\.csv, with all of its 20 rows", told
    )
    assert records(home) == kept, "nothing is written for a file that is not played"


def test_a_file_that_was_saved_anew_is_still_the_same(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(home, tmp_path, SHEET) == 0
    lines = SHEET.replace(",", ";").splitlines()
    anew = "\r\n".join([f"No;{lines[0]};saran", *(f"{n};{line};baik" for n, line in enumerate(lines[:0:-1]))])
    assert replay(home, tmp_path, anew) == 2
    assert "was played before" in capsys.readouterr().err


def test_another_file_is_played(home: Path, tmp_path: Path) -> None:
    assert replay(home, tmp_path, SHEET) == 0
    assert replay(home, tmp_path, SHEET.replace("2026-03", "2026-04")) == 0
    assert len(questionnaires(home)) == 40


def test_a_replay_that_was_killed_says_which_rows_are_in_and_the_rest_can_be_played(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "januari.csv"
    path.write_text(SHEET)
    command = [sys.executable, "-m", "kiosk", "simulate", "--home", str(home), "--replay", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as program:
        assert program.stdout is not None
        for line in program.stdout:
            if line.startswith("visitor 5"):
                program.kill()
    kept = len(questionnaires(home))
    assert 5 <= kept < 20
    assert replay(home, tmp_path, SHEET) == 2
    told = capsys.readouterr().err
    found = re.search(
        r"broke off after (\d+) of its 20 rows: in order of time everything through line (\d+) is in the journal; "
        r"line (\d+) may be, in part or whole",
        told,
    )
    assert found is not None, told
    done, last, doubtful = map(int, found.groups())
    assert (last, doubtful) == (done + 1, done + 2)
    assert done <= kept <= done + 1
    lines = SHEET.splitlines()
    assert replay(home, tmp_path, "\n".join([lines[0], *lines[1 + kept :]])) == 0
    assert len(questionnaires(home)) == 20


def test_a_kiosk_that_cannot_remember_plays_nothing(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    KioskHome(home).played.mkdir(parents=True)
    assert replay(home, tmp_path, SHEET) == 2
    assert "nobody can tell whether this file was played before" in capsys.readouterr().err
    KioskHome(home).played.rmdir()
    KioskHome(home).played.write_text("[{}]")
    assert replay(home, tmp_path, SHEET) == 2
    assert questionnaires(home) == []


def test_a_demo_plays_a_file_once_into_its_folder_and_checks_it_before_it_starts_anything(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert replay(home, tmp_path, SHEET) == 0
    data = tmp_path / "demo"
    data.mkdir()
    home.rename(data / "arsip-20260101-080000")
    capsys.readouterr()
    path = tmp_path / "januari.csv"
    assert main(["demo", "--data", str(data), "--replay", str(path)]) == 1
    told = capsys.readouterr()
    assert "januari.csv was played before" in told.err
    assert "--fresh" in told.err
    path.write_text(SHEET.replace("4,4,4,4,4", "4,4,4,5,4"))
    assert main(["demo", "--data", str(data), "--replay", str(path)]) == 1
    told_of_cells = capsys.readouterr()
    assert "sarpras (15 cells)" in told_of_cells.err
    assert "--fresh" not in told_of_cells.err
    assert told.out == told_of_cells.out == ""
    assert [one.name for one in data.iterdir()] == ["arsip-20260101-080000"]
