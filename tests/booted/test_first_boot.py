"""A kiosk without a keyboard: enrolled by a file on the card's first partition, whenever there is a network."""

import json
import re
from collections.abc import Iterator

import pytest

from tests.booted.box import Box
from tests.booted.machine import Machine

pytestmark = pytest.mark.booted

FILE = "/boot/firmware/ikm-kiosk.toml"
UNIT = "ikm-kiosk-first-boot"


@pytest.fixture(scope="module")
def unborn(machine: Machine) -> Iterator[Box]:
    """The machine as it is before it is enrolled, for all tests in here, the last of which enrols it; afterwards the kiosk that it was."""
    box = machine.box
    box.sh("cp /etc/ikm-kiosk/kiosk.toml /root/as-it-was.toml; systemctl reset-failed")
    box.sh(
        "systemctl stop ikm-kiosk ikm-uplink; mv /var/lib/ikm-kiosk /var/lib/other; systemctl start ikm-uplink ikm-kiosk; mkdir -p /boot/firmware\n"
        f"mkdir -p /run/systemd/system/{UNIT}.service.d; printf '[Service]\\nRestartSec=1\\n' >/run/systemd/system/{UNIT}.service.d/box.conf; systemctl daemon-reload"
    )
    yield box
    box.sh(
        f"systemctl stop {UNIT} ikm-kiosk ikm-uplink; rm -rf /var/lib/ikm-kiosk {FILE} /run/ikm-kiosk-enrol.json; cp /root/as-it-was.toml /etc/ikm-kiosk/kiosk.toml; mv /var/lib/other /var/lib/ikm-kiosk; systemctl start ikm-kiosk ikm-uplink"
    )
    machine.in_service()


def card(box: Box, *lines: str) -> None:
    text = "\\n".join(lines)
    box.sh("journalctl -q -n 0 --show-cursor | sed 's/^-- cursor: //' >/run/cursor")
    box.sh(f"printf '{text}\\n' >{FILE}; systemctl restart --no-block {UNIT}")


def shown(box: Box) -> str:
    """What keeps the kiosk from serving, as it says on its screen; it waits, and is not started again and again."""
    assert box.show("ikm-kiosk", "NRestarts") == "0"
    return box.show("ikm-kiosk", "StatusText")


def said(box: Box) -> str:
    return box.sh(f'journalctl -q -o cat -u {UNIT} --after-cursor "$(cat /run/cursor)"')


def type_in(box: Box, code: str) -> None:
    """Leave what was typed as the kiosk does."""
    wish = f'collector = \\"https://collector.example\\"\\ncode = \\"{code}\\"\\npin = \\"291847\\"\\n'
    box.sh(
        f"runuser -u ikm-kiosk -- sh -c \"umask 077; printf '{wish}' >/run/ikm-kiosk/new && mv /run/ikm-kiosk/new /run/ikm-kiosk/enrol.toml\""
    )


@pytest.mark.parametrize(
    "line, sentence",
    [
        ('kode = "X"', "kode is not understood; it may say collector, code, pin and profile"),
        ("code = 12345", "code is not understood"),
        ('code = "7K2MP', "ikm-kiosk.toml"),
        ('profile = "sun"', "sun is no profile; there are buttons"),
        ('code = "7K2MP-9QX4R"', "it does not say which collector: add a line"),
    ],
)
def test_a_file_that_cannot_be_understood_says_why(unborn: Box, line: str, sentence: str) -> None:
    card(unborn, line)
    unborn.until(lambda: sentence in said(unborn), what=sentence)
    assert "Traceback" not in said(unborn)
    unborn.until(lambda: sentence in shown(unborn), what=f"{sentence}: on the screen")
    unborn.sh(f"systemctl stop {UNIT}")


def test_a_wrong_clock_and_a_wrong_code_have_a_face(unborn: Box) -> None:
    code = unborn.sh("ikm-collector enrol --unit sukamaju 2>/dev/null").strip()
    other = code[:-1] + ("0" if code[-1] != "0" else "1")
    for typed, clock, sentence in (
        (other, "", "is not the collector that made this code"),
        (code, "faketime 2020-01-01 ", "this machine's clock says 2020-01-01"),
        ("0000000000" + code[11:].replace("-", ""), "", "code"),
    ):
        unborn.fails(f"echo {typed} | {clock}ikm-kiosk enrol - --collector https://collector.example")
        unborn.until(lambda sentence=sentence: sentence in shown(unborn), what=f"{sentence}: on the screen")  # type: ignore[misc]
        assert code.split("-")[0] not in shown(unborn)


