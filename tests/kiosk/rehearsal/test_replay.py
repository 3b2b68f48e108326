"""A file of responses becomes exactly those responses, through the panel's own queue."""

import csv
import json
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.__main__ import main
from survey.index.indices import index
from survey.index.tally import Tally
from survey.instrument.definition import load
from survey.record.clock import Moment, Stamped, times, unknown_clock
from tests.kiosk.journals import Kept, pulses, questionnaires, records
from uplink.journal.enrolment import load_enrolment, store_enrolment

EXAMPLE = Path(__file__).resolve().parents[3] / "docs" / "examples" / "responses.csv"
SKM = load("skm-2017")
ZONE = ZoneInfo("Asia/Jakarta")
KEYS = "persyaratan,prosedur,waktu,biaya,produk,kompetensi,perilaku,sarpras,pengaduan"


def replay(home: Path, file: Path, *more: str) -> int:
    return main(["simulate", "--home", str(home), "--replay", str(file), "--quiet", *more])


def written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "file.csv"
    path.write_text(text, encoding="utf-8")
    return path


def true_times(home: Path) -> list[tuple[Kept, Moment]]:
    """Every record with its time and how far that may be off, as the collector works it out."""
    kept = records(home)
    stamped = [
        Stamped(
            seq=one.seq,
            boot=one.fields["boot"],
            up_ms=one.fields["up_ms"],
            at=one.fields.get("at"),
            sync=one.fields["sync"],
            received_ms=2**45,
        )
        for one in kept
    ]
    return list(zip(kept, times(unknown_clock(enrolled_ms=0), stamped).moments, strict=True))


def moments(home: Path) -> list[datetime]:
    """When each questionnaire was answered."""
    return [
        datetime.fromtimestamp(moment.at_ms / 1000, UTC).astimezone(ZONE)
        for kept, moment in true_times(home)
        if kept.kind == "response" and kept.body["instrument"] != "pulse"
    ]


def index_from_file(path: Path) -> tuple[int, Fraction]:
    """The unit index straight from the file, in one line of arithmetic: 25 x the sum of scores / 9 n."""
    with path.open(newline="") as file:
        rows = [[row[key] for key in SKM.element_keys] for row in csv.DictReader(file)]
    whole = [list(map(int, row)) for row in rows if all(row)]
    return len(whole), Fraction(25 * sum(map(sum, whole)), 9 * len(whole))


def test_the_example_becomes_its_own_index(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(home, EXAMPLE, "--json") == 0
    result = json.loads(capsys.readouterr().out)
    kept = questionnaires(home)
    n, value = index_from_file(EXAMPLE)
    computed = index(SKM, Tally.of(SKM, (record.body["answers"] for record in kept)))
    assert (computed.n, computed.exact) == (n, value)
    assert result["questionnaires"] == n
    assert (result["visitors"], result["failed"]) == (len(kept), 0)
    assert result["thanked_records"] == 2 * len(kept)


def test_every_row_keeps_its_answers_and_its_minute(home: Path) -> None:
    replay(home, EXAMPLE)
    with EXAMPLE.open(newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["submitted"])
    kept = questionnaires(home)
    assert [record.body["answers"] for record in kept] == [
        {key: int(row[key]) for key in SKM.question_order if row[key]} for row in rows
    ]
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in moments(home)] == [row["submitted"] for row in rows]
    assert [
        str(record.body["answers"]["kepuasan"])
        for record, row in zip(pulses(home), rows, strict=True)
        if row["pulse"]
    ] == [row["pulse"] for row in rows if row["pulse"]]


def test_profile_and_service_are_mapped_to_the_lists_or_skipped(home: Path, tmp_path: Path) -> None:
    file = written(
        tmp_path,
        f"submitted,sex,age,education,job,service,{KEYS}\n"
        "2026-03-02 09:00,P,31,SLTA,nelayan,Kartu Keluarga,1,2,3,4,1,2,3,4,1\n"
        "2026-03-02 09:00,?,,SMK 3,astronot,PBB,4,4,4,4,4,4,4,4,4\n",
    )
    assert replay(home, file) == 0
    first, second = questionnaires(home)
    assert first.body["profile"] == {"sex": "P", "age": "31-35", "education": "sma", "job": "petani"}
    assert first.body["service"] == "kk"
    assert "profile" not in second.body
    assert "service" not in second.body


