"""A sheet as an office has it is read as it means it, or refused as a whole with every place that must be mended."""

import re
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from kiosk.config import Config
from kiosk.errors import ReplayError
from kiosk.rehearsal.dates import DayMonth, Declared
from kiosk.rehearsal.replay import Reading, Terms, read_responses
from kiosk.remote.plan import make_plan
from survey.instrument.definition import load

SKM = load("skm-2017")
ZONE = ZoneInfo("Asia/Jakarta")
NOW = datetime(2026, 6, 1, 12, tzinfo=ZONE)
TERMS = Terms(zone=ZONE, now_ms=round(NOW.timestamp() * 1000))
KEYS = "persyaratan,prosedur,waktu,biaya,produk,kompetensi,perilaku,sarpras,pengaduan"
ROW = "3,3,2,4,3,3,4,3,1"
FOUR = ",".join("4" * 9)
GOOD = f"submitted,{KEYS}\n2026-03-09 10:15,{ROW}\n2026-03-09 10:22,{FOUR}\n"


def read(tmp_path: Path, content: str | bytes, terms: Terms = TERMS) -> Reading:
    path = tmp_path / "sheet.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_responses(path, make_plan(Config()), terms)


def refused(tmp_path: Path, content: str | bytes, terms: Terms = TERMS) -> str:
    with pytest.raises(ReplayError) as error:
        read(tmp_path, content, terms)
    return str(error.value)


def answers(reading: Reading) -> list[str]:
    """Each row's answers in the order of KEYS, - where there is none."""
    return [
        "".join(str((row.wish.answers or {}).get(key, "-")) for key in KEYS.split(","))
        for row in reading.rows
    ]


def moments(reading: Reading) -> list[str]:
    return [f"{datetime.fromtimestamp(row.at_ms / 1000, ZONE):%Y-%m-%d %H:%M:%S}" for row in reading.rows]


def dated(*texts: str, header: str = "submitted") -> str:
    """A sheet with semicolons, for moments that may hold a comma."""
    lines = [f"{text};{FOUR.replace(',', ';')}" for text in texts]
    return "\n".join([f"{header};{KEYS.replace(',', ';')}", *lines]) + "\n"


# What programs save.


SEMICOLONS = GOOD.replace(",", ";")
TABS = GOOD.replace(",", "\t")


@pytest.mark.parametrize(
    "content",
    [
        GOOD,
        SEMICOLONS,
        TABS,
        GOOD.replace("\n", "\r\n"),
        SEMICOLONS.replace("\n", "\r\n"),
        GOOD.replace("\n", "\r"),
        b"\xef\xbb\xbf" + SEMICOLONS.encode(),
        b"\xff\xfe" + TABS.encode("utf-16-le"),
        b"\xfe\xff" + TABS.encode("utf-16-be"),
        TABS.encode("utf-16-le"),
        SEMICOLONS.encode("utf-16-be"),
        "sep=;\r\n" + SEMICOLONS.replace("\n", "\r\n"),
        "\ufeff" + "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in GOOD.splitlines()),
        GOOD.replace(",persyaratan,", ", Persyaratan ,").replace("submitted", "\u00a0SUBMITTED"),
        "DATA SURVEI KEPUASAN MASYARAKAT,,,\nPeriode: 2026,,,\n\n" + GOOD,
        GOOD.replace("\n", ",\n") + ",,,,,,,,,,\n,,,,,,,,,,\n",
        re.sub(r",(\d)(?=[,\n])", r',"\1,0"', GOOD),
        re.sub(r";(\d)(?=[;\n])", r";\1,00", SEMICOLONS),
        re.sub(r",(\d)(?=[,\n])", r",\1.0", GOOD),
    ],
)
def test_what_spreadsheets_save_is_read(tmp_path: Path, content: str | bytes) -> None:
    reading = read(tmp_path, content)
    assert answers(reading) == ["332433431", "444444444"]
    assert moments(reading) == ["2026-03-09 10:15:00", "2026-03-09 10:22:00"]


