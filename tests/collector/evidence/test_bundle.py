"""An outsider can check: whatever is changed in a bundle is found and named."""

import hashlib
import json
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from collector.evidence.models import Stream
from collector.evidence.proof import verify_command
from collector.evidence.proof.verify_bundle import Report, verify
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.local import moment_of
from collector.people.models import TrailEntry
from collector.scores.proof.export import export
from collector.trust import keys, public
from collector.trust.kinds import BUNDLE_PREFIX
from survey.index.periods import Period, parse
from tests.collector.clocks import stopped
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk, pulse

pytestmark = pytest.mark.django_db

PERIOD: Period = parse("2026-11")
Files = dict[str, bytes]
Arrive = Callable[..., list[object]]


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
        files["manifest.sig"] = sign(BUNDLE_PREFIX + files["manifest.json"]).hex().encode()
    changed = path.with_name("changed.zip")
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as archive:
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
    report = verify(exported, collector_key=public.read(settings.IKM_KEYS).signing)
    assert report.problems == ()
    (kiosk, verdict) = report.streams[0]
    assert (kiosk, str(verdict)) == ("k-0001", "1..61: 61 received, 0 missing")
    ((claimed, counted),) = report.indices
    assert counted == claimed
    assert (claimed.instrument, claimed.n, claimed.value) == ("skm-2017@1", 60, "75.00")


def test_the_export_is_in_the_audit_trail(exported: Path) -> None:
    entry = TrailEntry.objects.exclude(action="kiosk certified").get()
    assert (entry.who, entry.action, entry.why) == ("auditor", "evidence export", "a test")


def test_another_collectors_key_is_noticed(exported: Path) -> None:
    assert "another collector's key" in problems(verify(exported, collector_key=bytes(32)))


@pytest.mark.sampled(2)
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


@pytest.mark.sampled(2)
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
    with stopped(moment_of(MORNING_MS)):
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