def test_what_was_left_out_is_said(home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = written(
        tmp_path, f"submitted,job,service,{KEYS}\n2026-03-02 09:00,astronot,PBB,4,4,4,4,4,4,4,4,\n"
    )
    assert replay(home, file) == 0
    said = capsys.readouterr().out
    assert "1 rows have job=astronot" in said
    assert "1 rows name 1 services" in said
    assert "1 rows lack an answer" in said


def test_a_files_own_age_bands_are_offered(home: Path, tmp_path: Path) -> None:
    file = written(
        tmp_path,
        f"submitted,age_band,{KEYS}\n"
        "2026-03-02 09:00,20-29,4,4,4,4,4,4,4,4,4\n"
        "2026-03-02 09:01,,4,4,4,4,4,4,4,4,4\n"
        "2026-03-02 09:02,60+,4,4,4,4,4,4,4,4,4\n",
    )
    assert replay(home, file) == 0
    assert [record.body.get("profile") for record in questionnaires(home)] == [
        {"age": "20-29"},
        None,
        {"age": "60+"},
    ]


def test_a_column_of_internal_and_external_users_is_played_where_the_file_has_one(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = written(
        tmp_path,
        f"submitted,Usia,Pengguna Layanan,{KEYS}\n"
        "2026-03-02 09:00,17,Internal,4,4,4,4,4,4,4,4,4\n"
        "2026-03-02 09:01,66,eksternal,4,4,4,4,4,4,4,4,4\n"
        "2026-03-02 09:02,,tamu,4,4,4,4,4,4,4,4,4\n",
    )
    assert replay(home, file) == 0
    assert [record.body.get("profile") for record in questionnaires(home)] == [
        {"age": "<18", "user": "internal"},
        {"age": ">65", "user": "eksternal"},
        None,
    ]
    assert "1 rows have user=tamu" in capsys.readouterr().out


def test_u_columns_need_their_order_because_of_eight_and_nine(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    header = ",".join(f"U{number}" for number in range(1, 10))
    file = written(tmp_path, f"submitted,{header}\n2026-03-02 09:00,4,4,4,4,4,4,4,1,2\n")
    assert replay(home, file) == 2
    assert "--order questionnaire" in capsys.readouterr().err
    assert replay(home, file, "--order", "questionnaire") == 0
    other = written(tmp_path, f"submitted,{header}\n2026-03-02 09:01,4,4,4,4,4,4,4,1,2\n")
    assert replay(home, other, "--order", "regulation") == 0
    answers = [record.body["answers"] for record in questionnaires(home)]
    assert [(given["sarpras"], given["pengaduan"]) for given in answers] == [(1, 2), (2, 1)]


def test_rows_may_stand_in_any_order(home: Path, tmp_path: Path) -> None:
    file = written(
        tmp_path,
        f"submitted,{KEYS}\n2026-03-02 09:00,4,4,4,4,4,4,4,4,4\n2025-12-31T23:59:00+07:00,1,1,1,1,1,1,1,1,1\n",
    )
    assert replay(home, file) == 0
    assert [record.body["answers"]["waktu"] for record in questionnaires(home)] == [1, 4]
    assert [moment.year for moment in moments(home)] == [2025, 2026]


def test_the_times_of_a_file_of_years_are_as_certain_as_those_of_a_day(home: Path, tmp_path: Path) -> None:
    days = [datetime(2024, 1, 1, 8, 15, tzinfo=ZONE) + timedelta(days=31 * number) for number in range(24)]
    rows = "".join(f"{day:%d/%m/%Y %H.%M};4;4;4;4;4;4;4;4;4\n" for day in days)
    assert replay(home, written(tmp_path, f"submitted;{KEYS}\n{rows}".replace(",", ";"))) == 0
    assert [moment.replace(microsecond=0) for moment in moments(home)] == days
    assert max(moment.error_ms for _, moment in true_times(home)) < 10_000


def test_a_second_replay_is_a_boot_of_its_own_and_its_visits_have_other_numbers(
    home: Path, tmp_path: Path
) -> None:
    replay(home, EXAMPLE)
    replay(home, written(tmp_path, EXAMPLE.read_text().replace("2026-01", "2025-01")))
    kept = questionnaires(home)
    assert len({(record.fields["boot"], record.body["visit"]) for record in kept}) == len(kept)
    assert len({record.fields["boot"] for record in kept}) == 2


def test_one_bad_cell_and_nothing_is_played(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = "2026-03-02 09:00,4,4,4,4,4,4,4,4,4\n"
    file = written(tmp_path, f"submitted,{KEYS}\n{good * 20}2026-03-02 09:00,4,4,4,4,4,4,4,4,5\n")
    assert replay(home, file) == 2
    assert (
        "pengaduan: write a whole number from 1 to 4, or nothing\n  line 22 = '5'" in capsys.readouterr().err
    )
    assert not (home / "journal").exists()


def test_a_kiosk_without_an_archive_key_says_so_loudly_and_one_with_it_keeps_to_its_period(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = "4,4,4,4,4,4,4,4,4"
    assert replay(home, written(tmp_path, f"submitted,{KEYS}\n2026-03-02 09:00,{row}\n"), "--json") == 0
    assert "WARNING: this kiosk's key is no archive key" in capsys.readouterr().err
    first = round(datetime(2025, 1, 1, tzinfo=ZONE).timestamp() * 1000)
    last = round(datetime(2026, 1, 1, tzinfo=ZONE).timestamp() * 1000)
    store_enrolment(home, load_enrolment(home)._replace(archive_ms=(first, last)))
    kept = records(home)
    both = f"submitted,{KEYS}\n2025-12-31 23:59,{row}\n2026-01-01 00:00,{row}\n"
    assert replay(home, written(tmp_path, both)) == 2
    told = capsys.readouterr().err
    assert "archive key is declared for 2025-01-01 to 2025-12-31" in told
    assert "WARNING" not in told
    assert records(home) == kept
    assert replay(home, written(tmp_path, both.replace("2026-01-01", "2025-01-01"))) == 0
    assert "WARNING" not in capsys.readouterr().err


def test_what_staff_typed_in_from_paper_is_recorded_as_such(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    row = "4,4,4,4,4,4,4,4,4"
    some = f"submitted,channel,{KEYS}\n2026-03-02 09:00,Petugas,{row}\n2026-03-02 09:01,,{row}\n"
    assert replay(home, written(tmp_path, some)) == 0
    assert "1 rows were typed in by staff: recorded as petugas" in capsys.readouterr().out
    assert replay(home, written(tmp_path, some.replace("-02 ", "-03 ")), "--channel", "petugas") == 0
    kept = records(home, "response")
    assert [record.body["channel"] for record in kept] == ["petugas"] * 2 + ["button"] * 2 + ["petugas"] * 4
    assert {record.body["duration_s"] for record in kept if record.body["channel"] == "petugas"} == {0}
    assert replay(home, written(tmp_path, some.replace("Petugas", "button"))) == 2
    told = capsys.readouterr().err
    assert (
        "channel: write petugas where staff typed the row in from paper, or nothing\n  line 2 = 'button'"
        in told
    )


def test_days_and_months_are_meant_as_the_command_says(home: Path, tmp_path: Path) -> None:
    file = written(tmp_path, f"Tanggal;{KEYS}\n03/04/2026 08.15;4,4,4,4,4,4,4,4,4\n".replace(",", ";"))
    assert replay(home, file) == 2
    assert replay(home, file, "--dates", "day-first") == 0
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in moments(home)] == ["2026-04-03 08:15"]


def test_a_missing_file_is_one_sentence(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay(home, Path("/nowhere.csv")) == 2
    assert "cannot be read" in capsys.readouterr().err
