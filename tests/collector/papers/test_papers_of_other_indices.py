"""Papers of an IPKP, an IPAK and an F-03: their own scale, no letter; what follows the SKM's annex is refused in words."""

import json
import random
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import Client

from collector.accounts import roles
from collector.papers import making
from collector.papers.drawing import data_of
from collector.papers.press import PDF, Warm
from collector.papers.registry import Audience, formats, formats_of
from collector.papers.said import said_of
from collector.releases import publishing
from collector.releases.models import Release
from collector.scores.tallies.projection import project
from survey.instrument.definition import load
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.papers import town
from tests.collector.papers.reading_back import invalid_pdf_a, text_of
from tests.collector.papers.test_publication_papers import text_of_html
from tests.collector.scores.village import Post, at

pytestmark = pytest.mark.django_db
KINDS = {"spkp": ("IPKP", "0,67", "4"), "spak-1-4": ("IPAK", "1", "4"), "f03a": ("F-03", "0", "5")}
REFUSED = {"leaflet", "report-docx", "report-pdf", "tabulation", "tabulation-questionnaire", "rtl", "forum"}


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)


@pytest.fixture
def post() -> Post:
    return town.post()


@pytest.fixture
def out(post: Post) -> Callable[[str], Release]:
    def released(name: str) -> Release:
        form, luck, records = load(name), random.Random(1), []
        for place in range(14):
            given = {key: luck.choice(form.values[-3:]) for key in form.element_keys}
            moment = at(date(2026, 11, 2) + timedelta(days=place % 7), seconds=60 * place)
            records.append(post.response(given, moment, instrument=name))
        with transaction.atomic():
            assert project(records) == []
        return publishing.publish(post.unit, town.QUARTER, who=town.WHO, instrument=name)

    return released


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", KINDS)
def test_each_publication_says_the_number_on_its_own_scale_and_no_category(
    out: Callable[[str], Release], name: str, tmp_path: Path
) -> None:
    release = out(name)
    said, index = said_of(release), json.loads(bytes(release.content))["index"]
    called, low, high = KINDS[name]
    assert (said.category, said.performance, said.bands) == ("", "", ())
    assert said.certainty == "Kurang dari delapan hari layanan: selang belum dapat diandalkan.", (
        "and nothing of a category"
    )
    paths = {one.name: making.make(said, [one], Warm(), folder=tmp_path)[0] for one in formats_of(release)}
    assert not REFUSED & set(paths)
    for picture in ("social", "screen"):
        size = (1080, 1350) if picture == "social" else (1920, 1080)
        paths[picture] = tmp_path / f"{picture}.pdf"
        paths[picture].write_bytes(Warm()("card.typ", data_of(said, size), form=PDF))
    texts = {one: text_of(paths[one]) for one in ("poster-a4", "poster-a3", "social", "screen")}
    texts["embed"] = text_of_html(paths["embed"].read_bytes())
    for one, text in texts.items():
        for words in (
            f"{index['value']:.2f}".replace(".", ","),
            f"{index['interval']['low']:.2f}".replace(".", ","),
            f"{index['interval']['high']:.2f}".replace(".", ","),
            "14 orang",
            "Triwulan IV Tahun 2026",
            f"{low} ",
            f" {high}",
        ):
            assert words in text, (one, words)
        assert "Mutu" not in text, one
        assert "Indeks Kepuasan" not in text, one
        for threshold in index.get("thresholds", ()):
            verdict = "tercapai" if threshold["reached"] else "belum tercapai"
            assert (
                f"Ambang {threshold['zone']} {threshold['at']:.2f}".replace(".", ",") + f": {verdict}" in text
            ), one
    for one in ("poster-a4", "poster-a3"):
        assert f"NILAI {called}" in texts[one]
        for element in index["elements"]:
            assert f"{element['value']:.2f}".replace(".", ",") in texts[one]
    assert invalid_pdf_a([paths["poster-a4"], paths["poster-a3"]], tmp_path) == []


def test_what_follows_the_annex_of_the_skm_is_refused_in_words_at_every_door(
    out: Callable[[str], Release], post: Post, client: Client, tmp_path: Path
) -> None:
    release = out("spkp")
    for name in REFUSED:
        with pytest.raises(CommandError, match=f"{name} follows the annex .* not made of spkp"):
            call_command("paper", "make", release.address, "--format", name, "--out", str(tmp_path))
    every = {one.name: one for one in formats().values()}
    assert client.get(f"/r/{release.address}/poster-a4.pdf").status_code == 200
    for name in REFUSED:
        assert client.get(f"/r/{release.address}/{every[name].file}").status_code == 404
    page = client.get(f"/r/{release.address}/berkas/").content.decode()
    shown = [one for one in every.values() if one.audience is Audience.EVERYBODY]
    assert {one.name for one in shown if one.file in page} == {one.name for one in formats_of(release)} - {
        one.name for one in every.values() if one.audience is Audience.OFFICE
    }
    client.force_login(person("sari", roles.UNIT_OFFICER, post.unit))
    desk = client.get(f"/meja/rilis/{release.address}/berkas/").content.decode()
    assert "Tidak dibuat dari IPKP, karena mengikuti lampiran aturan SKM" in desk
    assert "Tulis laporan" not in desk
    assert client.get(f"/meja/rilis/{release.address}/berkas/{every['tabulation'].file}").status_code == 404
    for method, path in (("get", "laporan/"), ("post", "laporan/"), ("post", "laporan/unggah/")):
        answer = getattr(client, method)(f"/meja/rilis/{release.address}/{path}", follow=True)
        assert "tidak dibuat dari spkp" in answer.content.decode(), path
