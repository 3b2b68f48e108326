"""The packages of every suite and architecture, from whatever machine: nothing of a foreign one is run."""

import os
import re
import struct
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MACHINES = {"amd64": 62, "arm64": 183}
"""By architecture: what an ELF file says it is for."""
PYTHONS = {"bookworm": "3.11", "trixie": "3.13"}


@pytest.mark.long
@pytest.mark.parametrize("what", ["kiosk", "collector"])
@pytest.mark.parametrize("suite", PYTHONS)
@pytest.mark.parametrize("architecture", MACHINES)
def test_every_dependency_has_a_wheel_there(what: str, suite: str, architecture: str, tmp_path: Path) -> None:
    build(what, tmp_path, "--suite", suite, "--architecture", architecture)
    (tree,) = tmp_path.glob(f"ikm-{what}-tree-1.2_1.2_{architecture}.deb")
    subprocess.run(["dpkg-deb", "-x", tree, tmp_path / "tree"], check=True)
    site = tmp_path / f"tree/opt/ikm-{what}/1.2/lib/python{PYTHONS[suite]}/site-packages"
    libraries = [path for path in site.rglob("*.so*") if path.is_file() and not path.is_symlink()]
    assert len(libraries) > 5
    for path in libraries:
        assert struct.unpack_from("<H", path.read_bytes(), 18) == (MACHINES[architecture],), path
    sources = [path for path in site.rglob("*.py") if not path.is_symlink()]
    assert not [path for path in sources if not (path.parent / "__pycache__").is_dir()]
    # Nothing of the machine that built it.
    for path in (tmp_path / "tree").rglob("*"):
        if path.is_file() and not path.is_symlink():
            assert str(ROOT).encode() not in path.read_bytes(), path


def test_a_checkout_with_changes_is_no_version(tmp_path: Path) -> None:
    clone = tmp_path / "clone"
    subprocess.run(["git", "clone", "-q", "--depth", "1", f"file://{ROOT}", clone], check=True)
    (clone / "README.md").write_text("changed")
    done = run(clone / "packaging" / "build", "kiosk", tmp_path / "out")
    assert done.returncode == 1
    assert "the checkout has changes that no commit holds" in done.stderr


@pytest.mark.parametrize(
    "words, sentence",
    [
        (("--suite", "buster"), "there are packages for bookworm and trixie, not for buster"),
        (("--architecture", "armhf"), "there are packages for amd64 and arm64, not for armhf"),
    ],
)
def test_what_there_are_no_packages_for_is_said(
    words: tuple[str, ...], sentence: str, tmp_path: Path
) -> None:
    done = run(ROOT / "packaging" / "build", "kiosk", tmp_path, *words)
    assert (done.returncode, done.stderr.strip()) == (1, f"build: {sentence}")


def test_lgpio_is_pinned_to_what_is_no_stub() -> None:
    """The index has a package of that name with nothing in it, for Pythons without a wheel."""
    (pinned,) = re.findall(r"^lgpio==(\S+)", (ROOT / "requirements" / "lgpio.txt").read_text(), re.MULTILINE)
    assert pinned != "0.0.0.2"
    assert "lgpio" not in (ROOT / "requirements" / "kiosk.txt").read_text()


def test_setuptools_that_builds_is_the_one_that_is_shipped() -> None:
    (ours,) = re.findall(
        r"^setuptools==.*?(?=^\S|\Z)",
        (ROOT / "requirements" / "build.txt").read_text(),
        re.MULTILINE | re.DOTALL,
    )
    assert ours.strip() in (ROOT / "requirements" / "kiosk.txt").read_text()


def build(what: str, out: Path, *words: str) -> None:
    done = run(ROOT / "packaging" / "build", what, out, "--version", "1.2", *words)
    assert done.returncode == 0, done.stderr[-3000:]


def run(*words: str | Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [*map(str, words)],
        env=os.environ | {"COMPRESSION": "none", "SOURCE_DATE_EPOCH": "1790000000"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=900,
    )  # fmt: skip
