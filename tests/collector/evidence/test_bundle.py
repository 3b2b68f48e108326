"""An outsider can check: whatever is changed in a bundle is found and named."""

import hashlib
import json
import re
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from django.conf import settings

from collector.evidence.proof import bundle as bundles
from collector.evidence.proof import verify_bundle
from collector.evidence.proof.verify_bundle import Report, verify
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.people.models import TrailEntry
from collector.scores.proof.export import export
from collector.trust import keys
from survey.index.periods import Period, parse
from tests.collector.fake_kiosk import FakeKiosk, pulse

pytestmark = pytest.mark.django_db

PERIOD: Period = parse("2026-11")
Files = dict[str, bytes]


@pytest.fixture
def exported(busy: FakeKiosk, unit: Unit, tmp_path: Path) -> Path:
    path = tmp_path / "bundle.zip"
    export(path, unit=unit, period=PERIOD, who="auditor", why="a test")
    return path


def tamper(path: Path, change: Callable[[Files], None], *, resign: bool = False) -> Path:
    """Change files of a bundle; with `resign`, as the collector itself could: digests and signature made anew."""
    with zipfile.ZipFile(path) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    change(files)
    if resign:
        manifest = json.loads(files["manifest.json"])
        manifest["files"] = {
            name: hashlib.sha256(content).hexdigest()
            for name, content in files.items()
            if not name.startswith("manifest.")
        }
        files["manifest.json"] = json.dumps(manifest).encode()
        sign = keys.load(settings.IKM_KEYS).sign
        files["manifest.sig"] = sign(bundles.SIGNATURE_PREFIX + files["manifest.json"]).hex().encode()
    changed = path.with_name("changed.zip")
    with zipfile.ZipFile(changed, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return changed


def lines_of(files: Files) -> tuple[str, list[bytes]]:
    name = next(name for name in files if name.endswith(".lines"))
    return name, files[name].split(b"\n")[:-1]


def put(files: Files, name: str, lines: list[bytes]) -> None:
    files[name] = b"".join(line + b"\n" for line in lines)


def problems(report: Report) -> str:
    return "\n".join(report.problems)


def test_an_honest_bundle_holds(exported: Path) -> None:
    report = verify(exported, collector_key=keys.load(settings.IKM_KEYS).public_key)
    assert report.problems == ()
    (kiosk, verdict) = report.streams[0]
    assert (kiosk, str(verdict)) == ("k-0001", "1..61: 61 received, 0 missing")
    ((claimed, counted),) = report.indices
    assert counted == claimed
    assert (claimed.instrument, claimed.n, claimed.value) == ("skm-2017@1", 60, "75.00")


def test_the_export_is_in_the_audit_trail(exported: Path) -> None:
    entry = TrailEntry.objects.get()
    assert (entry.who, entry.action, entry.why) == ("auditor", "evidence export", "a test")


def test_another_collectors_key_is_noticed(exported: Path) -> None:
    assert "another collector's key" in problems(verify(exported, collector_key=bytes(32)))


@pytest.mark.parametrize("resign", [False, True])
@pytest.mark.parametrize("seq", [1, 7, 30, 50, 61])
def test_a_rating_taken_out_is_named(exported: Path, seq: int, resign: bool) -> None:
    def change(files: Files) -> None:
        name, lines = lines_of(files)
        put(files, name, lines[: seq - 1] + lines[seq:])

    said = problems(verify(tamper(exported, change, resign=resign)))
    assert f"record {seq}: missing" in said or f"record {seq}: cut off" in said
    assert ("manifest" in said or ".lines" in said) != resign
    # The first record anchors the clock of all others; it is no rating itself.
    assert seq == 1 or "published 75.00 (n=60), the records give" in said


@pytest.mark.parametrize("resign", [False, True])
@pytest.mark.parametrize("seq", [7, 30, 50, 61])
def test_a_rating_changed_is_named(exported: Path, seq: int, resign: bool) -> None:
    def change(files: Files) -> None:
        name, lines = lines_of(files)
        other = re.sub(rb'"waktu":(\d)', lambda found: b'"waktu":%d' % (5 - int(found[1])), lines[seq - 1])
        put(files, name, [*lines[: seq - 1], other, *lines[seq:]])

    said = problems(verify(tamper(exported, change, resign=resign)))
    assert f"record {seq}: altered after it was signed" in said
    assert "published 75.00 (n=60), the records give" in said


@pytest.mark.parametrize("resign", [False, True])
def test_a_rating_put_in_is_named(exported: Path, resign: bool) -> None:
    def change(files: Files) -> None:
        name, lines = lines_of(files)
        put(files, name, [*lines[:30], lines[29].replace(b":4", b":1"), *lines[30:]])

    said = problems(verify(tamper(exported, change, resign=resign)))
    assert "record 30: not of this stream: inserted" in said or "record 30: there" in said


def test_a_rating_put_in_at_the_end_is_named(exported: Path) -> None:
    def change(files: Files) -> None:
        name, lines = lines_of(files)
        put(files, name, [*lines, lines[-1].replace(b'"seq":61', b'"seq":62')])

    assert "record 62" in problems(verify(tamper(exported, change, resign=True)))


def test_an_index_that_is_not_what_the_records_give_is_named(exported: Path) -> None:
    def change(files: Files) -> None:
        files["manifest.json"] = files["manifest.json"].replace(b'"75.00"', b'"88.31"')

    said = problems(verify(tamper(exported, change, resign=True)))
    assert said == "skm-2017@1: published 88.31 (n=60), the records give 75.00 (n=60)"


def test_a_questionnaire_with_other_bands_is_named(exported: Path) -> None:
    def change(files: Files) -> None:
        name = "instruments/skm-2017@1.toml"
        files[name] = files[name].replace(b"76.61", b"70.00")

    assert "instruments/skm-2017@1.toml" in problems(verify(tamper(exported, change, resign=True)))


def test_a_stream_left_out_is_missed_in_the_index(
    unit: Unit, busy: FakeKiosk, arrive: object, tmp_path: Path
) -> None:
    other = FakeKiosk.enrolled(unit)
    other.responses(1, 1)
    arrive(other.batch())
    path = tmp_path / "two.zip"
    export(path, unit=unit, period=PERIOD, who="auditor", why="a test")

    def change(files: Files) -> None:
        manifest = json.loads(files["manifest.json"])
        manifest["streams"] = [one for one in manifest["streams"] if one["kiosk"] != other.name]
        files["manifest.json"] = json.dumps(manifest).encode()
        for name in (f"streams/{other.stream}.lines", f"streams/{other.stream}.proof"):
            del files[name]

    assert verify(path).problems == ()
    assert "(n=62), the records give 75.00 (n=60)" in problems(verify(tamper(path, change, resign=True)))


def test_pulses_and_neighbours_ratings_do_not_mix(
    busy: FakeKiosk, unit: Unit, arrive: object, tmp_path: Path
) -> None:
    elsewhere = tree.add_unit(
        code="jaya",
        name="Jaya",
        region=tree.add_region("18.01.05.2004"),
        agency=None,
        time_zone="Asia/Jakarta",
    )
    other = FakeKiosk.enrolled(elsewhere)
    other.responses(1)
    busy.record("response", pulse(4))
    arrive(other.batch(), busy.batch(62, 62))
    path = tmp_path / "bundle.zip"
    export(path, unit=unit, period=PERIOD, who="auditor", why="a test")
    report = verify(path)
    assert report.problems == ()
    assert [(one.instrument, one.value, one.n) for one, _ in report.indices] == [
        ("pulse@1", "100.00", 1),
        ("skm-2017@1", "75.00", 60),
    ]


def test_the_command_says_what_is_wrong_by_its_exit_code(
    exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify_bundle.main([str(exported)]) == 0
    assert capsys.readouterr().out.splitlines()[-1] == "verdict: everything holds"

    def change(files: Files) -> None:
        name, lines = lines_of(files)
        put(files, name, lines[:-1])

    assert verify_bundle.main([str(tamper(exported, change))]) == 1
    assert "PROBLEM  k-0001" in capsys.readouterr().out
    (tmp_path / "none.zip").write_bytes(b"PK nothing")
    assert verify_bundle.main([str(tmp_path / "none.zip")]) == 2


def test_verifying_needs_no_django(exported: Path) -> None:
    import subprocess  # noqa: PLC0415 - only here

    code = (
        "import sys\nfrom collector.evidence.proof import verify_bundle\n"
        f"code = verify_bundle.main([{str(exported)!r}])\n"
        "sys.exit(code or ('django' in sys.modules))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], check=False, stdout=subprocess.DEVNULL).returncode == 0
    )