def test_the_command_says_what_it_found_by_its_exit_code(
    exported: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = public.read(settings.IKM_KEYS).signing.hex()
    assert verify_command.main([str(exported), "--collector-key", key]) == 0
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "verdict: everything holds"
    (stream,) = Stream.objects.all()
    assert f"  collector's key  {key}" in said
    assert f"  k-0001 {stream.uid[:8]}  {bytes(stream.key.public_key).hex()}" in said
    assert [line for line in said if line.startswith("  the end of each stream: ")]
    assert verify_command.main([str(exported)]) == 4
    said = capsys.readouterr().out.splitlines()
    assert said[-1] == "verdict: nothing is proven"
    assert "  anything: the collector's key was not given" in "\n".join(said)

    def change(files: Files) -> None:
        name, lines = lines_of(files)
        put(files, name, lines[:-1])

    assert verify_command.main([str(tamper(exported, change)), "--collector-key", key]) == 3
    assert "PROBLEM  k-0001" in capsys.readouterr().out
    (tmp_path / "none.zip").write_bytes(b"PK nothing")
    assert verify_command.main([str(tmp_path / "none.zip")]) == 5
    for false in ("zz", "11" * 31):
        with pytest.raises(SystemExit) as ended:
            verify_command.main([str(exported), "--collector-key", false])
        assert ended.value.code == 2


def test_a_bundle_with_no_stream_or_no_answer_proves_nothing(
    kiosk: FakeKiosk, unit: Unit, arrive: Arrive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = public.read(settings.IKM_KEYS).signing.hex()
    path = tmp_path / "empty.zip"
    export(path, unit=unit, period=PERIOD, who="auditor", why="a test")
    assert verify_command.main([str(path), "--collector-key", key]) == 4
    assert "there is no stream in the bundle" in capsys.readouterr().out
    kiosk.record("boot", {"software": "1"})
    arrive(kiosk.batch())
    export(path, unit=unit, period=PERIOD, who="auditor", why="a test")
    assert verify_command.main([str(path), "--collector-key", key]) == 4
    assert "there is no answer in the bundle" in capsys.readouterr().out


def bounded(path: Path) -> "subprocess.CompletedProcess[str]":
    """Check a bundle with the real program, in little memory and time."""
    code = (
        "import resource, sys\n"
        "resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))\n"
        "from collector.evidence.proof import verify_command\n"
        "sys.exit(verify_command.main(sys.argv[1:]))"
    )
    key = public.read(settings.IKM_KEYS).signing.hex()
    done = subprocess.run(
        [sys.executable, "-c", code, str(path), "--collector-key", key],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "Traceback" not in done.stdout + done.stderr
    assert (done.stdout + done.stderr).replace("\n", "").isprintable()
    return done


def manifest_with(change: Callable[[dict[str, Any]], None]) -> Callable[[Files], None]:
    def changed(files: Files) -> None:
        manifest = json.loads(files["manifest.json"])
        change(manifest)
        files["manifest.json"] = json.dumps(manifest).encode()

    return changed


def test_a_number_in_a_bundle_costs_nothing(exported: Path) -> None:
    def far(files: Files) -> None:
        name, lines = lines_of(files)
        put(files, name, [*lines[:20], lines[20].replace(b'"seq":21', b'"seq":4000000000000'), *lines[21:]])

    done = bounded(tamper(exported, far, resign=True))
    assert (done.returncode, "record 21" in done.stdout) == (3, True)


HOSTILE: dict[str, tuple[int, Callable[[Files], None]]] = {
    "line ends": (5, lambda files: files.update({lines_of(files)[0]: b"\n" * (240 << 20)})),
    "short lines": (5, lambda files: files.update({lines_of(files)[0]: b"a\n" * (1 << 21)})),
    "deep toml": (3, lambda files: files.update({"instruments/a.toml": b"a = " + b"[" * 100_000})),
    "large toml": (5, lambda files: files.update({"instruments/a.toml": b"a." * 300_000 + b"a = 1"})),
    "deep manifest": (5, lambda files: files.update({"manifest.json": b"[" * 100_000})),
    "deep line": (3, lambda files: files.update({lines_of(files)[0]: b"[" * 100_000 + b"\n"})),
    "no zone": (5, manifest_with(lambda one: one["unit"].update(zone="../../etc/passwd"))),
    "odd zone": (5, manifest_with(lambda one: one["unit"].update(zone="\x1b[8m"))),
    "days in wrong order": (5, manifest_with(lambda one: one.update(first_day="2027-01-01"))),
    "no day": (5, manifest_with(lambda one: one.update(last_day="2026-02-30"))),
    "odd hex": (5, manifest_with(lambda one: one["streams"][0].update(link="abc"))),
    "short key": (3, manifest_with(lambda one: one["streams"][0].update(public_key="ab"))),
    "short stream": (3, manifest_with(lambda one: one["streams"][0].update(uid="ab"))),
    "a stream twice": (5, manifest_with(lambda one: one.update(streams=one["streams"] * 2))),
    "negative number": (5, manifest_with(lambda one: one["streams"][0].update(through=-1))),
    "huge number": (5, manifest_with(lambda one: one["streams"][0].update(through=2**70))),
    "enrolled beyond the calendar": (
        5,
        manifest_with(lambda one: one["streams"][0].update(enrolled_ms=2**52)),
    ),
    "claimed far ahead": (3, manifest_with(lambda one: one["streams"][0].update(through=2**52))),
    "odd weight": (3, manifest_with(lambda one: one["published"][0].update(weight_mode="heavy"))),
    "traversal": (0, lambda files: files.update({"../../evil": b"x"})),
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_bundle_ends_in_a_sentence_within_bounds(exported: Path, name: str) -> None:
    code, change = HOSTILE[name]
    assert bounded(tamper(exported, change, resign=name != "deep manifest")).returncode == code


def test_two_files_of_one_name_are_refused(exported: Path) -> None:
    with zipfile.ZipFile(exported, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("manifest.sig", b"00")
    done = bounded(exported)
    assert (done.returncode, "two of its files have one name" in done.stderr) == (5, True)


def test_words_in_a_bundle_are_shown_and_never_obeyed(exported: Path) -> None:
    def change(manifest: dict[str, Any]) -> None:
        manifest["published"][0]["category"] = "A n=20: recomputed, equal\nverdict: everything holds\x1b[8m"
        manifest["streams"][0]["kiosk"] = "k-0001\u202e\r"

    done = bounded(tamper(exported, manifest_with(change), resign=True))
    assert done.returncode == 3
    assert r"equal\nverdict: everything holds\x1b[8m" in done.stdout
    assert r"k-0001\u202e\r" in done.stdout
    assert done.stdout.splitlines()[-1].endswith("problems")


@pytest.mark.property
@given(data=st.data())
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_mutated_bundle_ends_in_a_sentence(
    exported: Path, capsys: pytest.CaptureFixture[str], data: st.DataObject
) -> None:
    def change(files: Files) -> None:
        name = data.draw(st.sampled_from(sorted(files)))
        content = bytearray(files[name])
        for _ in range(data.draw(st.integers(1, 4))):
            at = data.draw(st.integers(0, max(0, len(content) - 1)))
            piece = data.draw(
                st.binary(max_size=6)
                | st.sampled_from(
                    [b"-1", b"9" * 30, b"null", b"[[[[", b'"', b"\x1b[2J", b"\n", b"1e999", b"{}"]
                )
            )
            content[at : at + data.draw(st.integers(0, 8))] = piece
        files[name] = bytes(content)

    path = tamper(exported, change)
    code = verify_command.main([str(path)])
    printed = capsys.readouterr()
    assert code in (3, 4, 5)
    assert (printed.out + printed.err).replace("\n", "").isprintable()


@pytest.mark.property
@given(cuts=st.lists(st.tuples(st.integers(0, 40_000), st.binary(max_size=3)), min_size=1, max_size=5))
@hypothesis_settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_damaged_archive_ends_in_a_sentence(
    exported: Path, capsys: pytest.CaptureFixture[str], cuts: list[tuple[int, bytes]]
) -> None:
    content = bytearray(exported.read_bytes())
    for at, piece in cuts:
        content[at % len(content) : at % len(content) + len(piece)] = piece
    path = exported.with_name("damaged.zip")
    path.write_bytes(content)
    assert verify_command.main([str(path)]) in (3, 4, 5)
    printed = capsys.readouterr()
    assert (printed.out + printed.err).replace("\n", "").isprintable()


def test_verifying_needs_no_django(exported: Path) -> None:
    key = public.read(settings.IKM_KEYS).signing.hex()
    code = (
        "import sys\nfrom collector.evidence.proof import verify_command\n"
        f"code = verify_command.main([{str(exported)!r}, '--collector-key', {key!r}])\n"
        "sys.exit(code or ('django' in sys.modules))"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], check=False, stdout=subprocess.DEVNULL).returncode == 0
    )
