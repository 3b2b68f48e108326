"""A wheel holds everything that a package reads: what is forgotten there is missing on every machine, and nowhere here."""

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
SOURCES_ONLY = {".po"}
"""Compiled into another file, and never read by a program of ours."""


def wanted(package: Path) -> set[Path]:
    """Every file of a package that is no module."""
    return {
        path
        for path in package.rglob("*")
        if path.is_file() and path.suffix not in {".py", ".pyc", *SOURCES_ONLY}
    }


@pytest.mark.parametrize("name", ["survey", "hardware", "uplink", "kiosk", "collector", "witness"])
def test_what_a_package_reads_goes_into_its_wheel(name: str) -> None:
    package = ROOT / name
    globs = SETUPTOOLS["package-data"].get(name, [])
    packed = {path for pattern in globs for path in package.glob(pattern) if path.is_file()}
    assert sorted(str(path.relative_to(ROOT)) for path in wanted(package) - packed) == []
