"""Poster, leaflet, pictures and embed: opened again, they say what the release says, and nothing of what others wrote steers them."""

import html
import io
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pikepdf
import pytest
import typst
from PIL import Image

from collector.errors import CollectorError
from collector.papers import dress, making
from collector.papers.cleaning import RANGES, clean, clean_lines
from collector.papers.drawing import A3, A4, data_of
from collector.papers.press import DESIGN, PDF, PNG, Apart, Warm, _fonts
from collector.papers.registry import Audience, Format, find, formats
from collector.papers.said import Said, said_of
from collector.papers.scale import scale_of
from collector.papers.signature import FIELD
from collector.releases import larger, publishing
from collector.releases.models import Release
from survey.index.doubt import Interval
from survey.instrument.instrument import Instrument
from tests.collector.conftest import OwnClock
from tests.collector.papers import town
from tests.collector.papers.reading_back import boxes, invalid_pdf_a, text_of
from tests.collector.scores.village import SKM, Post

pytestmark = pytest.mark.django_db
PAGES = ("poster-a4", "poster-a3", "leaflet")
PICTURES = {"social": (1080, 1350), "screen": (1920, 1080)}
HOSTILE = (
    '#panic("x") $x$ *b* <b>A & B</b> =1+1 \u202egnp.exe\u202c \U0001f642 \u0645\u0631\u062d\u0628\u0627 '
    + "W" * 10_000
)


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return town.post()


@pytest.fixture
def release(post: Post) -> Release:
    town.visit(post, 60)
    return town.publish(post)


def everybody() -> list[Format]:
    """The publications: what is read by people and not by programs."""
    every = [one for one in formats().values() if one.audience is Audience.EVERYBODY]
    return [one for one in every if one.name != "open-data"]


def told(said: Said) -> list[str]:
    """What each paper has to say: period, n, rule, weight mode, interval, verdict, code."""
    index = json.loads(bytes(said.release.content))["index"]

    def comma(number: float) -> str:
        return f"{number:.2f}".replace(".", ",")

    return [
        "Triwulan IV Tahun 2026",
        comma(index["value"]),
        comma(index["interval"]["low"]),
        comma(index["interval"]["high"]),
        f"{said.n} orang",
        "PermenPAN-RB 14/2017",
        "bobot 1/9",
        "bukan sampel acak",
        said.certainty,
        said.evidence,
        f"{said.release.address[:4]}-{said.release.address[4:]}",
    ]


def text_of_html(data: bytes) -> str:
    body = data.decode().partition("</style>")[2]
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", body)))


def texts(said: Said, folder: Path) -> Mapping[str, str]:
    """The text of each public paper; of a picture that of the same design as a PDF."""
    found = {}
    for path, one in zip(making.make(said, everybody(), Warm(), folder=folder), everybody(), strict=True):
        if one.name in PICTURES:
            page = folder / f"{one.name}.pdf"
            page.write_bytes(Warm()("card.typ", data_of(said, PICTURES[one.name]), form=PDF))
            found[one.name] = text_of(page)
        else:
            found[one.name] = text_of_html(path.read_bytes()) if path.suffix == ".html" else text_of(path)
    return found


def test_each_paper_says_what_the_release_says(release: Release, tmp_path: Path) -> None:
    said = said_of(release)
    found = texts(said, tmp_path)
    assert set(found) == {*PAGES, *PICTURES, "embed"}
    for name, text in found.items():
        assert "Balai Desa Sukamaju" in text, name
        flat = text.replace(" ", "")  # columns are read across
        missing = [words for words in told(said) if any(one not in flat for one in words.split())]
        assert missing == [], name
    for name in PAGES:
        for element in json.loads(bytes(release.content))["index"]["elements"]:
            value = f"{element['value']:.2f}".replace(".", ",")
            assert f"{value} {element['category']}" in found[name], (name, element["key"])
        for one in said.characteristics:
            if name == "leaflet" or one.key in ("sex", "education"):
                assert all(
                    re.search(rf"{re.escape(group)}\s+{count}\b", found[name]) for group, count in one.groups
                ), name


def test_the_figure_of_a_poster_stays_in_its_column(release: Release, tmp_path: Path) -> None:
    said = said_of(release)
    for path in making.make(said, map(find, ("poster-a4", "poster-a3")), Warm(), folder=tmp_path):
        found = boxes(path)
        figure = found[f"{release.value:.2f}".replace(".", ",")]
        assert figure[1] < found["Responden"][0], path.name


