"""An English page says what the Indonesian one says: the same numbers, the same links, and nothing besides, page by page.

So whoever attacks the Indonesian pages has attacked the English ones, and the attack's crawler leaves them out.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from html.parser import HTMLParser

import pytest
from django.core.management import call_command
from django.test import Client

from collector.fleet.models import Unit
from collector.followup import forum, register
from collector.releases import publishing
from collector.releases.evaluation import keeping, result
from collector.releases.models import Release
from collector.scores.models import Population
from survey.index.periods import parse
from tests.collector.conftest import OwnClock
from tests.collector.followup import desa
from tests.collector.releases.test_attacker import Village
from tests.collector.releases.test_evaluation import OWN, marked
from tests.collector.releases.test_evaluation import asked as asked_f03
from tests.collector.releases.test_instruments import visit
from tests.collector.scores.village import Post, add_unit
from tests.collector.standards import office
from tests.collector.translations import SPOKEN

pytestmark = pytest.mark.django_db

QUARTER = parse("2026-TW4")
WHO = "console:test"
TOLD_APART = re.compile(
    r"\b(yang|dan|dari|tidak|belum|dengan|untuk|pada|adalah|ini|atau|sudah|setiap)\b", re.IGNORECASE
)
"""Words that hardly an Indonesian sentence does without, and no English one has."""
FIRST = (
    "/",
    "/?q=suka&sort=nama",
    "/?q=nobody",
    "/?instrument=spkp",
    "/region/",
    "/agency/",
    "/data/?region=18.01",
    "/cara-menghitung/?nrr=3,10;3,25;3",
    "/cara-menghitung/?value=81,96",
    "/pengaduan/",
)
LOST = ("/cara-menghitung/?nrr=9", "/data/?region=99", "/unit/nowhere/")


@pytest.fixture
def everything_out(own_clock: OwnClock) -> None:
    """A province in which everything there is a page of has happened."""
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)
    village = Village(3)
    village.visits(60)
    village.publish_something()
    village.visits(20)
    village.change_something()
    village.publish_something()
    other = Post(
        add_unit("tanjung", region="18.01.07.2001", name="Balai Pekon Tanjung", agency="pekon"), stream=3
    )
    Population.objects.create(
        unit=other.unit, first_day=QUARTER.first, last_day=QUARTER.last, users=300, stated_by="budi", stated_at=own_clock.moment
    )  # fmt: skip
    visit(other, 40, ("skm-2017", 3), ("spkp", 5), first=date(2026, 10, 5))
    asked_f03(other, 12, 4)
    publishing.publish(other.unit, QUARTER, who=WHO)
    for instrument in ("spkp", "f03a"):
        publishing.publish(other.unit, QUARTER, instrument=instrument, who=WHO)
    keeping.enter(other.unit, QUARTER, OWN, marked(), who=WHO)
    result.publish(other.unit, QUARTER, OWN, who=WHO)
    add_unit("sepi", region="18.01.08.2001", agency="pekon")
    own_clock.moment = datetime(2027, 2, 1, 3, tzinfo=UTC)
    call_command("release", "overdue", "--period", "2026-TW4")
    _promised_and_planned(Unit.objects.get(code="tanjung"))


def _promised_and_planned(unit: Unit) -> None:
    service = office.service(unit)
    office.write(service)
    office.write(
        service,
        seen=1,
        why="x",
        in_force_from=date(2027, 1, 2),
        decided_by="",
        decree_number="",
        decree_date=None,
    )
    office.issue(unit)
    release = Release.objects.get(code=unit.code, period=QUARTER.identifier, instrument="skm-2017")
    done, late = desa.add(release), desa.add(release, element="biaya", last_month=date(2027, 1, 1))
    register.done(done, day=date(2027, 1, 20), result="Pejabat pengganti ditunjuk", who=WHO)
    assert late.number == 2
    forum.hold(unit, desa.minutes(), who=WHO)


def pages(client: Client) -> Iterator[tuple[str, str]]:
    """Give every Indonesian page that can be reached by links, and what it says."""
    waiting, seen = [*FIRST], set[str]()
    while waiting:
        address = waiting.pop()
        if address in seen:
            continue
        seen.add(address)
        answer = client.get(address)
        if not answer.headers["Content-Type"].startswith("text/html"):
            continue
        assert answer.status_code == 200, address
        page = answer.content.decode()
        if "embed.html" not in address:
            yield address, page
            waiting += [
                link for link in links(page) if not re.match(r"/(?:static|api|akun|meja)/|.*[.]", link)
            ]
            if "?" not in address:  # a list's own links ask for it in ever new ways
                waiting += [address + link for link in re.findall(r'href="([?][^"#&]*)"', page)[:2]]


def links(page: str) -> set[str]:
    """Give where a page leads on this site, to either language alike."""
    found = re.findall(r'<a[^>]*?href="(/[^"#]*)"', page)
    return {re.sub("^/en(?=/)", "", link).replace("&amp;", "&") for link in found}


def numbers(page: str) -> Counter[str]:
    """Give the numbers in a page, drawn ones too, however they are parted."""
    return Counter(re.sub("[.,:]", "", found) for found in re.findall(r"\d+(?:[.,:]\d+)*", page))


class _Heard(HTMLParser):
    """Keeps what is said in the page's own language."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._foreign: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given: Mapping[str, str | None] = dict(attrs)
        if self._foreign and tag == self._foreign[0]:
            self._foreign.append(tag)
        elif not self._foreign and given.get("lang") == "id":
            self._foreign = [tag]
        elif not self._foreign:
            self.said += [given[name] or "" for name in SPOKEN if name in given]

    def handle_endtag(self, tag: str) -> None:
        if self._foreign and tag == self._foreign[0]:
            self._foreign.pop()

    def handle_data(self, data: str) -> None:
        if not self._foreign:
            self.said.append(data)


