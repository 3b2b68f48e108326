"""The official sheet, checkable though shuffled: each row opens a line that was logged with the release, and an altered one is named by both verifiers."""

import json
import re
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import Client

from collector.papers import making
from collector.papers.press import Warm
from collector.papers.registry import find
from collector.papers.said import said_of
from collector.releases.models import Release, SheetRows
from collector.scores.models import Response
from survey.log.sheet import commitment, read_code, read_rows
from survey.record.errors import Malformed
from tests.collector.log.conftest import NOVEMBER, OCTOBER
from tests.collector.log.world import World
from tests.collector.papers.reading_back import recalculated
from witness.verify import command, spreadsheet

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
SHEET = "xl/worksheets/sheet1.xml"
LIST, ASKED = "tabulation", "tabulation-questionnaire"


class Office:
    """Whoever holds a release's sheet, and the list that goes with it."""

    def __init__(self, world: World, folder: Path) -> None:
        for day in (OCTOBER, NOVEMBER, NOVEMBER + timedelta(days=3)):
            for card in world.village.cards:
                if day > card.day:
                    for values in (
                        (4, 3, 3, 2, 4, 3, 4, 4, 3),
                        (1, 2, 3, 4, 3, 2, 1, 4, 2),
                        (3, 3, 3, 3, 3, 3, 3, 1, 4),
                    ):
                        card.answer(day, *values)
        world.village.send()
        self.world = world
        self.release = world.village.publish()
        world.log()
        paths = making.make(said_of(self.release), [find(LIST), find(ASKED)], Warm(), folder=folder)
        self.sheets = dict(zip((LIST, ASKED), paths, strict=True))
        self.list = folder / "baris.json"
        self.list.write_bytes(bytes(SheetRows.objects.get(release=self.release).content))

    def check(self, sheet: Path) -> set[str]:
        """What both verifiers say does not hold."""
        said = self.world.verify(self.release, "--sheet", str(sheet), "--rows", str(self.list))
        return set(said["faults"])

    def altered(self, change: Callable[[str], str]) -> Path:
        """The sheet with its cells changed by an editor's hand, everything else as it was."""
        made = self.list.with_name("diubah.xlsx")
        with (
            zipfile.ZipFile(self.sheets[LIST]) as whole,
            zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as file,
        ):
            for name in whole.namelist():
                content = whole.read(name)
                file.writestr(name, change(content.decode()).encode() if name == SHEET else content)
        return made


@pytest.fixture
def office(world: World, tmp_path: Path) -> Office:
    return Office(world, tmp_path)


def test_an_honest_sheet_holds_in_both_orders_and_after_another_program_saved_it(
    office: Office, tmp_path: Path
) -> None:
    for sheet in (*office.sheets.values(), *recalculated(office.sheets.values(), tmp_path)):
        said = office.world.verify(office.release, "--sheet", str(sheet), "--rows", str(office.list))
        assert said["faults"] == set(), sheet
        (held,) = [one[2] for one in said["findings"] if one[1] == "sheet_holds"]
        assert held["n"] == office.release.n
        assert spreadsheet.read(sheet.read_bytes()).index, "the sheet's own index was looked at"


def _first_answer(text: str, number: int) -> str:
    """Raise the first answer of a row by one, or lower it."""

    def other(found: re.Match[str]) -> str:
        return f"{found[1]}{int(found[2]) % 4 + 1}</v>"

    return re.sub(rf'(<c r="C{9 + number}"[^>]*><v>)([1-4])</v>', other, text, count=1)


def test_an_altered_answer_is_named_with_its_row(office: Office) -> None:
    sheet = office.altered(lambda text: _first_answer(text, 5))
    said = office.world.verify(office.release, "--sheet", str(sheet), "--rows", str(office.list))
    assert said["faults"] == {"row_altered", "rows_missing"}
    (named,) = [one[2] for one in said["findings"] if one[1] == "row_altered"]
    assert named["row"] == 5


def test_answers_that_change_places_are_named_though_all_sums_hold(office: Office) -> None:
    """Two rows swap what they say under one element: n and every sum stay what they were."""

    def swap(text: str) -> str:
        cells = [re.search(rf'<c r="C{9 + one}"[^>]*><v>([1-4])</v>', text) for one in range(1, 20)]
        first = cells[0]
        other = next(one for one in cells[1:] if one is not None and first is not None and one[1] != first[1])
        assert first is not None
        for mine, its in ((first, other), (other, first)):
            text = text.replace(mine[0], mine[0].replace(f"<v>{mine[1]}</v>", f"<v>{its[1]}</v>"))
        return text

    assert office.check(office.altered(swap)) == {"row_altered", "rows_missing"}


def test_a_row_that_is_left_out_and_one_that_stands_there_twice_are_named(office: Office) -> None:
    row = re.compile(r'<row r="12".*?</row>', re.DOTALL)
    assert office.check(office.altered(lambda text: row.sub("", text))) == {"rows_missing"}
    twice = office.altered(lambda text: row.sub(lambda found: found[0] * 2, text))
    assert office.check(twice) == {"row_twice"}


def test_another_index_below_honest_rows_is_named(office: Office) -> None:
    value = f"{office.release.value}".rstrip("0")
    sheet = office.altered(lambda text: text.replace(f"<v>{value}</v>", "<v>97.5</v>"))
    assert office.check(sheet) == {"sheet_index_differs"}


