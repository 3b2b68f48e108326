"""The page, the API and the command that explain somebody's printed index: the same numbers, from the same function."""

import json
import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from collector.headers import PAGE

pytestmark = pytest.mark.django_db

NRR = "3,62; 3,48 3,45;4;3,52;3,62;3,66;3,62;3,97"


def page(client: Client, **words: str) -> tuple[int, str]:
    answer = client.get("/cara-menghitung/", words)
    assert answer["Content-Security-Policy"] == PAGE
    return answer.status_code, re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_empty_page_is_a_form(client: Client) -> None:
    status, text = page(client)
    assert status == 200
    assert "Langkahnya" not in text
    assert page(client, nrr="", value="", weight="", rounding="") == (status, text), (
        "as an empty form is sent"
    )


def test_page_api_and_command_say_the_same(client: Client, capsys: pytest.CaptureFixture[str]) -> None:
    words = {"nrr": NRR, "weight": "3", "rounding": "2,2"}
    found = client.get("/api/v1/explain", words).json()
    assert (found["value"], found["weighted_sum"], found["weight"]) == (91.25, 3.65, "111/1000")
    status, text = page(client, **words)
    assert status == 200
    assert "91,25" in text
    assert "Jumlah NRR tertimbang 3,65000 × 25 = 91,25" in text
    options = [part for name, value in words.items() for part in (f"--{name}", value)]
    call_command("explain", *options, "--json")
    assert json.loads(capsys.readouterr().out) == found
    call_command("explain", *options)
    assert "Nilai 91,25" in capsys.readouterr().out


def test_an_old_poster_s_letter_is_explained_and_named_out_of_force(client: Client) -> None:
    found = client.get("/api/v1/explain", {"value": "81,96"}).json()
    assert (found["now"]["category"], found["then"]["category"]) == ("B", "A")
    assert (found["now"]["in_force"], found["then"]["in_force"]) == (True, False)
    _, text = page(client, value="81.96")
    assert "Menurut tabel 2004 (KEP/25/M.PAN/2/2004), yang tidak berlaku lagi" in text
    assert "A Sangat baik (81,26–100,00)" in text


@pytest.mark.parametrize(
    "words, code",
    [
        ({}, "explain"),
        ({"nrr": "3", "value": "80"}, "explain"),
        ({"nrr": "3; x"}, "nrr"),
        ({"nrr": "5"}, "nrr"),
        ({"nrr": "3 " * 21}, "nrr"),
        ({"nrr": ";"}, "nrr"),
        ({"value": "80,1.2"}, "value"),
        ({"value": "٨٠"}, "value"),
        ({"nrr": "3", "weight": "9"}, "weight"),
        ({"nrr": "3", "rounding": "9,9"}, "rounding"),
        ({"nrr": "3", "unit": "sukamaju"}, "parameter_unknown"),
        ({"nrr": "3 " * 400}, "parameter"),
    ],
)
def test_what_cannot_be_explained_is_refused_with_a_stable_code(
    client: Client, words: dict[str, str], code: str
) -> None:
    answer = client.get("/api/v1/explain", words)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    if words:
        assert page(client, **words)[0] == 400
    options = [part for name, value in words.items() if name != "unit" for part in (f"--{name}", value)]
    if code != "parameter_unknown":  # of which the command has none
        with pytest.raises(CommandError):
            call_command("explain", *options)
