"""`GET /api/v1/indices` and `ikm-collector index`: the same numbers from the same function, and stable refusals."""

import csv
import io
import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from collector.accounts import roles
from collector.people.models import TrailEntry
from collector.people.trail import console_user
from collector.scores.ask.queries import indices
from collector.scores.ask.words import question
from collector.scores.show.as_csv import as_csv
from collector.scores.tallies.projection import project
from tests.collector.accounts_of import person
from tests.collector.scores.village import MONDAY, Post, add_unit, answers, at

pytestmark = pytest.mark.django_db

# n = 19 with a grand total of 524: the unrounded 76.608187 lies in the table's gap, and rounds to a B.
SUMS = [4] * 11 + [3] * 11 + [2] * 25
EDGE = {"n": 19, "value": 76.61, "category": "B", "performance": "Baik"}


@pytest.fixture
def client(client: Client, db: None) -> Client:
    """A browser in which an auditor is logged in: live numbers are for nobody else."""
    client.force_login(person("rini", roles.AUDITOR))
    return client


@pytest.fixture
def village() -> Post:
    post = Post(add_unit("sukamaju", region="18.01.05.2003", name="=Balai, Desa"))
    totals = [28] * 11 + [27] * 8
    assert sum(totals) == 524
    records = []
    for number, total in enumerate(totals):
        values = [3] * 9
        values[number % 9] += total - 27
        records.append(post.response(answers(*values), at(MONDAY, "08:00", seconds=500 * number)))
    with transaction.atomic():
        project([*records, *(post.pulse(4, at(MONDAY, "14:00")) for _ in range(6))])
    return post


def test_json_gives_the_index_with_all_that_belongs_beside_it(village: Post, client: Client) -> None:
    answer = client.get("/api/v1/indices", {"unit": "sukamaju", "period": "2026-TW4"}).json()
    assert {key: answer[key] for key in EDGE} == EDGE
    assert (answer["from"], answer["to"], answer["period"]) == ("2026-10-01", "2026-12-31", "2026-TW4")
    assert answer["unit"] == {"code": "sukamaju", "name": "=Balai, Desa"}
    assert (answer["rule"], answer["bands"], answer["weight_mode"], answer["policy"]) == (
        "PermenPAN-RB 14/2017",
        "2017",
        "1/9",
        "complete",
    )
    assert answer["interval"]["low"] <= 76.61 <= answer["interval"]["high"]
    assert set(answer["category_probabilities"]) == set("ABCD")
    assert answer["pulse"] == {"n": 6, "satisfied_percent": 100.0}
    assert [element["key"] for element in answer["elements"]][7:] == ["pengaduan", "sarpras"]
    first = answer["elements"][0]
    assert (first["label"], first["name"], first["n"]) == ("U1", "Persyaratan", 19)
    assert (first["nrr"], first["value"], first["category"]) == (3.10526, 77.63, "B")
    assert answer["without_flagged"]["value"] == answer["value"]


def test_another_weight_gives_the_number_of_an_older_series(village: Post, client: Client) -> None:
    words = {"unit": "sukamaju", "from": "2026-11-02", "to": "2026-11-02", "weight_mode": "0.11"}
    answer = client.get("/api/v1/indices", words).json()
    assert (answer["weight_mode"], answer["value"], answer["category"]) == ("0.11", 75.84, "C")


