"""Open data: every number is the release's own, the dictionary speaks of the columns that are there, and nothing but what is out is in it."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from collector.fleet import tree
from collector.opendata import dataset, metadata, tables
from collector.papers.press import Warm
from collector.papers.registry import find
from collector.papers.said import said_of
from collector.releases import publishing
from collector.releases.models import Release
from collector.releases.show.columns import ELEMENT_COLUMNS, OF_ELEMENTS, RELEASE_COLUMNS
from tests.collector.conftest import OwnClock
from tests.collector.papers import town
from tests.collector.scores.village import Post, add_unit

pytestmark = pytest.mark.django_db
SET = f"/data/skm-2017/{town.QUARTER.identifier}/"


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


def village(code: str, *, region: str = "18.01.05.2003", number: int = 12, stream: int = 1) -> Release:
    post = Post(
        add_unit(code, region=region, name=f"Desa {code}", agency="desa"), name=f"k{stream}", stream=stream
    )
    town.visit(post, number, seed=stream)
    return town.publish(post)


@pytest.fixture
def villages() -> dict[str, Release]:
    tree.add_region("18.01", name="Lampung Selatan")
    return {
        "bumi": village("bumi", stream=1),
        "palas": village("palas", region="18.01.06.2001", stream=2),
        "seberang": village("seberang", region="18.10.01.2001", stream=3),
        "kecil": village("kecil", number=3, stream=4),
    }


def body(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    data = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
    return bytes(data).decode()


def table(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def said(release: Release) -> Mapping[str, Any]:
    return dict(json.loads(bytes(release.content)))


def test_a_row_a_release_says_what_the_release_says(client: Client, villages: dict[str, Release]) -> None:
    rows = table(body(client, f"{SET}rilis.csv"))
    assert [row["code"] for row in rows] == ["bumi", "kecil", "palas", "seberang"]
    for row in rows:
        found = said(villages[row["code"]])
        index = found["index"]
        assert (row["address"], row["published"]) == (found["address"], found["published"])
        assert (row["region"], row["agency"]) == (found["subject"]["region"]["code"], "desa")
        assert row["n"] == ("" if index is None else str(found["n"]))
        assert row["value"] == ("" if index is None else str(index["value"]))
        if index is not None:
            bounds = [str(index["interval"][end]) for end in ("low", "high")]
            assert [row["interval_low"], row["interval_high"], row["category"]] == [
                *bounds,
                index["category"],
            ]
    assert rows[1]["value"] == "", "three people are told by no number"


def test_a_row_an_element_is_the_rows_of_each_release_one_after_another(
    client: Client, villages: dict[str, Release]
) -> None:
    whole = body(client, f"{SET}unsur.csv")
    one_by_one = [
        table(body(client, f"/api/v1/releases/{villages[code].address}.csv")) for code in sorted(villages)
    ]
    assert table(whole) == [row for rows in one_by_one for row in rows]
    assert len(table(whole)) == 27
    excel = body(client, f"{SET}unsur.csv?for=excel")
    assert excel.startswith("\ufeffaddress;subject;")
    assert excel.count("\ufeff") == 1


def test_json_has_the_same_cells_under_the_same_names(client: Client, villages: dict[str, Release]) -> None:
    found = json.loads(body(client, f"{SET}data.json"))
    assert [one["code"] for one in found["releases"]] == sorted(villages)
    assert found["number"] == 4
    for one in found["releases"]:
        index = said(villages[one["code"]])["index"]
        assert list(one) == [*(column.name for column in RELEASE_COLUMNS), "elements"]
        assert one["value"] == (index and index["value"])
        assert [each["element_value"] for each in one["elements"]] == [
            each["value"] for each in (index["elements"] if index else ())
        ]
        assert all(list(each) == [column.name for column in OF_ELEMENTS] for each in one["elements"])


def test_a_region_and_an_agency_have_their_own_and_no_other(
    client: Client, villages: dict[str, Release]
) -> None:
    def codes(inside: str) -> list[str]:
        return [row["code"] for row in table(body(client, f"{SET}{inside}rilis.csv"))]

    assert codes("region/18.01/") == ["bumi", "kecil", "palas"]
    assert codes("region/18.01.05.2003/") == ["bumi", "kecil"]
    assert codes("agency/desa/") == sorted(villages)
    for nothing in ("region/18.0/", "region/18.01.99/", "agency/dinas/", "region/--/"):
        assert client.get(f"{SET}{nothing}").status_code == 404, nothing
    for nothing in (
        "/data/skm-2017/2026-TW3/",
        "/data/pulse/2026-TW4/",
        "/data/fax/2026-TW4/",
        f"{SET}fax.csv",
    ):
        assert client.get(nothing).status_code == 404, nothing


def test_what_is_withdrawn_or_not_out_is_in_no_table_and_the_version_says_that_something_happened(
    client: Client, villages: dict[str, Release]
) -> None:
    before = client.get(f"{SET}rilis.csv")["IKM-Version"]
    publishing.withdraw(villages["palas"], who=town.WHO, why="salah")
    proposed = Post(add_unit("nanti", region="18.01.05.2003"), name="k9", stream=9)
    town.visit(proposed, 12)
    publishing.propose(proposed.unit, town.QUARTER, who=town.WHO)
    answer = client.get(f"{SET}rilis.csv")
    assert answer["IKM-Version"] != before
    assert [row["code"] for row in table(body(client, f"{SET}rilis.csv"))] == ["bumi", "kecil", "seberang"]


def test_two_askings_give_the_same_bytes(client: Client, villages: dict[str, Release]) -> None:
    for file in ("rilis.csv", "unsur.csv", "data.json", *metadata.FILES):
        assert body(client, f"{SET}{file}") == body(client, f"{SET}{file}"), file


def test_the_tables_are_read_in_parts_and_no_release_is_lost_between_two(
    client: Client,
    villages: dict[str, Release],
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    whole = body(client, f"{SET}rilis.csv")
    monkeypatch.setattr(dataset, "AT_ONCE", 2)
    assert body(client, f"{SET}rilis.csv") == whole
    found = dataset.find("skm-2017", town.QUARTER.identifier)
    assert found is not None
    with django_assert_num_queries(3):  # two full parts, and one that says there is no more
        assert [len(part) for part in found.parts()] == [2, 2]
    assert "".join(tables.as_csv(found, "rilis.csv", excel=False)) == whole


def test_the_dictionary_has_a_row_a_column_and_no_other(client: Client, villages: dict[str, Release]) -> None:
    rows = table(body(client, f"{SET}ms-var.csv"))
    heads = body(client, f"{SET}unsur.csv").partition("\r\n")[0].split(",")
    assert [row["nama"] for row in rows] == heads == [one.name for one in ELEMENT_COLUMNS]
    assert set(body(client, f"{SET}rilis.csv").partition("\r\n")[0].split(",")) < set(heads)
    assert len(metadata.VARIABLE_HEAD) == 11
    assert all(row[head] for row in rows for head in metadata.VARIABLE_HEAD)
    value = next(row for row in rows if row["nama"] == "value")
    assert "Bagaimana pendapat Saudara" in value["kalimat pertanyaan"]
    page = client.get(SET).content.decode()
    assert all(f">{one.name}</th>" in page for one in ELEMENT_COLUMNS)


def test_the_activity_has_its_eight_blocks_and_what_nobody_told_us_is_not_made_up(
    client: Client, villages: dict[str, Release], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = table(body(client, f"{SET}region/18.01/ms-keg.csv"))
    assert list(dict.fromkeys(row["blok"].partition(".")[0] for row in rows)) == [
        "Identitas kegiatan", "I", "II", "III", "IV", "V", "VI", "VII", "VIII",
    ]  # fmt: skip
    told = {row["rincian"]: row["isi"] for row in rows}
    assert told["Instansi penyelenggara"] == told["Lisensi"] == "belum ditetapkan penyelenggara"
    assert told["Metode pemilihan sampel tahap terakhir"] == "Sampel nonprobabilitas"
    assert told["Cakupan wilayah pengumpulan data"].startswith("Lampung Selatan (18.01). ")
    assert told["Versi"] == client.get(f"{SET}region/18.01/rilis.csv")["IKM-Version"]
    monkeypatch.setattr(settings, "IKM_DATA_LICENCE", "=CC BY 4.0")
    monkeypatch.setattr(settings, "IKM_DATA_CONTACT", "<b>ppid@desa.id</b>")
    told = {row["rincian"]: row["isi"] for row in table(body(client, f"{SET}ms-keg.csv"))}
    assert told["Lisensi"] == "'=CC BY 4.0"
    assert "&lt;b&gt;ppid@desa.id" in client.get(SET).content.decode()


def test_the_indicator_names_formula_scale_and_level(client: Client, villages: dict[str, Release]) -> None:
    told = {row["rincian"]: row["isi"] for row in table(body(client, f"{SET}ms-ind.csv"))}
    assert len(told) == 16
    assert "dikalikan 25" in told["Metode/rumus penghitungan"]
    assert "A (Sangat baik) 88.31 sampai 100.00" in told["Interpretasi"]
    assert told["Nama indikator pembangun"].count(";") == 8


def test_the_catalogue_leads_to_every_file(client: Client, villages: dict[str, Release]) -> None:
    page = client.get("/data/?region=18.01")
    (link,) = re.findall(r'href="(/data/skm[^"]+)"', page.content.decode())
    assert link == f"{SET}region/18.01/"
    assert client.get(link).status_code == 200
    assert client.get("/data/?region=99").status_code == 404
    (one,) = client.get("/data/katalog.json").json()["datasets"]
    assert one["temporal"] == {"startDate": "2026-10-01", "endDate": "2026-12-31"}
    site = settings.IKM_PUBLIC_URL
    for file in one["distribution"]:
        answer = client.get(file["accessURL"].removeprefix(site))
        assert (answer.status_code, answer["Content-Type"].partition(";")[0]) == (200, file["mediaType"])
    (narrow,) = client.get("/data/katalog.json?agency=desa").json()["datasets"]
    assert narrow["spatial"] == {"kind": "agency", "code": "desa", "name": "Instansi desa"}
    assert client.get("/data/katalog.json?agency=x").status_code == 404
    assert 'href="/data/"' in client.get("/").content.decode()


def test_a_release_s_own_table_travels_with_its_metadata(
    client: Client, villages: dict[str, Release]
) -> None:
    release = villages["bumi"]
    one = find("open-data")
    data = one.make(said_of(release), Warm())
    assert data == one.make(said_of(release), Warm())
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist()}
    assert list(parts) == ["data.csv", *metadata.FILES]
    assert parts["data.csv"] == body(client, f"/api/v1/releases/{release.address}.csv")
    told = {row["rincian"]: row["isi"] for row in table(parts["ms-keg.csv"])}
    assert told["Judul kegiatan"].endswith("Desa bumi")
    publishing.withdraw(release, who=town.WHO, why="salah")
    with zipfile.ZipFile(
        io.BytesIO(one.make(said_of(Release.objects.get(pk=release.pk)), Warm()))
    ) as archive:
        assert "Perhatian,DITARIK" in archive.read("ms-ind.csv").decode()
