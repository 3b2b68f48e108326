"""The copy sheet: each number is the release's own, rounded once, in the order and the words of the form; own forms are data that is checked."""

import json
import re
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from django.conf import settings
from django.test import Client

from collector.accounts import roles
from collector.errors import CollectorError
from collector.papers.copying import forms
from collector.papers.copying.sheet import Part, parts_of
from collector.papers.press import Warm
from collector.papers.registry import find
from collector.papers.said import said_of
from collector.people.models import TrailEntry
from collector.releases import publishing
from collector.releases.models import Release
from survey.instrument.kinds import Kind
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.papers import town
from tests.collector.papers.reading_back import invalid_pdf_a, text_of
from tests.collector.scores.village import SKM, Post, add_unit

pytestmark = pytest.mark.django_db
OWN = """
title = "e-SKM kementerian"
source = "halaman isian, dilihat 5 Januari 2027"
kinds = ["skm"]
order = "questionnaire"
digits = 2
decimal = "."
rows = [
    { label = "Rata-rata {number} ({short})", each = "element", field = "mean" },
    { label = "Responden", field = "n" },
    { label = "IKM", field = "value" },
]
"""


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)


@pytest.fixture
def post() -> Post:
    return town.post()


@pytest.fixture
def release(post: Post) -> Release:
    town.visit(post, 60)
    return town.publish(post)


def index_of(release: Release) -> dict[str, Any]:
    return dict(json.loads(bytes(release.content))["index"])


def printed(value: Fraction, digits: int) -> str:
    """A fraction rounded half up, by whole numbers alone."""
    units = (2 * value.numerator * 10**digits + value.denominator) // (2 * value.denominator)
    return f"{units // 10**digits},{units % 10**digits:0{digits}}"


def lines(part: Part) -> dict[str, tuple[str, ...]]:
    return {line.label: line.cells for line in part.lines}


def test_sums_means_and_weighted_means_are_those_of_the_counts_in_the_sheet_s_order(release: Release) -> None:
    sheet, publication, form = parts_of(said_of(release))
    index = index_of(release)
    assert sheet.heads == ("Unsur", "Σ Nilai /Unsur", "NRR / Unsur", "NRR tertbg/unsur")
    assert [line.label.split()[0] for line in sheet.lines] == [f"U{place}" for place in range(1, 10)]
    for line, one in zip(sheet.lines, index["elements"], strict=True):
        mean = Fraction(one["sum"], one["n"])
        assert line.cells == (str(one["sum"]), printed(mean, 3), printed(mean / 9, 3))
        assert abs(float(line.cells[1].replace(",", ".")) - one["nrr"]) <= 0.0006
    told = lines(publication)
    value = f"{index['value']:.2f}".replace(".", ",")
    whole = sum(Fraction(one["sum"], one["n"]) for one in index["elements"]) / 9
    assert told["NILAI IKM **)"] == (value,)
    assert told["Jumlah NRR IKM tertimbang *)"] == (printed(whole, 3),)
    assert told["Mutu Pelayanan"] == (index["category"],)
    assert told["RESPONDEN, JUMLAH"] == (str(release.n),)
    for one in said_of(release).characteristics:
        if one.key in ("sex", "education"):
            head = "JENIS KELAMIN" if one.key == "sex" else "PENDIDIKAN"
            assert [told[f"{head}: {name}"] for name, _ in one.groups] == [
                (str(count),) for _, count in one.groups
            ]
    assert lines(form) == {"Nilai IKM terakhir (0-100)": (value,), "Periode": ("TW IV 2026",)}


def test_the_page_to_print_is_one_page_that_says_every_number(release: Release, tmp_path: Path) -> None:
    said, one = said_of(release), find("copy-sheet")
    path = tmp_path / "lembar.pdf"
    path.write_bytes(one.make(said, Warm()))
    assert one.make(said, Warm()) == path.read_bytes()
    assert invalid_pdf_a([path], tmp_path) == []
    with pikepdf.open(path) as pdf:
        assert len(pdf.pages) == 1
    text = text_of(path)
    for part in parts_of(said):
        for line in part.lines:
            assert f"{line.label} {' '.join(line.cells)}" in text