@pytest.mark.heavy
def test_pages_are_pdf_a_with_an_empty_signature_field_and_pictures_have_their_size(
    release: Release, tmp_path: Path
) -> None:
    said = said_of(release)
    paths = dict(zip(PAGES, making.make(said, map(find, PAGES), Warm(), folder=tmp_path), strict=True))
    withdrawn = replace(said, withdrawn="DITARIK")
    back = making.make(withdrawn, map(find, PAGES), Warm(), folder=tmp_path / "ditarik")
    broken = tmp_path / "no-pdf-a.pdf"
    with pikepdf.open(paths["poster-a4"]) as pdf:
        del pdf.Root.Metadata
        pdf.save(broken)
    assert [line.partition(":")[0] for line in invalid_pdf_a([*paths.values(), *back, broken], tmp_path)] == [
        broken.name
    ]
    for name, size in {"poster-a4": A4, "poster-a3": A3, "leaflet": (A4[1], A4[0])}.items():
        with pikepdf.open(paths[name]) as pdf:
            box = [float(number) for number in pdf.pages[-1].mediabox]
            assert box[2:] == pytest.approx(size, abs=0.1)
            assert len(pdf.pages) == (2 if name == "leaflet" else 1)
            (field,) = pdf.Root.AcroForm.Fields
            assert (str(field.T), str(field.FT), "/V" in field) == (FIELD, "/Sig", False)
            left, low, right, high = (float(number) for number in field.Rect)
            assert 0 < left < right < size[0]
            assert 0 < low < high < size[1]
    for name, pixels in PICTURES.items():
        with Image.open(io.BytesIO(find(name).make(said, Warm()))) as picture:
            assert (picture.size, picture.format) == (pixels, "PNG")


def test_two_processes_give_the_same_bytes(release: Release) -> None:
    said = said_of(release)
    for one in everybody():
        here = one.make(said, Warm())
        assert one.make(said_of(Release.objects.get(pk=release.pk)), Warm()) == here, one.name
    for name in ("leaflet", "social"):
        assert find(name).make(said, Apart()) == find(name).make(said, Warm()), name


def test_hostile_texts_stay_texts_in_every_format(release: Release, tmp_path: Path) -> None:
    content = json.loads(bytes(release.content))
    content["subject"]["name"] = HOSTILE
    release.content = json.dumps(content).encode()
    dress.put_on("", letterhead=[HOSTILE] * 9, contacts=[HOSTILE] * 9, logo=None, who=town.WHO)
    said = said_of(release)
    for name, text in texts(said, tmp_path).items():
        flat = text.replace(" ", "")
        assert '#panic("x")$x$*b*<b>A&B</b>=1+1gnp.exe□□□□□□' in flat, name
        assert f"{release.value}".replace(".", ",") in text, name
    assert invalid_pdf_a(tmp_path.glob("*_poster-a4.pdf"), tmp_path) == []
    page = find("embed").make(said, Warm()).decode()
    assert "<b>A" not in page
    assert "&lt;b&gt;A &amp; B&lt;/b&gt;" in page


def test_the_type_has_every_letter_that_texts_may_have(release: Release) -> None:
    letters = "".join(chr(number) for first, last in RANGES for number in range(first, last + 1))
    said = said_of(release)
    lines = [letters[first : first + 60] for first in range(0, len(letters), 60)]

    def strictly(contacts: list[str]) -> object:
        """PDF/A-2 refuses what has no glyph; A-1 would print an empty box in silence."""
        data = {**data_of(said, (A4[1], A4[0])), "contacts": contacts}
        compiler = typst.Compiler(input=str(DESIGN / "leaflet.typ"), root=str(DESIGN), font_paths=_fonts())
        return compiler.compile(format="pdf", pdf_standards=["a-2b"], sys_inputs={"data": json.dumps(data)})

    assert strictly(lines)
    with pytest.raises(typst.TypstError, match="could not be displayed"):
        strictly(["\u0645\u0631"])


def test_a_text_is_cleaned_cut_and_kept_in_one_line() -> None:
    assert clean("Balai  Desa\n\tSukamaju\x00\u200e") == "Balai Desa Sukamaju"
    assert clean("e\u0301") == "é"
    assert clean("a" * 500) == "a" * 119 + "…"
    assert clean("\u202eabc\u202c") == "abc"
    assert clean_lines("satu\n\n \ndua\ntiga", most=2) == ("satu", "dua")


def test_a_withdrawn_release_is_marked_on_every_paper(post: Post, release: Release, tmp_path: Path) -> None:
    town.visit(post, 8, seed=3)
    after = publishing.correct(release, who=town.WHO, why="terlambat datang")
    found = texts(said_of(release), tmp_path)
    for name, text in found.items():
        assert "DITARIK" in text, name
        assert f"{after.address[:4]}-{after.address[4:]}" in text.replace(" ", ""), name
    assert "DITARIK" not in " ".join(texts(said_of(after), tmp_path / "after").values())


