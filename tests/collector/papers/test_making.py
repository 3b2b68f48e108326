"""Papers into a folder: all of a release, for whom they are, whole files, and a new format that one module adds."""

import importlib
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from collector.accounts import roles
from collector.papers import formats as package
from collector.papers import making, registry
from collector.papers.registry import Audience, formats
from collector.people.models import TrailEntry
from collector.releases.models import Release
from tests.collector.accounts_of import person
from tests.collector.conftest import OwnClock
from tests.collector.papers import town
from tests.collector.scores.village import Post

pytestmark = pytest.mark.django_db
NEW = '''
"""The index in a line."""

from collector.papers.registry import Audience, Format, Purpose

FORMAT = Format(
    name="line",
    file="baris.txt",
    content_type="text/plain; charset=utf-8",
    title="Satu baris",
    audience=Audience.EVERYBODY,
    purpose=Purpose.REPORT,
    make=lambda said, press: f"{said.name} {said.period}: {said.value} {said.category}".encode(),
)
'''


@pytest.fixture(autouse=True)
def _january(own_clock: OwnClock) -> None:
    own_clock.moment = datetime(2027, 1, 5, 3, tzinfo=UTC)


@pytest.fixture
def post() -> Post:
    return town.post()


@pytest.fixture
def release(post: Post) -> Release:
    town.visit(post, 40)
    return town.publish(post)


def account(name: str, role: str, *, post: Post | None = None) -> str:
    return person(name, role, post.unit if post is not None else None).get_username()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def test_all_papers_of_a_release_lie_in_a_folder_under_names_that_tell_them_apart(
    release: Release, tmp_path: Path
) -> None:
    call_command("paper", "make", release.address.lower(), "--out", str(tmp_path / "new" / "folder"))
    wanted = {f"sukamaju_2026-TW4_{release.address}_{one.file}" for one in formats().values()}
    assert names(tmp_path / "new" / "folder") == wanted
    assert len(wanted) >= 8
    entry = TrailEntry.objects.get(action="paper made")
    office = sorted(one.name for one in formats().values() if one.audience is not Audience.EVERYBODY)
    assert {"copy-sheet", "ombudsman-evaluator", "report-pdf", "tabulation"} < set(office)
    assert entry.facts.keys() == {"formats"}
    assert sorted(entry.facts["formats"]) == office


def test_only_what_was_asked_for_is_made(release: Release, tmp_path: Path) -> None:
    call_command(
        "paper", "make", release.address, "--format", "social", "--format", "embed", "--out", str(tmp_path)
    )
    assert {name.rpartition("_")[2] for name in names(tmp_path)} == {
        "media-sosial-1080x1350.png",
        "embed.html",
    }
    assert not TrailEntry.objects.filter(action="paper made").exists(), "everybody may have these"
    with pytest.raises(CommandError, match="no format 'fax'"):
        call_command("paper", "make", release.address, "--format", "fax", "--out", str(tmp_path))


def test_rows_are_for_the_unit_s_officers_evaluators_and_administrators(
    post: Post, release: Release, tmp_path: Path
) -> None:
    other = town.post("lain")
    may = [
        account("sari", roles.UNIT_OFFICER, post=post),
        account("wati", roles.EVALUATOR),
        account("budi", roles.ADMINISTRATOR),
    ]
    may_not = [
        account("joko", roles.UNIT_OFFICER, post=other),
        account("vina", roles.VIEWER),
        account("audi", roles.AUDITOR),
        "nobody",
    ]
    ask = ("paper", "make", release.address, "--out", str(tmp_path), "--format")
    for name in may:
        call_command(*ask, "tabulation", "--as", name)
    for name in may_not:
        with pytest.raises(CommandError, match=f"'{name}' may not "):
            call_command(*ask, "tabulation", "--as", name)
    call_command(*ask, "embed", "--as", "vina")
    assert [
        one.who.split()[0] for one in TrailEntry.objects.filter(action="paper made").order_by("pk")
    ] == may


def test_a_file_is_there_whole_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "poster.pdf"
    making.write(path, b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("os.fsync", full)
        with pytest.raises(OSError, match="No space"):
            making.write(path, b"new")
    assert (path.read_bytes(), names(tmp_path)) == (b"old", {"poster.pdf"})
    making.write(path, b"new")
    assert path.read_bytes() == b"new"


def test_a_folder_that_cannot_be_written_is_one_sentence(release: Release, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CommandError, match="cannot be written"):
        call_command(
            "paper", "make", release.address, "--format", "embed", "--out", str(tmp_path / "file" / "x")
        )


def test_one_module_adds_a_format(release: Release, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "line.py").write_text(NEW)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(folder)])
    importlib.invalidate_caches()
    registry.formats.cache_clear()
    try:
        call_command("paper", "make", release.address, "--format", "line", "--out", str(tmp_path))
        (made,) = tmp_path.glob("*_baris.txt")
        value = str(release.value).replace(".", ",")
        assert made.read_text() == f"Balai Desa Sukamaju Triwulan IV Tahun 2026: {value} {release.category}"
    finally:
        registry.formats.cache_clear()
        sys.modules.pop("collector.papers.formats.line", None)


def test_every_format_is_one_small_module_and_says_for_whom_it_is() -> None:
    folder = Path(package.__file__).parent
    modules = sorted(folder.glob("[a-z]*.py"))
    assert len(modules) == len(formats())
    assert all(len(path.read_text().splitlines()) < 150 for path in modules)
    assert {one.audience for one in formats().values()} == set(Audience)
