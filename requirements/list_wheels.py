#!/usr/bin/env python3
"""list_wheels.py: write wheels.txt anew: which wheel of each pinned dependency each kind of machine takes.

Asks where pip asks, downloads no wheel, and runs nothing of a foreign machine. To be run after each change of kiosk.txt,
collector.txt or lgpio.txt; `tests/test_packages.py` compares the three with it, without a network.
"""

import json
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
SUITES = {"bookworm": ("3.11", 36), "trixie": ("3.13", 41)}
"""By suite: its Python, and how new its C library is (2.36)."""
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
HEAD = "# Made by list_wheels.py. A line: the wheel, its sha256, and the machines that take it.\n"


def main() -> None:
    """Ask for every kind of machine, and write what came."""
    takers: dict[tuple[str, str], list[str]] = {}
    for suite, (python, glibc) in SUITES.items():
        for architecture, machine in MACHINES.items():
            for part in ("kiosk", "collector", *(("lgpio",) if suite == "bookworm" else ())):
                for wheel in asked(part, python, machine, glibc):
                    takers.setdefault(wheel, []).append(f"{part}/{suite}/{architecture}")
    lines = [
        f"{name} {digest} {' '.join(sorted(places))}\n" for (name, digest), places in sorted(takers.items())
    ]
    (HERE / "wheels.txt").write_text(HEAD + "".join(lines), encoding="utf-8")
    sys.stdout.write(f"{len(lines)} wheels\n")


def asked(part: str, python: str, machine: str, glibc: int) -> list[tuple[str, str]]:
    """Give name and sha256 of what pip would install of a requirements file on such a machine."""
    platforms = [f"manylinux_2_{minor}_{machine}" for minor in (17, 28, 34, glibc)] + [
        f"manylinux2014_{machine}"
    ]
    command = [
        sys.executable, "-m", "pip", "install", "-q", "--dry-run", "--ignore-installed", "--no-deps", "--report", "-",
        "--require-hashes", "-r", str(HERE / f"{part}.txt"), "--only-binary", ":all:", "--target", "/nowhere",
        "--python-version", python, "--implementation", "cp", *(f"--platform={platform}" for platform in platforms),
    ]  # fmt: skip
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    found = []
    for item in json.loads(said)["install"]:
        info = item["download_info"]
        found.append((info["url"].rsplit("/", 1)[1], info["archive_info"]["hashes"]["sha256"]))
    return found


if __name__ == "__main__":
    main()