def test_the_command_says_what_the_api_says(
    village: Post, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("index", "--unit", "sukamaju", "--from", "2026-10-01", "--to", "2026-12-31", "--json")
    printed = json.loads(capsys.readouterr().out)
    served = client.get(
        "/api/v1/indices", {"unit": "sukamaju", "from": "2026-10-01", "to": "2026-12-31"}
    ).json()
    assert printed == served
    call_command("index", "--unit", "sukamaju", "--period", "2026-TW4", "--by", "month")
    text = capsys.readouterr().out
    assert "IKM 76,61  mutu B (Baik),  n = 19" in text
    assert "PermenPAN-RB 14/2017; bobot 1/9; tabel mutu 2017" in text
    assert "November 2026: 76,61 B" in text


def test_the_command_says_in_one_sentence_what_is_wrong(db: None) -> None:
    with pytest.raises(CommandError, match="there is no unit nowhere"):
        call_command("index", "--unit", "nowhere", "--period", "2026")


def test_csv_is_a_table_a_spreadsheet_opens_without_running_it(village: Post, client: Client) -> None:
    response = client.get("/api/v1/indices", {"period": "2026", "by": "unit", "format": "csv"})
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    (row,) = csv.DictReader(io.StringIO(response.content.decode()))
    assert (row["unit"], row["unit_name"]) == ("sukamaju", "'=Balai, Desa")
    assert (row["n"], row["value"], row["category"], row["withheld"]) == ("19", "76.61", "B", "no")
    elements = client.get(
        "/api/v1/indices", {"unit": "sukamaju", "period": "2026", "by": "element", "format": "csv"}
    )
    rows = list(csv.DictReader(io.StringIO(elements.content.decode())))
    assert len(rows) == 9
    assert (rows[0]["element"], rows[0]["nrr"], rows[0]["value"]) == ("persyaratan", "3.10526", "77.63")


def test_csv_for_an_indonesian_excel_has_semicolons_decimal_commas_and_a_byte_order_mark(
    village: Post, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    words = {"region": "18.01", "period": "2026", "by": "unit", "for": "excel"}
    response = client.get("/api/v1/indices", words)
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert response.content.startswith(b"\xef\xbb\xbf")
    text = response.content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text), delimiter=";")
    assert (row["unit"], row["unit_name"]) == ("sukamaju", "'=Balai, Desa")
    assert (row["n"], row["value"], row["interval_low"][-3], row["from"]) == (
        "19",
        "76,61",
        ",",
        "2026-01-01",
    )
    assert re.fullmatch(r"0,\d{2,4}", row["category_probability"])
    # What Excel would make a time of day, a date, or another number stays what it is.
    assert (row["region"], row["weight_mode"], row["bands"]) == ("'18.01", "'1/9", "2017")
    capsys.readouterr()
    call_command("index", "--region", "18.01", "--period", "2026", "--by", "unit", "--excel")
    printed = capsys.readouterr().out
    assert printed.startswith("\ufeff")
    assert list(csv.reader(io.StringIO(printed[1:]), delimiter=";")) == list(
        csv.reader(io.StringIO(text), delimiter=";")
    )


@pytest.mark.parametrize("excel", [False, True])
@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t=", "\r=", "\n=", "＝"])
def test_no_name_becomes_a_formula(village: Post, excel: bool, start: str) -> None:
    village.unit.name = f'{start}HYPERLINK("https://x.example")'
    village.unit.save(update_fields=["name"])
    table = as_csv(indices(question({"period": "2026", "by": "unit"})), excel=excel)
    (row,) = csv.DictReader(
        io.StringIO(table.removeprefix("\ufeff"), newline=""), delimiter=";" if excel else ","
    )
    assert row["unit_name"] == f"'{village.unit.name}"


@pytest.mark.parametrize(
    "words, status, code",
    [
        ({"unit": "sukamaju", "period": "2026", "for": "lotus"}, 400, "for"),
        ({"unit": "sukamaju", "period": "2026", "for": "excel", "format": "json"}, 400, "for"),
        ({"unit": "nowhere", "period": "2026"}, 404, "unit_unknown"),
        ({"unit": "sukamaju"}, 400, "period"),
        ({"unit": "sukamaju", "period": "2026", "format": "xml"}, 400, "format"),
        ({"unit": "sukamaju", "period": "2026", "units": "x"}, 400, "parameter_unknown"),
        ({"unit": "sukamaju", "period": "0000"}, 400, "period"),
        ({"unit": "x\x00y", "period": "2026"}, 400, "parameter"),
        ({"period": "2026", "instrument": "pulse"}, 400, "instrument_no_index"),
        ({"unit": "sukamaju", "period": "2026", "population": "19"}, 400, "population"),
    ],
)
def test_refusals_have_stable_codes(
    village: Post, client: Client, words: dict[str, str], status: int, code: str
) -> None:
    response = client.get("/api/v1/indices", words)
    assert (response.status_code, response.json()["code"]) == (status, code)


