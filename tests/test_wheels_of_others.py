"""Every pinned dependency has a wheel for each Pi and each server, as pip said when it was asked last; without a network."""

import re
from pathlib import Path

import pytest

PINS = Path(__file__).resolve().parent.parent / "requirements"
PYTHONS = {"bookworm": "311", "trixie": "313"}
GLIBC = {"bookworm": 36, "trixie": 41}
MACHINES = {"amd64": "x86_64", "arm64": "aarch64"}
PLACES = [
    (part, suite, machine) for part in ("kiosk", "collector") for suite in PYTHONS for machine in MACHINES
]


def pinned(part: str) -> dict[tuple[str, str], set[str]]:
    """By name and version: the hashes of what may be taken; without what is for Windows alone."""
    text = (PINS / f"{part}.txt").read_text().replace(" \\\n", " ")
    lines = [
        line for line in text.splitlines() if line[:1] not in "# " and "sys_platform == 'win32'" not in line
    ]
    found = {}
    for line in lines:
        name, version = re.match(r"([\w.-]+)(?:\[[^]]*\])?==(\S+)", line).groups()  # type: ignore[union-attr]
        found[plain(name), version] = set(re.findall("sha256:([0-9a-f]{64})", line))
    return found


def plain(name: str) -> str:
    return re.sub(r"[-_.]+", "_", name).lower()


def wheels(part: str, suite: str, machine: str) -> dict[tuple[str, str], tuple[str, str]]:
    """By name and version: the wheel's tags, and its hash."""
    found = {}
    for line in (PINS / "wheels.txt").read_text().splitlines():
        if line.startswith("#"):
            continue
        name, digest, *places = line.split()
        if f"{part}/{suite}/{machine}" in places:
            project, version, tags = name.removesuffix(".whl").split("-", 2)
            found[plain(project), version] = (tags, digest)
    return found


@pytest.mark.parametrize(
    "part,suite,machine", [*PLACES, ("lgpio", "bookworm", "arm64"), ("lgpio", "bookworm", "amd64")]
)
def test_every_pin_has_a_wheel_for_this_machine(part: str, suite: str, machine: str) -> None:
    wanted, there = pinned(part), wheels(part, suite, machine)
    assert len(wanted) >= (1 if part == "lgpio" else 12)
    assert set(there) == set(wanted), "run requirements/list_wheels.py again"
    for pin, (tags, digest) in there.items():
        assert digest in wanted[pin], f"{pin}: another wheel than the one that is pinned"
        assert fits(tags, suite, machine), f"{pin}: {tags}"


def fits(tags: str, suite: str, machine: str) -> bool:
    """Whether a wheel of these tags runs there."""
    pythons, abi, platforms = tags.rsplit("-", 2) if tags.count("-") == 2 else tags.rsplit("-", 3)[-3:]
    ours = PYTHONS[suite]
    python = any(
        one in ("py3", f"cp{ours}")
        or (abi == "abi3" and one.startswith("cp3") and int(one[3:]) <= int(ours[1:]))
        for one in pythons.split(".")
    )
    kinds = [re.fullmatch(r"manylinux(?:2014|_2_(\d+))_(\w+)", one) for one in platforms.split(".")]
    system = platforms == "any" or any(
        kind is not None and kind[2] == MACHINES[machine] and int(kind[1] or 17) <= GLIBC[suite]
        for kind in kinds
    )
    return python and system


@pytest.mark.parametrize(
    "tags",
    [
        "cp311-cp311-manylinux_2_42_aarch64", "cp311-cp311-manylinux_2_17_x86_64", "cp310-cp310-manylinux_2_17_aarch64",
        "cp312-abi3-manylinux_2_17_aarch64", "cp311-cp311-musllinux_1_2_aarch64", "cp311-cp311-win_amd64",
    ],
)  # fmt: skip
def test_what_does_not_run_on_a_pi_is_seen(tags: str) -> None:
    assert not fits(tags, "bookworm", "arm64")
