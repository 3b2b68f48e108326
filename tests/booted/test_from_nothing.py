"""Two bare machines, the guides and nobody else: a server, a kiosk, the first rating received, the first release read."""

import json
import os
import re
import sys
import time

import pytest

from tests.booted.box import ROOT, Box, boxed, why_not
from tests.booted.machine import EVER

pytestmark = pytest.mark.booted

PIN = "291847"
NAME = "collector.example"
READ = """
import ssl, urllib.request
context = ssl.create_default_context(cafile="/etc/nginx/ikm/ca.crt")
print(urllib.request.urlopen("{}", context=context, timeout=10).read().decode())
"""


def blocks(guide: str) -> list[list[str]]:
    """The commands of a guide, block by block."""
    text = (ROOT / "docs" / guide).read_text()
    return [block.splitlines() for block in re.findall(r"^```\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)]


class Steps:
    """What was typed, where, and how long it took."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def __call__(self, box: Box, line: str, *, more: str = "") -> str:
        began = time.monotonic()
        said = box.sh(f"cd /srv/checkout && {line.removeprefix('sudo ')}{more}", seconds=900)
        self.lines.append(f"{time.monotonic() - began:6.1f} s  {line}")
        return said

    def typed(self, box: Box, line: str, *answers: str) -> str:
        """At a terminal, with somebody who answers what is asked."""
        quoted = " ".join(f"'{one}'" for one in (line.removeprefix("sudo "), *answers))
        began = time.monotonic()
        said = box.sh(f"cd /srv/checkout && python3 /srv/typed.py {quoted}", seconds=600)
        self.lines.append(f"{time.monotonic() - began:6.1f} s  {line}")
        return said


@pytest.mark.long
def test_the_guides_alone_lead_from_two_bare_machines_to_the_first_release() -> None:
    if reason := why_not():
        pytest.skip(reason)
    suite = os.environ.get("SUITE") or "bookworm"
    steps = Steps()
    (install,), unit, *_ = blocks("panduan-server.md")
    (kiosk_install,), check, *_ = blocks("panduan-pemasangan.md")
    (publish,) = re.findall(
        r"`(sudo ikm-collector release publish [^`]+)`", (ROOT / "docs/panduan-server.md").read_text()
    )
    with boxed(suite) as server:
        server.sh(f"echo 127.0.0.1 {NAME} >>/etc/hosts")  # the name that all machines can find
        # The wheels of other machines are not in here.
        said = steps(server, install, more=f" --kiosks {suite}/amd64")
        (link,) = re.findall(rf"https://{NAME}/\S*undangan/\S+", said)
        assert "password" in server.sh(f"python3 -c '{READ.format(link)}'")
        said = "".join(steps(server, line) for line in unit)
        (code,) = re.findall(r"^[0-9A-Z]{5}-[0-9A-Z]{5}(?:-[0-9A-Z]{4}){4}$", said, re.MULTILINE)
        with boxed(suite, beside=server) as kiosk:
            kiosk.sh(f"echo 127.0.0.1 {NAME} >>/etc/hosts")
            began = time.monotonic()
            said = steps.typed(
                kiosk,
                kiosk_install,
                "The code that the collector printed",
                code,
                "PIN for the staff screen",
                PIN,
                "once more",
                PIN,
            )
            assert "the PIN of the staff screen is set" in said
            assert said.rstrip().endswith("in service")
            press(kiosk, server)
            steps.lines.append(
                f"{time.monotonic() - began:6.1f} s  from the kiosk's command to the first rating received"
            )
            assert re.search(
                " [1-9][0-9]* confirmed by the collector", "".join(steps(kiosk, line) for line in check)
            )
            assert "k-0001" in steps(server, unit[-1])
            # A quarter later, by the office's clock.
            year, month = map(int, server.sh("date -u +'%Y %m'").split())
            quarter = (month - 1) // 3 + 1
            after = f"{year + quarter // 4}-{quarter % 4 * 3 + 1:02}-05 09:00:00"
            period = re.sub(r"\d{4}-TW\d", f"{year}-TW{quarter}", publish)
            said = steps(server, f"faketime '{after}' {period.removeprefix('sudo ')}")
            (address,) = re.findall(r"^(\S+)  unit contoh  ", said, re.MULTILINE)
            page = server.sh(f"python3 -c '{READ.format(f'https://{NAME}/r/{address}/')}'")
            assert "Balai Desa Contoh" in page
    sys.stdout.write("\n" + "\n".join(steps.lines) + "\n")


def press(kiosk: Box, server: Box) -> None:
    """Somebody comes in and presses a face; the server counts it."""

    def is_counted() -> bool:
        kiosk.sh("[ -p /run/ikm-kiosk/press ] && printf 4 >/run/ikm-kiosk/press", check=False)
        index = json.loads(server.sh(f"ikm-collector index --unit contoh {EVER} --json"))
        return bool(index["pulse"] and index["pulse"]["n"])

    kiosk.until(is_counted, what="a rating counted by the server", pause=1.0)
