"""Every command in the guides works, on a machine that was set up as they say."""

import re

import pytest

from tests.booted.box import ROOT
from tests.booted.machine import Machine

pytestmark = pytest.mark.booted

GUIDES = (pytest.param("panduan-server.md", marks=pytest.mark.long), "panduan-pemasangan.md")


def commands(guide: str) -> list[str]:
    blocks = re.findall(
        r"^```(\w*)\n(.*?)^```$", (ROOT / "docs" / guide).read_text(), re.DOTALL | re.MULTILINE
    )
    return "".join(text for language, text in blocks if not language).splitlines()


@pytest.mark.parametrize("guide", GUIDES)
def test_every_command_of_a_guide_works(machine: Machine, guide: str) -> None:
    lines = commands(guide)
    assert len(lines) > 3
    broker = machine.box.show("mosquitto", "InvocationID")
    said = ""
    for line in lines:
        # The wheels of other machines are not in here.
        less = " --kiosks none" if "./install.sh collector" in line else ""
        said += machine.box.sh(f"cd /srv/checkout && {line.removeprefix('sudo ')}{less}", seconds=300)
    machine.in_service()
    # Both installers ran for the second time: nothing was started anew.
    assert machine.box.show("mosquitto", "InvocationID") == broker
    assert ("https://collector.example answers" in said) == ("install.sh collector" in "".join(lines))


def test_what_the_guide_says_of_a_message_is_a_message(machine: Machine) -> None:
    table = (ROOT / "docs" / "panduan-pemasangan.md").read_text().split("## Kalau ada yang salah")[1]
    said = "".join(machine.installs.values()) + (ROOT / "packaging" / "setup-kiosk").read_text()
    quoted = [words.strip(" …") for words in re.findall(r"^\| `([^|]+)` \|", table, re.MULTILINE)]
    for words in (part for one in quoted for part in one.split("`, `")):
        assert words in said, words