@pytest.mark.parametrize(
    "content, said",
    [
        (b"PK\x03\x04 and so on", "is a workbook and no CSV file"),
        (b"\xd0\xcf\x11\xe0 and so on", "is a workbook and no CSV file"),
        (GOOD.encode() + b"caf\xe9,\n", "line 4: these bytes are no UTF-8; save the sheet anew"),
        (GOOD.encode() + b"\0,\n", "line 4 holds a NUL"),
        (GOOD + '"2026-03-09 10:15,', "look for a quotation mark that is not closed"),
        (b"", "holds no responses"),
        (b"\n\n", "holds no responses"),
        (f"submitted,{KEYS}\n", "holds no responses"),
    ],
)
def test_what_is_no_table_is_refused_with_what_to_save(
    tmp_path: Path, content: str | bytes, said: str
) -> None:
    assert said in refused(tmp_path, content)


def test_a_missing_file_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(ReplayError, match="there is no such file"):
        read_responses(tmp_path / "nowhere.csv", make_plan(Config()), TERMS)


# What a sheet has beside the answers.


def test_what_is_not_played_is_named(tmp_path: Path) -> None:
    sheet = (
        "KUESIONER,,\n"
        f"No,Tanggal,{KEYS},Saran\n"
        f'1,2026-03-09 10:15,{ROW},"jumlah loket\nkurang"\n'
        f"2,2026-03-09 10:22,{FOUR},\n"
        "3,,,,,,,,,,,\n"
        ",,,,,,,,,,,\n"
        "Jumlah,,7,7,6,8,7,7,8,7,5,\n"
        "NRR / Unsur,,3.5,3.5,3,4,3.5,3.5,4,3.5,2.5,\n"
    )
    reading = read(tmp_path, sheet)
    assert answers(reading) == ["332433431", "444444444"]
    assert [row.line for row in reading.rows] == [3, 4]
    assert reading.notes.lines() == [
        "1 rows stand above the header in line 2: not played",
        "the columns No, Saran are not played",
        "1 empty rows: passed over",
        "line 5 has a number and nothing else: not played",
        "line 7 sums the others up ('Jumlah'): not played",
        "line 8 sums the others up ('NRR / Unsur'): not played",
        "2 rows have no smiley of their own: the rounded mean of their answers was pressed",
    ]


def test_a_response_is_not_taken_for_a_total(tmp_path: Path) -> None:
    """It has a moment of its own, whatever its number column says."""
    sheet = f"No,submitted,{KEYS}\nTotal,2026-03-09 10:15,{ROW}\n"
    assert answers(read(tmp_path, sheet)) == ["332433431"]


def test_official_names_and_those_of_the_questionnaire_are_columns_too(tmp_path: Path) -> None:
    names = [SKM.element(key).name["id"] for key in KEYS.split(",")]
    header = ";".join(["Tanggal Survei", "JENIS  KELAMIN", "Usia", "Pendidikan", "Pekerjaan", *names])
    reading = read(
        tmp_path, f"{header}\n2026-03-09 10:15;P;31;D1/D2/D3;ASN (PNS/PPPK);{ROW.replace(',', ';')}\n"
    )
    assert answers(reading) == ["332433431"]
    assert reading.rows[0].wish.profile == {"sex": "P", "age": "31-35", "education": "diploma", "job": "pns"}


@pytest.mark.parametrize(
    "header, said",
    [
        (
            f"submitted,{KEYS},waktu",
            "the columns 'waktu' (4), 'waktu' (11) say the same thing: keep one of them",
        ),
        (f"submitted,{KEYS}, WAKTU", "the columns 'waktu' (4), 'WAKTU' (11) say the same thing"),
        (f"submitted,Tanggal,{KEYS}", "the columns 'submitted' (1), 'Tanggal' (2) say the same thing"),
        (f"submitted,{KEYS},nama", "has the unknown column 'nama' (11): take it out"),
        (f"submitted,{KEYS},", "has the unknown column '' (11)"),
        (f"{KEYS},pulse,sex", "lacks the column submitted"),
        ("submitted,waktu", "lacks columns for persyaratan, prosedur, biaya"),
        (f"submitted,U1,{KEYS}", "both element keys and U columns"),
        ("submitted,U1,U1,U2,U3,U4,U5,U6,U7,U8", "lacks columns for U9"),
        ("submitted,U1,U1,U2,U3,U4,U5,U6,U7,U8", "the columns 'U1' (2), 'U1' (3) say the same thing"),
        ("submitted,U1,U2,U3,U4,U5,U6,U7,U8,U9", "add --order questionnaire if U8 is sarana"),
    ],
)
def test_a_header_is_refused_with_all_that_is_wrong(tmp_path: Path, header: str, said: str) -> None:
    row = ",".join(["1"] * (header.count(",") + 1))
    assert said in refused(tmp_path, f"{header}\n{row}\n")