def test_what_an_auditor_asks_stands_in_the_trail(village: Post, client: Client) -> None:
    client.get("/api/v1/indices", {"unit": "sukamaju", "period": "2026-11", "by": "service"})
    entry = TrailEntry.objects.get(action="index asked")
    assert (entry.who, entry.subject) == ("rini", "unit sukamaju")
    assert entry.facts == {"period": "2026-11", "by": ["service"], "instrument": "skm-2017", "n": 19}


@pytest.mark.parametrize("role", [None, roles.VIEWER, roles.UNIT_OFFICER, roles.EVALUATOR])
def test_live_numbers_are_for_nobody_but_an_auditor(village: Post, role: str | None) -> None:
    browser = Client()
    if role is not None:
        browser.force_login(person("budi", role, village.unit if role == roles.UNIT_OFFICER else None))
    for form in ("json", "csv"):
        answer = browser.get("/api/v1/indices", {"unit": "sukamaju", "period": "2026-TW4", "format": form})
        assert (answer.status_code, answer.json()["code"]) == (403, "live_not_yours")
    assert not TrailEntry.objects.filter(action="index asked").exists()


def test_a_public_address_states_no_number_of_users_and_says_who_does(village: Post, client: Client) -> None:
    words = {"unit": "sukamaju", "period": "2026", "population": "19"}
    assert "ikm-collector population" in client.get("/api/v1/indices", words).json()["message"]
    with pytest.raises(CommandError, match="whole number"):
        call_command("index", "--unit", "sukamaju", "--period", "2026", "--population", "0")


def test_only_reading_is_offered(client: Client, db: None) -> None:
    assert client.post("/api/v1/indices").status_code == 405


@pytest.mark.parametrize("by", ["", "unit", "month", "service"])
def test_the_number_of_queries_does_not_grow_with_what_is_shown(
    village: Post, client: Client, by: str, django_assert_max_num_queries: object
) -> None:
    for number in range(3):
        other = Post(
            add_unit(f"u{number}", region=f"18.01.05.200{number + 4}"),
            name=f"k{number + 2}",
            stream=number + 2,
        )
        records = [other.response(answers(3), at(MONDAY, seconds=300 * place)) for place in range(6)]
        with transaction.atomic():
            project(records)
    with django_assert_max_num_queries(18):
        answer = client.get("/api/v1/indices", {"period": "2026", "by": by}).json()
    assert answer["n"] == 37


def test_the_population_command_states_corrects_and_takes_back(
    village: Post, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    def sample() -> dict[str, object] | None:
        return client.get("/api/v1/indices", {"unit": "sukamaju", "period": "2026-TW4"}).json()["sample"]

    common = ["population", "--unit", "sukamaju", "--period", "2026-TW4", "--users"]
    call_command(*common, "5000")
    call_command(*common, "100")
    assert "80 respondents are needed" in capsys.readouterr().out
    found = sample()
    assert found is not None
    assert (found["population"], found["required"], found["collected"]) == (100, 80, 19)
    assert (found["sufficient"], found["stated_by"]) == (False, console_user())
    noted = (
        TrailEntry.objects.filter(action="users stated").order_by("pk").values_list("who", "subject", "facts")
    )
    facts = [{"period": "2026-TW4", "users": users} for users in (5000, 100)]
    assert list(noted) == [(console_user(), "sukamaju", one) for one in facts]
    call_command(*common, "0")
    assert sample() is None
    with pytest.raises(CommandError, match="unit = 'nowhere' is not known here"):
        call_command("population", "--unit", "nowhere", "--period", "2026", "--users", "1")
    with pytest.raises(CommandError, match="is no period"):
        call_command("population", "--unit", "sukamaju", "--period", "TW", "--users", "1")