def test_an_agency_dresses_its_papers_and_others_keep_the_common_dress(
    post: Post, release: Release, tmp_path: Path
) -> None:
    logo = tmp_path / "logo.png"
    Image.new("RGBA", (900, 300), (200, 0, 0, 120)).save(logo)
    plain = find("poster-a4").make(said_of(release), Warm())
    dress.put_on("", letterhead=["PEMERINTAH PROVINSI"], contacts=None, logo=None, who=town.WHO)
    assert said_of(release).worn.letterhead == ("PEMERINTAH PROVINSI",)
    dress.put_on(
        "desa",
        letterhead=["KECAMATAN PALAS", "DESA SUKAMAJU"],
        contacts=["Tlp. 0727"],
        logo=logo,
        who=town.WHO,
    )
    worn = said_of(release).worn
    assert (worn.letterhead, worn.contacts) == (("KECAMATAN PALAS", "DESA SUKAMAJU"), ("Tlp. 0727",))
    with Image.open(io.BytesIO(worn.logo)) as made:
        assert (made.mode, made.size, made.getpixel((0, 0))) == ("RGB", (600, 200), (229, 135, 135))
    path = tmp_path / "dressed.pdf"
    path.write_bytes(find("poster-a4").make(said_of(release), Warm()))
    assert path.read_bytes() != plain
    assert "KECAMATAN PALAS DESA SUKAMAJU" in text_of(path)
    assert invalid_pdf_a([path], tmp_path) == []


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"\x89PNG\r\n\x1a\n" + b"x" * 90],
)
def test_what_is_no_picture_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "logo.png"
    path.write_bytes(content)
    with pytest.raises(CollectorError) as caught:
        dress.put_on("", letterhead=None, contacts=None, logo=path, who=town.WHO)
    assert caught.value.word == "picture"
    with pytest.raises(CollectorError, match="no agency"):
        dress.put_on("lain", letterhead=["x"], contacts=None, logo=None, who=town.WHO)


def test_a_photo_in_cmyk_and_a_picture_too_large_are_no_trouble(tmp_path: Path) -> None:
    path = tmp_path / "foto.jpg"
    beside = Image.Exif()
    beside[274], beside[271] = 6, "lying on its side, with a maker's name"
    Image.new("CMYK", (2000, 1000), (0, 255, 255, 0)).save(path, "JPEG", exif=beside)
    with Image.open(io.BytesIO(dress.as_jpeg(path))) as made:
        assert (made.mode, made.size, "exif" in made.info) == ("RGB", (800, 1600), False)


def test_a_release_without_a_number_has_no_papers(post: Post) -> None:
    town.visit(post, 4)
    with pytest.raises(CollectorError) as caught:
        said_of(town.publish(post))
    assert caught.value.word == "paper_no_number"


def test_a_regions_release_has_papers_too(post: Post, release: Release, tmp_path: Path) -> None:
    whole = larger.publish(larger.region("18.01"), town.QUARTER, who=town.WHO)
    found = texts(said_of(whole), tmp_path)
    for name, text in found.items():
        flat = text.replace(" ", "")
        assert all(word in flat for word in ("Dijumlahkan", "1unit", "semuanya", "terbit.")), name
        assert f"{whole.value}".replace(".", ",") in text


@pytest.mark.parametrize(
    "value, low, high, first, last",
    [(84.12, 82.6, 85.6, "D", "A"), (58.0, 51.0, 66.0, "D", "A"), (100.0, 100.0, 100.0, "D", "A")],
)
def test_the_scale_holds_its_interval_and_reaches_lower_where_it_must(
    value: float, low: float, high: float, first: str, last: str
) -> None:
    skm: Instrument = SKM
    assert skm.bands is not None
    found = scale_of(*map_decimal(value, low, high), skm.bands)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert (found.zones[0].letter, found.zones[-1].letter) == (first, last)
    assert sum(zone.width for zone in found.zones) == pytest.approx(1, abs=1e-4)
    own = next(zone for zone in found.zones if zone.is_own)
    assert own.x - 1e-6 <= found.value <= own.x + own.width + 1e-6
    assert (found.zones[0].width > 0.4) == (low < 60)


def map_decimal(value: float, low: float, high: float) -> tuple[object, object]:
    from decimal import Decimal  # noqa: PLC0415 - only here

    two = [Decimal(str(one)).quantize(Decimal("0.01")) for one in (value, low, high)]
    return two[0], Interval(two[1], two[2])


def test_the_picture_of_a_page_too_many_is_refused(release: Release) -> None:
    with pytest.raises(CollectorError, match="more than one page"):
        Warm()("leaflet.typ", data_of(said_of(release), (A4[1], A4[0])), form=PNG)


def test_trouble_in_a_process_of_its_own_is_one_sentence(release: Release) -> None:
    data = {**data_of(said_of(release), A4), "scale": None}
    with pytest.raises(CollectorError) as caught:
        Apart()("poster.typ", data, form=PDF)
    assert caught.value.word == "paper_press"
    assert "\n" not in str(caught.value)
