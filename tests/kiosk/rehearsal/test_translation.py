"""A sheet for a reviewer: out, filled in by a spreadsheet, and back; a draft stays a draft until somebody signs it."""

import csv
import io
import tomllib
from pathlib import Path

import pytest

from kiosk.__main__ import main
from kiosk.config import parse
from kiosk.errors import ConfigurationError
from kiosk.rehearsal.translation import COLUMNS, SheetError, read_sheet, sheet, toml_of
from kiosk.remote.settings import check
from kiosk.show.texts import catalogue, shipped
from survey.settings.shown import SettingsRefused

DRAFTS = [language.code for language in shipped() if language.draft]


def test_every_text_stands_in_the_sheet_once_beside_the_indonesian_one() -> None:
    rows = list(csv.DictReader(io.StringIO(sheet("jv"))))
    assert [row["key"] for row in rows] == [key for key in catalogue("id") if not key.startswith("language.")]
    back = next(row for row in rows if row["key"] == "action.back")
    assert (back["indonesian"], back["translation"]) == ("Kembali", "Mbalik")
    assert next(row for row in rows if row["key"] == "page.number")["placeholders"] == "count number"


@pytest.mark.parametrize("code", ["en", "jv", "ljp"])
def test_a_sheet_that_comes_back_untouched_makes_the_same_catalogue(code: str) -> None:
    made = tomllib.loads(
        toml_of(read_sheet(sheet(code)), name="x", voice="id", reviewer="", day="2026-11-27")
    )
    kept = tomllib.loads((Path("kiosk/show/locale") / f"{code}.toml").read_text())
    assert made.pop("language") == {"name": "x", "voice": "id", "draft": True}
    kept.pop("language")
    assert made == kept


def changed(**columns: str) -> str:
    rows = [
        dict.fromkeys(COLUMNS, "")
        | {"key": "page.number", "indonesian": "Halaman {number} dari {count}"}
        | columns
    ]
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue()


@pytest.mark.parametrize(
    "columns, said",
    [
        ({"translation": "Kaca {number}"}, "count"),
        ({"translation": "Kaca {number} saking {cacah}"}, "cacah"),
        ({"translation": "Kaca {number"}, "expected"),
        ({"key": "page.nomor", "translation": "Kaca"}, "no text of this version"),
        ({"key": "language.draft", "translation": "false"}, "no text of this version"),
    ],
)
def test_what_would_break_a_screen_is_refused_with_its_line(columns: dict[str, str], said: str) -> None:
    with pytest.raises(SheetError, match=said):
        read_sheet(changed(**columns))


def test_a_spreadsheet_may_write_semicolons_and_remarks_are_told() -> None:
    content = changed(translation="Kaca {number} saking {count}", remark="krama?").replace(",", ";")
    reviewed = read_sheet("\ufeff" + content)
    assert reviewed.texts == {"page.number": "Kaca {number} saking {count}"}
    assert reviewed.remarks == ("page.number: krama?",)
    assert "idle.title" in reviewed.missing


def test_the_command_leads_there_and_back(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table, made = tmp_path / "jv.csv", tmp_path / "jv.toml"
    assert main(["texts", "export", "jv", "--out", str(table)]) == 0
    assert main(["texts", "import", "jv", str(table), "--out", str(made)]) == 0
    assert tomllib.loads(made.read_text())["language"]["draft"] is True
    assert (
        main(["texts", "import", "jv", str(table), "--out", str(made), "--reviewed-by", "Sri Wahyuni"]) == 0
    )
    assert tomllib.loads(made.read_text())["language"]["draft"] is False
    assert "Sri Wahyuni" in made.read_text()
    assert "missing and shown in Indonesian" in capsys.readouterr().out


def test_a_new_language_needs_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    table = tmp_path / "su.csv"
    main(["texts", "export", "su", "--out", str(table)])
    assert main(["texts", "import", "su", str(table), "--out", str(tmp_path / "su.toml")]) != 0
    assert "--name" in capsys.readouterr().err


@pytest.mark.parametrize("code", DRAFTS)
def test_a_draft_is_offered_to_no_citizen(code: str) -> None:
    with pytest.raises(ConfigurationError, match="draft"):
        parse({"visit": {"languages": ["id", code]}}, file="f")
    with pytest.raises(SettingsRefused):
        check({"languages": ["id", code]})