def test_a_header_tells_everything_at_once(tmp_path: Path) -> None:
    told = refused(tmp_path, f"{KEYS},waktu,nama,alamat\n{ROW},3,x,y\n")
    assert told.count("\n") == 3
    for said in ("'waktu' (3), 'waktu' (10)", "'nama' (11), 'alamat' (12)", "lacks the column submitted"):
        assert said in told


# Bad cells.


@pytest.mark.parametrize("text", ["5", "0", "-1", "3.5", "3,5", "-", "NA", "=4", "²", "٣", "a", "3 4", "1e0"])
def test_a_value_outside_the_scale_is_refused(tmp_path: Path, text: str) -> None:
    told = refused(tmp_path, f'submitted,{KEYS}\n2026-03-09 10:15,"{text}",3,2,4,3,3,4,3,1\n')
    assert "persyaratan: write a whole number from 1 to 4, or nothing\n  line 2 = " + repr(text) in told


def test_every_bad_cell_is_named_and_nothing_is_played(tmp_path: Path) -> None:
    rows = [f"2026-03-09 10:{minute:02d},{FOUR}" for minute in range(6)]
    rows[1] = rows[1].replace(",4", ",5", 1)
    rows[2] = f"yesterday,{ROW}"
    rows[3] = f"2026-03-09 10:03,,{',' * 7}"
    rows[4] = rows[4].replace(",4", ",5", 1)[:-1] + "0"
    rows[5] = "2026-03-09 10:05,4"
    told = refused(tmp_path, "\n".join([f"submitted,{KEYS}", *rows]))
    assert told.splitlines() == [
        "sheet.csv was not played, not a row of it: 6 places must be mended first",
        "persyaratan (2 cells): write a whole number from 1 to 4, or nothing",
        "  lines 3, 6 = '5'",
        "submitted: write a local time, as 2026-03-09 10:15 or 31/12/2025 08.15, the year with four digits",
        "  line 4 = 'yesterday'",
        "row: it has neither an answer nor a smiley; take the row out",
        "  line 5",
        "pengaduan: write a whole number from 1 to 4, or nothing",
        "  line 6 = '0'",
        "row: it has not as many columns as the header, which has 10",
        "  line 7 = '2 cells'",
    ]


def test_five_hundred_bad_cells_can_be_read(tmp_path: Path) -> None:
    rows = [f"2026-03-09 10:15,{5 if line % 100 else 4},4,4,4,4,4,4,4,4" for line in range(2, 502)]
    told = refused(tmp_path, "\n".join([f"submitted,{KEYS}", *rows])).splitlines()
    assert told == [
        "sheet.csv was not played, not a row of it: 495 places must be mended first",
        "persyaratan (495 cells): write a whole number from 1 to 4, or nothing",
        "  lines 2-99, 101-199, 201-299, 301-399, 401-499, 501 = '5'",
    ]
    each = [f"{day}.{line},{FOUR}" for line, day in enumerate(["x"] * 500, start=2)]
    told = refused(tmp_path, "\n".join([f"submitted,{KEYS}", *each])).splitlines()
    assert told[1].startswith("submitted (500 cells): ")
    assert max(map(len, told)) <= 110
    named = re.findall(r"line (\d+) = 'x\.(\d+)'", " ".join(" ".join(told).split()))
    assert [(int(line), int(value)) for line, value in named] == [(line, line) for line in range(2, 502)]


