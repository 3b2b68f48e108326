"""A box set up as README's "On machines" says, to the letter, and what one does with it: press, look, wait."""

import json
import re
import time
from dataclasses import dataclass

from tests.booted.box import Box, BoxError, on_machines
from tests.booted.in_the_way import in_the_way
from tests.booted.versions import FIRST, PATIENCE_SECONDS, PROOF_SECONDS, Versions

KIOSK_UNITS = ("ikm-kiosk", "ikm-uplink")
COLLECTOR_UNITS = (
    "ikm-collector-keeper",
    "ikm-collector-listen",
    "ikm-collector-web",
    "ikm-collector-work",
    "ikm-collector-alert",
)
EVER = "--from 2000-01-01 --to 2099-12-31"
ASK = """
import ssl, urllib.request
context = ssl.create_default_context(cafile="/etc/nginx/ikm/ca.crt")
print(urllib.request.urlopen("https://collector.example/", context=context, timeout=5).status)
"""
ANSWERS = """
from pathlib import Path
from uplink.journal.reader import JournalReader
entries = JournalReader(Path("/var/lib/ikm-kiosk/journal")).read(1, most=1_000_000, most_bytes=1 << 30)
print(max((entry["seq"] for entry in map(dict, entries) if entry["kind"] == "response"), default=0))
"""
COUNTED = """
select count(*) from scores_response r join scores_series s on s.id = r.series_id join scores_form f on f.id = s.form_id
where f.instrument = 'pulse'
"""
UNENROLLED_SECONDS = 12  # longer than the kiosk's watchdog would wait
UNITS = KIOSK_UNITS + COLLECTOR_UNITS


@dataclass
class Machine:
    """The box with kiosk and collector in service."""

    box: Box
    collector_said: str
    collector_seconds: float
    enrolled_at: float
    versions: Versions
    before: dict[str, str]
    """By unit: what systemd knew of it before enrolment, and what it wrote to the log then."""
    installs: dict[str, str]
    """By what stood in the way: what `install.sh kiosk` said."""
    visited: str = ""
    """The process of the kiosk that somebody pressed last."""

    def head(self) -> int:
        """The number of the journal's newest record."""
        facts = self.box.status()["journal"]
        assert isinstance(facts, dict)
        return int(facts["head"])

    def ratings(self) -> int:
        """How many smileys the collector counts."""
        index = json.loads(self.box.sh(f"ikm-collector index --unit sukamaju {EVER} --json"))
        return int(index["pulse"]["n"]) if index["pulse"] else 0

    def rate(self) -> None:
        """Let somebody press a button on the idle screen, and wait until the collector counts it."""
        counted = self.counted()
        self.press()
        self.box.until(lambda: self.counted() == counted + 1, what="a rating counted by the collector")

    def counted(self) -> int:
        """How many smileys are among what indices are reckoned from; asked a tenth as dearly as an index, which takes seconds."""
        return int(self.box.sh(f'cd / && runuser -u postgres -- psql -tAd ikm-collector -c "{COUNTED}"'))

    def press(self) -> None:
        """Let somebody press a button on the idle screen, and wait until it is in the journal."""
        if self.box.show("ikm-kiosk", "MainPID") == self.visited:
            self.box.sh("systemctl restart ikm-kiosk")  # else the last visitor's invitation is still there
        before = self.answer()
        self.box.until(lambda: self._press_until_more_than(before), what="a rating in the journal")
        self.visited = self.box.show("ikm-kiosk", "MainPID")

    def answer(self) -> int:
        """The number of the newest answer in the journal; a kiosk that has just started writes other records too."""
        return int(self.box.sh(f"runuser -u ikm-kiosk -- /opt/ikm-kiosk/current/bin/python -c '{ANSWERS}'"))

    def _press_until_more_than(self, answer: int) -> bool:
        if self.box.sh(
            "[ -p /run/ikm-kiosk/press ] && printf 4 >/run/ikm-kiosk/press && echo pressed", check=False
        ):
            time.sleep(
                1.0
            )  # a screen that has just come is deaf for a moment; one that took it needs as long to save
        return self.answer() > answer

    def in_service(self) -> None:
        """Wait until all units are, and the collector answers over HTTPS."""
        self.box.until(
            lambda: (
                self.box.sh(f"systemctl is-active {' '.join(UNITS)}", check=False).split()
                == ["active"] * len(UNITS)
            ),
            what="all units active",
        )
        self.box.until(
            lambda: [self.box.show(unit, "StatusText") for unit in KIOSK_UNITS] == ["in service", ""],
            what="kiosk and uplink wait for nothing",
        )
        self.box.until(self.answers, what="the pages behind nginx")

    def audited(self) -> str:
        """Let the collector judge all there is, and give what it says; nothing may be altered, missing or foreign.

        A box's uptime is that of the machine it runs on and does not begin anew with it, so what an audit says of times depends on
        which record was dated first.
        """
        said = self.box.sh(f"ikm-collector audit --unit sukamaju {EVER}", check=False)
        assert "integrity: holds   completeness: holds   lineage: holds" in said, said
        return said

    def answers(self) -> bool:
        """Whether the collector's pages are there."""
        return self.box.sh(f"python3 -c '{ASK}'", check=False).strip() == "200"


def set_up(box: Box) -> Machine:
    collector, kiosk, _ = on_machines()
    box.sh("echo 127.0.0.1 collector.example >>/etc/hosts")
    began = time.monotonic()
    asked = "--host collector.example"
    assert collector.count(asked) == 1, f"README's collector is installed with: {asked}"
    said = _follow(
        box, "export COMPRESSION=none\n" + collector.replace(asked, f"{asked} --kiosks {box.suite}/amd64")
    )
    collected = time.monotonic() - began
    (code,) = re.findall(r"^[0-9A-Z]{5}-[0-9A-Z]{5}(?:-[0-9A-Z]{4}){4}$", said, re.MULTILINE)
    box.sh(
        f"umask 077; echo {code} >/root/code; mkdir -p /etc/systemd/system/ikm-kiosk-switch.service.d\n"
        f"printf '[Service]\\nEnvironment=IKM_PATIENCE={PATIENCE_SECONDS} IKM_PROOF={PROOF_SECONDS}\\n' >/etc/systemd/system/ikm-kiosk-switch.service.d/box.conf"
    )
    versions = Versions(box)
    box.sh(f"mkdir /srv/first && cp {versions.folder}/ikm-kiosk*_{FIRST}_*.deb /srv/first")
    installs = in_the_way(box, code, versions.folder)
    installs["no code"] = box.sh(
        f"cd /srv/checkout && ./install.sh kiosk --packages {versions.folder}", seconds=120
    )
    time.sleep(UNENROLLED_SECONDS)
    told = {unit: _told_of(box, unit) for unit in KIOSK_UNITS}
    began = time.monotonic()
    _follow(box, kiosk)
    return Machine(
        box,
        collector_said=said,
        collector_seconds=collected,
        enrolled_at=began,
        versions=versions,
        before=told,
        installs=installs,
    )


def _told_of(box: Box, unit: str) -> str:
    return box.sh(
        f"systemctl show -p ActiveState,NRestarts,StatusText {unit}; journalctl -q -o cat -u {unit}"
    )


def _follow(box: Box, block: str) -> str:
    try:
        return box.sh(f"cd /srv/checkout && set -e\n{block}", seconds=900)
    except BoxError as error:
        raise BoxError(f'README\'s "On machines" does not work: {error}\n{box.journal()}') from error