def test_a_code_typed_at_the_screen_that_is_wrong_is_said_there_and_is_nowhere(unborn: Box) -> None:
    """As the kiosk leaves it: the unit takes it away, tries it once, and the screen says what came of it."""
    code = unborn.sh("ikm-collector enrol --unit sukamaju 2>/dev/null").strip()
    other = (code[:-1] + ("0" if code[-1] != "0" else "1")).replace("-", "")
    type_in(unborn, other)
    unborn.until(lambda: "is not the collector that made" in shown(unborn), what="the sentence on the screen")
    assert unborn.sh("ls /run/ikm-kiosk/enrol.toml 2>/dev/null", check=False).strip() == ""
    told = unborn.sh("journalctl -q -o cat -u ikm-kiosk-typed -u ikm-kiosk")
    assert other[:10] not in told
    assert "291847" not in told


def test_it_is_enrolled_once_there_is_a_network_and_the_secrets_are_gone(unborn: Box) -> None:
    code = unborn.sh("ikm-collector enrol --unit sukamaju 2>/dev/null").strip()
    unborn.sh("systemctl stop nginx")
    card(
        unborn,
        "# of the village office",
        'collector = "https://collector.example"',
        f'code = "{code}"',
        'pin = "291847"',
        'profile = "buttons,sunlight"',
    )
    unborn.until(
        lambda: 'profiles = ["buttons", "sunlight"]' in unborn.sh("cat /etc/ikm-kiosk/kiosk.toml"),
        what="what the kiosk is built of",
    )
    unborn.until(lambda: "does not answer" in said(unborn), what="a first try without a network")
    unborn.until(lambda: "does not answer" in shown(unborn), what="the try on the kiosk's own screen")
    unborn.sh("systemctl start nginx")
    unborn.until(lambda: "enrolled; code and PIN" in unborn.sh(f"cat {FILE}"), what="enrolment from the card")
    left = unborn.sh(f"cat {FILE}")
    assert left.startswith('# of the village office\ncollector = "https://collector.example"\n')
    assert code not in left
    assert "291847" not in left
    unborn.until(
        lambda: unborn.show("ikm-kiosk", "StatusText") == "in service", what="a kiosk in service by itself"
    )
    assert not re.search("pin: .*no PIN|BAD *pin", unborn.sh("ikm-kiosk doctor --simulate", check=False))
    assert code.split("-")[0] not in said(unborn)
    assert "291847" not in said(unborn)


def test_a_revoked_kiosk_is_enrolled_anew_at_its_own_screen(unborn: Box, machine: Machine) -> None:
    """A wrong code changes nothing; with the right one it serves again, what was kept stays, and the next rating is counted."""
    former = json.loads(unborn.sh("cat /var/lib/ikm-kiosk/enrolment.json"))
    unborn.sh(f"ikm-collector kiosk revoke {former['kiosk']} --why 'a drill'")

    def revoked() -> bool:
        return f"the collector revoked {former['kiosk']}" in unborn.show("ikm-kiosk", "StatusText")

    unborn.until(revoked, what="the kiosk says that it is revoked")
    code = unborn.sh(f"ikm-collector enrol --unit sukamaju --kiosk {former['kiosk']} 2>/dev/null").strip()
    type_in(unborn, "0000000000" + code[11:].replace("-", ""))
    unborn.until(
        lambda: "refused" in unborn.sh("cat /run/ikm-kiosk-enrol.json 2>/dev/null", check=False),
        what="the refusal of a wrong code",
    )
    assert revoked()
    assert json.loads(unborn.sh("cat /var/lib/ikm-kiosk/enrolment.json")) == former
    type_in(unborn, code.replace("-", ""))
    unborn.until(lambda: unborn.show("ikm-kiosk", "StatusText") == "in service", what="in service again")
    enrolled = json.loads(unborn.sh("cat /var/lib/ikm-kiosk/enrolment.json"))
    assert (enrolled["kiosk"], enrolled["public_key"] != former["public_key"]) == (former["kiosk"], True)
    assert unborn.sh("ls /var/lib/ikm-kiosk/former/*/journal/*.journal")
    assert unborn.sh("find /var/lib/ikm-kiosk -user root -o -name coming") == ""
    machine.rate()