def test_a_row_without_any_answer_is_refused_and_one_with_a_smiley_declined(tmp_path: Path) -> None:
    sheet = f"submitted,pulse,{KEYS}\n2026-03-09 10:15,,,,,,,,,,\n2026-03-09 10:16,2,,,,,,,,,\n"
    told = refused(tmp_path, sheet)
    assert "neither an answer nor a smiley; take the row out\n  line 2" in told
    assert "line 3" not in told
    (row,) = read(tmp_path, sheet.replace("2026-03-09 10:15,,,,,,,,,,\n", "")).rows
    assert (row.wish.pulse, row.wish.answers) == (2, None)


# Moments.


@pytest.mark.parametrize(
    "text, meant",
    [
        ("2026-03-09 10:15", "2026-03-09 10:15:00"),
        ("2026-03-09T03:15:30Z", "2026-03-09 10:15:30"),
        ("2026-03-09 10:15+08:00", "2026-03-09 09:15:00"),
        ("20260309", "2026-03-09 00:00:00"),
        ("2026/3/9 8.05", "2026-03-09 08:05:00"),
        ("31/12/2025 08.15", "2025-12-31 08:15:00"),
        ("31/12/2025 8:15:59", "2025-12-31 08:15:59"),
        ("31-12-2025, 08.15", "2025-12-31 08:15:00"),
        ("31.12.2025", "2025-12-31 00:00:00"),
        ("5/5/2026 23.59", "2026-05-05 23:59:00"),
        ("12/31/2025 08:15", "2025-12-31 08:15:00"),
        ("31 Desember 2025 08.15", "2025-12-31 08:15:00"),
        ("1-Mei-2026", "2026-05-01 00:00:00"),
        ("46090", "2026-03-09 00:00:00"),
        ("46090.427083", "2026-03-09 10:15:00"),
        ("46090,4270833333", "2026-03-09 10:15:00"),
        ("36526", "2000-01-01 00:00:00"),
    ],
)
def test_a_moment_that_means_one_thing_is_read(tmp_path: Path, text: str, meant: str) -> None:
    assert moments(read(tmp_path, dated(text))) == [meant]


@pytest.mark.parametrize(
    "text, remedy",
    [
        ("", "write a local time"),
        ("yesterday", "write a local time"),
        ("31/12/25 08.15", "write a local time"),
        ("26-03-09", "write a local time"),
        ("31/13/2025", "write a local time"),
        ("30/02/2026", "write a local time"),
        ("31/12/2025 25.00", "write a local time"),
        ("31 Duodecember 2025", "write a local time"),
        ("2026", "write a local time"),
        ("03/04/2026", "day and month can be meant either way"),
        ("03-04-2026 10.15", "day and month can be meant either way"),
        ("1999-12-31 23:59", "the year lies before 2000"),
        ("1900-01-01 00:00", "the year lies before 2000"),
        ("0001-01-01", "the year lies before 2000"),
        ("31/12/1999", "the year lies before 2000"),
        ("36525", "the year lies before 2000"),
        ("2026-06-01 12:01", "it lies in the future"),
        ("2062-03-09 10:15", "it lies in the future"),
        ("9999-12-31 23:59", "it lies in the future"),
        ("99999", "it lies in the future"),
    ],
)
def test_any_other_moment_is_refused_with_what_to_write(tmp_path: Path, text: str, remedy: str) -> None:
    told = refused(tmp_path, dated(text, "2026-03-09 10:15"))
    assert f"submitted: {remedy}" in told
    assert "  line 2" + (f" = {text!r}" if text else "") in told
    assert "line 3" not in told


def test_this_very_moment_is_not_the_future(tmp_path: Path) -> None:
    assert len(read(tmp_path, dated("2026-06-01 12:00")).rows) == 1


def test_another_row_proves_what_comes_first_and_it_is_said(tmp_path: Path) -> None:
    reading = read(tmp_path, dated("03/04/2026 10.15", "31/12/2025 08.15", "04/05/2026"))
    assert moments(reading) == ["2025-12-31 08:15:00", "2026-04-03 10:15:00", "2026-05-04 00:00:00"]
    said = "which of day and month comes first is taken from line 3 ('31/12/2025 08.15')"
    assert said in reading.notes.lines()
    assert moments(read(tmp_path, dated("03/04/2026", "12/31/2025")))[1] == "2026-03-04 00:00:00"
    assert not any("comes first" in line for line in read(tmp_path, dated("31/12/2025")).notes.lines())


