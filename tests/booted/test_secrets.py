"""Whatever is secret on a collector or a kiosk stands in no log, no argument, no topic and no file that everybody can read."""

import re
from secrets import randbelow

import pytest

from tests.booted.machine import Machine

pytestmark = pytest.mark.booted

PIN = f"7305{randbelow(10**8):08}"
"""As long as a PIN may be, so that no digest holds it by chance; another one each time, for this file lies on the searched disk."""
KEYS = "find /var/lib/ikm-keeper/private /var/lib/ikm-kiosk /var/lib/ikm-collector* /etc/mosquitto/ikm /etc/nginx/ikm /root/ikm-packages-key -type f"
SEARCH = "runuser -u nobody -- sh -c 'grep -raslF -f - / --exclude-dir=proc --exclude-dir=sys --exclude-dir=wheels' </root/known"
"""As anybody on the machine, through all files that can be read."""
ARGUMENTS = "cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'"
TOPIC = re.compile(r"Received PUBLISH from (\S+) \(d\d, q\d, r\d, m\d+, '([^']*)'")
OF_A_KIOSK = re.compile(r"ikm/v1/k-\d{4}/(?:up|down|state|settings|tickets|log)")


def known_to_few(machine: Machine) -> dict[str, str]:
    """By what it is: what must be told nowhere; of files that hold binary keys, a line or their bytes in hexadecimal."""
    box = machine.box
    first, second = box.sh("cat /root/code").strip().split("-")[:2]
    found = {"the enrolment code": f"{first}-{second}", "the same without a dash": first + second}
    name, password = box.sh("cat /etc/ikm-kiosk/hotspot").split()
    assert name != password
    found |= {"the hotspot's password": password, "the PIN": PIN}
    (link,) = re.findall(
        r"https://collector\.example/\S*/(\S+)", machine.collector_said.split("administrator's link")[1]
    )
    found["the invitation"] = link.strip("/")
    for file in box.sh(f"{KEYS} | grep -E '[.](key|seed)$|/private/|private-keys|identity/'").split():
        text = box.sh(
            f"cat {file} | tr -d '\\000' | grep -av -- ----- | grep -aoE '[A-Za-z0-9+/=_-]{{24,}}' | head -n 1; true"
        ).strip()
        found[file] = text or box.sh(f"od -An -v -tx1 {file} | tr -d ' \\n' | head -c 48").strip()
    assert len([one for one in found if one.endswith((".key", ".seed"))]) >= 6, list(found)
    assert all(len(value) >= 5 for value in found.values()), found
    return found


def test_no_secret_is_told_anywhere(machine: Machine) -> None:
    """Asked of both: everything was used just now, so whatever would tell it has had its chance."""
    box = machine.box
    box.sh(
        f"install -m 600 -o ikm-kiosk /dev/null /run/pin; echo {PIN} >/run/pin; ikm-kiosk pin --pin-file /run/pin; rm /run/pin"
    )
    known = known_to_few(machine)
    box.sh("umask 077; cat >/root/known <<'END'\n" + "\n".join(known.values()) + "\nEND")
    noisy = "/etc/mosquitto/conf.d/noisy.conf"
    box.sh(f"printf 'log_type all\\n' >{noisy}; systemctl restart mosquitto")
    try:
        machine.rate()
        # The logs of all services, of both programs, of the installers; what runs, with what it was given; how it is reached.
        told = box.sh(
            "journalctl -q --no-pager -o cat; cat /var/log/*.log /var/log/*/*.log 2>/dev/null; cat /run/ikm-kiosk-enrol.json 2>/dev/null",
            check=False,
        )
        said = told + "".join(machine.installs.values())
        for name, value in known.items():
            assert value not in said, f"{name} stands in a log"
            assert value not in box.sh(ARGUMENTS, check=False), f"{name} is an argument"
        assert not re.search("PRIVATE KEY|scrypt", said)
        topics = TOPIC.findall(told)
        assert topics, "the broker did not say what it was given"
        for sender, topic in topics:
            assert OF_A_KIOSK.fullmatch(topic), (sender, topic)
    finally:
        box.sh(f"rm {noisy}; systemctl restart mosquitto")
    # As anybody on the machine: no file that can be read holds one.
    open_to_all = box.sh(SEARCH, check=False, seconds=300)
    assert open_to_all == ""
    machine.in_service()


def test_the_search_would_find_one(machine: Machine) -> None:
    """A log line, an argument and a file, each with something secret in it, are found by the very same means."""
    box, needle = machine.box, f"needle-{randbelow(10**12):012}"
    box.sh(
        f"umask 077; echo {needle} >/root/known; umask 022; logger -t test 'x {needle} y'; echo {needle} >/var/tmp/open"
    )
    try:
        box.until(lambda: needle in box.sh("journalctl -q --no-pager -o cat"), what="a line in the log")
        assert box.sh(SEARCH, check=False, seconds=300) == "/var/tmp/open\n"
        given = 'sh -c "sleep 3; : $(cat /root/known)" & sleep 0.3; '  # in the inner shell's argument alone
        assert needle in box.sh(given + ARGUMENTS, check=False)
    finally:
        box.sh("rm /var/tmp/open")