def test_a_list_that_was_made_for_an_altered_sheet_is_not_the_one_that_was_logged(office: Office) -> None:
    """The operator alters a row, and makes the list anew so that it opens: the leaf has another digest."""
    rows = read_rows(office.list.read_bytes())
    code, cells = spreadsheet.read(office.sheets[LIST].read_bytes()).rows[4]
    changed = "".join([str(int(cells[0]) % 4 + 1), *cells[1:9]])
    honest = commitment(address=rows.address, code=code, answers="".join(cells[:9]))
    own = commitment(address=rows.address, code=code, answers=changed)
    assert honest in rows.lines
    office.list.write_bytes(
        rows._replace(lines=tuple(own if one == honest else one for one in rows.lines)).to_bytes()
    )
    assert office.check(office.altered(lambda text: _first_answer(text, 5))) == {"rows_replaced"}


def test_rows_that_do_not_come_to_the_release_are_named(office: Office) -> None:
    """The operator commits to better rows before anything is logged: then they are not what the release, and the counters, say."""
    kept = SheetRows.objects.get(release=office.release)
    rows = read_rows(bytes(kept.content))
    code, cells = spreadsheet.read(office.sheets[LIST].read_bytes()).rows[4]
    better = str(int(cells[0]) % 4 + 1)
    honest = commitment(address=rows.address, code=code, answers="".join(cells[:9]))
    own = commitment(address=rows.address, code=code, answers="".join([better, *cells[1:9]]))
    forged = rows._replace(lines=tuple(own if one == honest else one for one in rows.lines)).to_bytes()
    _log_anew(office, kept, forged)
    assert "sheet_sum_differs" in office.check(office.altered(lambda text: _first_answer(text, 5)))


def _log_anew(office: Office, kept: SheetRows, content: bytes) -> None:
    from collector.log.models import LoggedFact  # noqa: PLC0415 - the operator's own hand in the database

    kept.content = content
    kept.save()
    office.list.write_bytes(content)
    LoggedFact.objects.filter(key=f"release/{office.release.address}").delete()
    office.world.log()


def test_the_list_says_nothing_of_anybody(office: Office) -> None:
    """No time, kiosk, order or number of a record is in a code: the list is sorted by digests, and codes by letters."""
    rows = read_rows(office.list.read_bytes())
    assert list(rows.lines) == sorted(rows.lines)
    sheet = [
        (code, "".join(cells[:9])) for code, cells in spreadsheet.read(office.sheets[LIST].read_bytes()).rows
    ]
    assert sheet == sorted(sheet)
    arrival = list(Response.objects.order_by("pk").values_list("answers", flat=True))
    assert [answers for _, answers in sheet] != arrival
    proof = office.world.village.proof(office.release)
    visible = json.dumps(proof) + office.list.read_text()
    for code, answers in sheet:
        assert code not in visible
        guesses = {
            commitment(address=rows.address, code=other, answers=answers)
            for other in ("", code[:-1], code[1:])
        }
        assert not guesses & set(rows.lines), "without the whole code a row opens nothing"


def test_a_code_is_another_one_in_each_release_and_has_nothing_of_the_citizens(office: Office) -> None:
    """Nobody matches a row with a visit: the citizen's letters are of the kiosk's chain, a row's are drawn by the release."""
    codes = {code for code, _ in spreadsheet.read(office.sheets[LIST].read_bytes()).rows}
    month = Release.objects.get(pk=office.release.pk)
    kept = SheetRows.objects.get(release=month)
    from collector.releases import sheet_rows  # noqa: PLC0415

    month.address = "ZZZZZZZZ"
    others = {row.code.replace(" ", "") for row in sheet_rows.rows_of(month, kept)}
    assert not codes & others
    for card in office.world.village.cards:
        for link in card.kiosk.links:
            assert not any(link.hex().upper()[:8] in code for code in codes)


def test_a_small_release_commits_to_no_rows(world: World) -> None:
    world.village.send()
    release = world.village.publish()
    world.log()
    assert bytes(SheetRows.objects.get(release=release).content) == b""
    proof = world.village.proof(release)
    assert json.loads(proof["leaves"][f"{proof['leaf']}"])["rows"] == ""


def test_the_list_has_an_address_and_its_page_leads_there(office: Office, client: Client) -> None:
    address = office.release.address
    answer = client.get(f"/log/rows/{address}.json")
    assert answer.content == office.list.read_bytes()
    assert f"/log/rows/{address}.json" in client.get(f"/r/{address}/").content.decode()
    assert client.get("/log/rows/AAAAAAAA.json").status_code == 404


@pytest.mark.sampled(2)
@pytest.mark.parametrize("content", [b"", b"PK", b"{}", b"[]", b'{"format":1}'])
def test_what_is_no_sheet_and_no_list_ends_in_a_sentence(
    office: Office, content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proof, bad = tmp_path / "bukti.json", tmp_path / "x"
    proof.write_text(json.dumps(office.world.village.proof(office.release)))
    bad.write_bytes(content)
    for sheet, rows in ((bad, office.list), (office.sheets[LIST], bad)):
        arguments = [
            str(proof),
            "--policy",
            str(office.world.stranger.policy),
            "--sheet",
            str(sheet),
            "--rows",
            str(rows),
        ]
        capsys.readouterr()
        code = command.main(arguments)
        assert code == (command.UNREADABLE if sheet is bad or content != b"{}" else code)
        assert code != command.PROVEN


def test_codes_are_read_as_they_are_printed() -> None:
    assert read_code("ABCD 2345 EFGH 6789 JKMN") == "ABCD2345EFGH6789JKMN"
    assert read_code("ABCD 2345 EFGH 6789 JKM") is None
    assert read_code("ABCD 2345 EFGH 6789 JKM1") is None
    with pytest.raises(Malformed):
        read_rows(b'{"format":1,"address":"A","keys":["a"],"asked":["b"],"lines":""}')