def test_an_own_form_is_filled_in_its_own_order_with_its_own_decimal_sign(
    release: Release, tmp_path: Path
) -> None:
    (tmp_path / forms.OWN).mkdir()
    (tmp_path / forms.OWN / "eskm.toml").write_text(OWN)
    part = parts_of(said_of(release))[-1]
    frozen = {one["key"]: one for one in index_of(release)["elements"]}
    assert [line.label for line in part.lines[7:9]] == [
        "Rata-rata 8 (Sarana dan Prasarana)",
        "Rata-rata 9 (Penanganan Pengaduan)",
    ]
    for key, line in zip(SKM.question_order, part.lines, strict=False):
        mean = Fraction(frozen[key]["sum"], frozen[key]["n"])
        assert line.cells == (printed(mean, 2).replace(",", "."),)
    assert [line.cells for line in part.lines[9:]] == [(str(release.n),), (str(release.value),)]


@pytest.mark.parametrize(
    "right, wrong, reason",
    [
        ('field = "n"', 'field = "nik"', "'Responden': 1 of address"),
        ('each = "element"', 'each = "phone"', "each: element, age"),
        ("{short}", "{short.__class__}", "between braces only label"),
        ("{number}", "{}", "between braces only label"),
        ('decimal = "."', 'decimal = "x"', "decimal: a comma or a point"),
        ("digits = 2", "digits = 20", "digits: 0 to 5"),
        ('kinds = ["skm"]', 'kinds = ["fax"]', "'fax' is not a valid Kind"),
        ('title = "e-SKM kementerian"', "", "'title'"),
        ('title = "e-SKM kementerian"', "title =", "Invalid value"),
    ],
)  # fmt: skip
def test_an_own_form_that_is_wrong_is_one_sentence_that_names_the_file(
    release: Release, tmp_path: Path, client: Client, post: Post, right: str, wrong: str, reason: str
) -> None:
    assert right in OWN
    (tmp_path / forms.OWN).mkdir()
    (tmp_path / forms.OWN / "eskm.toml").write_text(OWN.replace(right, wrong))
    with pytest.raises(CollectorError, match=re.escape(reason)) as caught:
        parts_of(said_of(release))
    assert "eskm.toml" in str(caught.value)
    client.force_login(person("sari", roles.UNIT_OFFICER, post.unit))
    answer = client.get(f"/meja/rilis/{release.address}/lembar-salin/", follow=True)
    assert "Formulir salin eskm.toml keliru" in answer.content.decode()


def test_every_form_that_comes_with_the_program_is_right_and_each_kind_of_index_has_one() -> None:
    every = [forms.read(path) for path in sorted(forms.SHIPPED.glob("*.toml"))]
    assert {kind for form in every for kind in form.kinds} == {Kind.SKM, Kind.PERCEPTION, Kind.F03}


def test_the_desk_shows_the_same_to_who_may_have_the_release_s_papers(
    client: Client, post: Post, release: Release
) -> None:
    address = f"/meja/rilis/{release.address}/lembar-salin/"
    assert client.get(address).status_code == 302
    for user in (
        person("joko", roles.UNIT_OFFICER, add_unit("lain", region="18.02.05.2003")),
        person("vina", roles.VIEWER),
        person("audi", roles.AUDITOR),
    ):
        client.force_login(user)
        assert client.get(address).status_code == 403
    client.force_login(person("sari", roles.UNIT_OFFICER, post.unit))
    answer = client.get(address)
    page = answer.content.decode()
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    found = re.findall(r"data-copy>([^<]*)<", page)
    assert found == [
        cell for part in parts_of(said_of(release)) for line in part.lines for cell in line.cells
    ]
    assert TrailEntry.objects.filter(action="paper made", who="sari").count() == 1
    publishing.withdraw(release, who=town.WHO, why="salah")
    assert "jangan disalin lagi" in client.get(address).content.decode()


def test_hostile_names_stay_texts(client: Client, post: Post, tmp_path: Path) -> None:
    post.unit.name = '#panic("x") {n.__class__} <b>=1+1</b> \u202egnp' + "W" * 80
    post.unit.save()
    town.visit(post, 40)
    release = town.publish(post)
    path = tmp_path / "lembar.pdf"
    path.write_bytes(find("copy-sheet").make(said_of(release), Warm()))
    assert '#panic("x") {n.__class__} <b>=1+1</b>' in text_of(path)
    client.force_login(person("sari", roles.UNIT_OFFICER, post.unit))
    page = client.get(f"/meja/rilis/{release.address}/lembar-salin/").content.decode()
    assert "<b>=1+1" not in page