def test_a_file_that_proves_both_is_refused_where_it_can_be_meant_either_way(tmp_path: Path) -> None:
    told = refused(tmp_path, dated("03/04/2026", "31/12/2025", "12/31/2025"))
    assert "one place must be mended" in told
    assert "line 2 = '03/04/2026'" in told


def test_whoever_knows_what_comes_first_may_say_so(tmp_path: Path) -> None:
    for order, meant in ((DayMonth.DAY_FIRST, "2026-04-03"), (DayMonth.MONTH_FIRST, "2026-03-04")):
        terms = TERMS._replace(dates=order)
        assert moments(read(tmp_path, dated("03/04/2026"), terms)) == [f"{meant} 00:00:00"]
    terms = TERMS._replace(dates=DayMonth.MONTH_FIRST)
    assert "line 3 = '31/12/2025'" in refused(tmp_path, dated("03/04/2026", "31/12/2025"), terms)


def test_dates_without_a_time_are_said_to_stand_at_midnight(tmp_path: Path) -> None:
    lines = read(tmp_path, dated("2026-03-09", "46090", "2026-03-09 10:15")).notes.lines()
    assert "2 rows have a date and no time: they stand at 00:00 of their day" in lines


def test_every_row_lies_in_the_declared_period_to_the_last_second_of_the_units_days(tmp_path: Path) -> None:
    begin, end = datetime(2025, 10, 1, tzinfo=ZONE), datetime(2026, 1, 1, tzinfo=ZONE)
    declared = Declared(round(begin.timestamp() * 1000), round(end.timestamp() * 1000))
    terms = TERMS._replace(declared=declared)
    inside = dated("2025-10-01 00:00", "31/12/2025 23.59.59")
    assert len(read(tmp_path, inside, terms).rows) == 2
    told = refused(
        tmp_path, inside + dated("2025-09-30 23:59:59", "2026-01-01 00:00").split("\n", 1)[1], terms
    )
    assert (
        "submitted (2 cells): this kiosk's archive key is declared for 2025-10-01 to 2025-12-31; take the row"
        in told
    )
    assert "  line 4 = '2025-09-30 23:59:59'; line 5 = '2026-01-01 00:00'" in told


def test_the_moments_column_is_named_as_the_file_names_it(tmp_path: Path) -> None:
    assert "\nCap Waktu: write a local time" in refused(tmp_path, dated("x", header="Cap Waktu"))


def test_a_file_is_the_same_however_it_was_saved(tmp_path: Path) -> None:
    first, again = read(tmp_path, GOOD), read(tmp_path, SEMICOLONS)
    assert first.digests[0] != again.digests[0]
    assert first.digests[1] == again.digests[1]
    other = read(tmp_path, GOOD.replace("4\n", "3\n"))
    assert set(other.digests).isdisjoint(first.digests)


F03 = load("f03a")


@pytest.mark.parametrize(
    "columns",
    [
        [question.code for question in F03.questions],
        [f"U{number}" for number in range(1, 15)],
        list(F03.question_order),
    ],
    ids=["the codes its form prints", "U1 to U14", "its keys"],
)
def test_f03_is_read_by_the_labels_of_its_form_and_needs_no_order(tmp_path: Path, columns: list[str]) -> None:
    """The printed codes skip 13: the thirteenth item is 14.d.T and the fourteenth 15.e.K."""
    values = [number % 6 for number in range(14)]
    file = tmp_path / "f03.csv"
    file.write_text(f"submitted,{','.join(columns)}\n2026-03-02 09:00,{','.join(map(str, values))}\n")
    plan = make_plan(Config(), instruments=(load("pulse"), F03))
    (row,) = read_responses(file, plan, TERMS).rows
    assert row.wish.answers == dict(zip(F03.question_order, values, strict=True))
    assert (F03.labels[F03.question_order[12]], F03.labels[F03.question_order[13]]) == ("14.d.T", "15.e.K")