def heard(page: str) -> str:
    """Give what a page says in its own language."""
    reader = _Heard()
    reader.feed(page)
    reader.close()
    return "\n".join(reader.said)


@pytest.mark.heavy
@pytest.mark.usefixtures("everything_out")
def test_each_english_page_has_the_numbers_and_the_links_of_the_indonesian_and_its_own_words(
    client: Client,
) -> None:
    kinds: Counter[str] = Counter()
    for address, page in pages(client):
        answer = client.get(f"/en{address}")
        english = answer.content.decode()
        assert answer.status_code == 200, address
        assert answer["Content-Language"] == "en"
        assert '<html lang="en">' in english
        assert numbers(english) == numbers(page), address
        assert links(english) == links(page), address
        assert TOLD_APART.search(heard(page.replace('<html lang="id">', "<html>"))), address
        left = [line.strip() for line in heard(english).splitlines() if TOLD_APART.search(line)]
        assert left == [], address
        kinds[re.sub(r"(?<=/r/)\w+|[?].*", "", address)] += 1
    assert {
        "/", "/r//", "/r//berkas/", "/unit/tanjung/", "/unit/sepi/", "/unit/tanjung/tindak-lanjut/", "/unit/tanjung/standar/",
        "/unit/tanjung/standar/sku/", "/unit/tanjung/standar/sku/1/", "/unit/tanjung/maklumat/", "/region/", "/region/18/",
        "/agency/", "/agency/desa/", "/data/", "/data/skm-2017/2026-TW4/", "/cara-menghitung/", "/privasi/", "/aksesibilitas/",
        "/pengaduan/",
    } <= set(kinds)  # fmt: skip
    assert kinds["/r//"] > 10


@pytest.mark.usefixtures("everything_out")
def test_what_cannot_be_shown_is_said_with_the_same_numbers_in_english(client: Client) -> None:
    for address in LOST:
        answer, english = client.get(address), client.get(f"/en{address}")
        assert answer.status_code == english.status_code >= 400, address
        assert numbers(english.content.decode()) == numbers(answer.content.decode()), address
        assert not TOLD_APART.search(heard(english.content.decode())), address


@pytest.mark.usefixtures("everything_out")
def test_a_number_that_only_one_language_has_would_be_seen(client: Client) -> None:
    page = client.get("/").content.decode()
    assert numbers(page.replace("</main>", "7,5</main>")) != numbers(page)
    assert numbers(page.replace("</main>", "1.234,50</main>")) == numbers(
        page.replace("</main>", "1,234.50</main>")
    )


def test_no_data_and_no_file_has_a_second_address(client: Client) -> None:
    for address in (
        "/en/api/v1/releases",
        "/en/api/v1/explain",
        "/en/data/katalog.json",
        "/en/meja/pekerjaan/1/berkas.zip",
        "/en/meja/unit/tanjung/tindak-lanjut/bukti/1/",
        "/en/meja/unit/tanjung/standar/layanan/sku/lembar.pdf",
        "/en/meja/unit/tanjung/kunjungan/1/foto/1/",
        "/en/meja/rilis/abcdefgh/berkas/laporan.docx",
    ):
        assert client.get(address).status_code == 404, address


def test_neither_a_cookie_nor_the_browsers_preference_changes_what_an_address_gives(client: Client) -> None:
    plain = client.get("/")
    client.cookies["django_language"] = "en"
    again = client.get("/", headers={"accept-language": "en-GB,en;q=0.9"})
    assert (again.content, again.headers) == (plain.content, plain.headers)
    assert "Accept-Language" not in again.headers.get("Vary", "")
    assert not again.cookies
    english = client.get("/en/", headers={"accept-language": "id"})
    assert english["Content-Language"] == "en"
    assert (
        '<a\nclass="language" href="/" hreflang="id" lang="id">Bahasa Indonesia</a>'
        in english.content.decode()
    )
