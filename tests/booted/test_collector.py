"""`install.sh collector`: from nothing to the first page, what it leaves open and readable, and a backup that comes back."""

import re
import sys

import pytest

from tests.booted.box import BoxError
from tests.booted.machine import Machine

pytestmark = pytest.mark.booted

INSTALL = "cd /srv/checkout && ./install.sh collector"


def test_one_command_leads_to_the_first_page(machine: Machine) -> None:
    sys.stdout.write(f"\nfrom a fresh container to the first page: {machine.collector_seconds:.0f} s\n")
    assert "install: https://collector.example answers" in machine.collector_said


def test_the_first_administrator_comes_by_a_link_that_is_given_once(machine: Machine) -> None:
    (link,) = re.findall(
        r"https://collector\.example(/\S+)", machine.collector_said.split("administrator's link")[1]
    )
    page = machine.box.sh(
        f'python3 -c \'import ssl, urllib.request as u; c = ssl.create_default_context(cafile="/etc/nginx/ikm/ca.crt"); print(u.urlopen("https://collector.example{link}", context=c).read().decode())\''
    )
    assert "<form" in page
    assert "password" in page


STALLED = """
import socket, ssl, time, urllib.request
context = ssl.create_default_context(cafile="/etc/nginx/ikm/ca.crt")
def stalled():
    one = context.wrap_socket(socket.create_connection(("collector.example", 443), 10), server_hostname="collector.example")
    one.sendall(b"POST /api/v1/batches HTTP/1.1\\r\\nHost: collector.example\\r\\nContent-Length: 90000\\r\\n\\r\\nIKM1")
    return one
held = [stalled() for _ in range(40)]
begun = time.monotonic()
urllib.request.urlopen("https://collector.example/", context=context, timeout=10).read()
print(f"{time.monotonic() - begun:.1f}")
"""


def test_forty_requests_whose_bodies_never_come_keep_nobody_waiting(machine: Machine) -> None:
    """nginx takes a request in whole before one of the pages' few threads sees it."""
    waited = machine.box.sh(f"python3 - <<'END'\n{STALLED}\nEND")
    assert float(waited) < 5  # the pages' own patience is fifteen seconds


def test_only_the_two_doors_are_open(machine: Machine) -> None:
    listening = machine.box.sh("ss -Htln").split("\n")
    everywhere = {
        line.split()[3].rpartition(":")[2]
        for line in listening
        if line and not re.search(r"(127\.0\.0\.1|\[::1\]):\d+", line.split()[3])
    }
    assert everywhere == {"443", "8883"}
    heard = [line.split()[3] for line in machine.box.sh("ss -Hlun").splitlines()]
    assert [one for one in heard if not one.startswith(("127.", "[::1]"))] == []


def test_nothing_secret_lies_open_or_is_said(machine: Machine) -> None:
    box = machine.box
    secrets = [line for line in box.sh("cat /root/code").split("-") if len(line) == 5][:2]
    keys = box.sh(
        "find /var/lib/ikm-keeper/private /var/lib/ikm-kiosk /etc/mosquitto/ikm /etc/nginx/ikm /root/ikm-packages-key -type f | grep -E 'key|pin|secret'"
    ).split()
    assert len(keys) >= 7
    for key in [*keys, *box.sh("find /var/lib/ikm-collector* -name '*.key' -o -name '*.seed'").split()]:
        assert box.fails(f"runuser -u nobody -- cat {key}").count("Permission denied") == 1
    said = box.sh(
        "journalctl -q --no-pager -o cat; cat /var/log/nginx/*.log /var/log/mosquitto/*.log /var/log/apt/*.log /var/log/dpkg.log 2>/dev/null",
        check=False,
    )
    (invitation,) = re.findall(
        r"https://collector\.example/\S*/(\S+)", machine.collector_said.split("administrator's link")[1]
    )
    for secret in (*secrets, invitation.strip("/")):
        assert len(secret) >= 5
        assert secret not in said, "a secret stands in a log"
        assert secret not in box.sh("cat /proc/[0-9]*/cmdline | tr '\\0' '\\n'", check=False)
    assert "PRIVATE KEY" not in said
    world = box.sh(
        "grep -rlE 'PRIVATE KEY' /etc /var /opt /usr/lib/ikm* /srv/checkout/packaging --exclude=*.deb -s | grep -v site-packages | grep -vE '/(ssl|ca-certificates)/' | xargs -r stat -c '%a %n'",
        check=False,
    )
    assert [line for line in world.splitlines() if line.split()[0][-1] != "0"] == []


@pytest.mark.parametrize(
    "words, sentence",
    [
        ("--host other.example", "this collector is collector.example: its kiosks know it by that name"),
        ("--database sqlite", "this collector is on postgresql: going over to another database"),
        ("--database oracle", "the database is postgresql or sqlite, not oracle"),
        ("--restore /root/code", "there is a collector on this machine already"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(machine: Machine, words: str, sentence: str) -> None:
    said = machine.box.fails(f"{INSTALL} {words}").strip()
    assert sentence in said
    assert len(said.splitlines()) == 1


@pytest.mark.parametrize("unit", ["ikm-collector-backup", "ikm-collector-retention"])
def test_what_is_done_by_night_is_done_in_its_sandbox(machine: Machine, unit: str) -> None:
    box = machine.box
    assert box.show(f"{unit}.timer", "ActiveState") == "active"
    box.sh(f"systemctl start {unit}.service")
    assert box.show(unit, "Result") == "success"
    assert box.sh(f"systemd-analyze verify {unit}.service {unit}.timer") == ""


COMES_IN = """
import socket, ssl
context = ssl.create_default_context(cafile="HOME/uplink/broker/ca.crt")
context.load_cert_chain("HOME/uplink/broker/client.crt", "HOME/uplink/broker/client.key")
connect = b"\\x10\\x10\\x00\\x04MQTT\\x04\\x02\\x00\\x3c\\x00\\x04" + b"k-77"
try:
    one = context.wrap_socket(socket.create_connection(("collector.example", 8883), 10), server_hostname="collector.example")
    one.sendall(connect)
    print("in" if one.recv(4)[:1] == b"\\x20" else "out")
except OSError:
    print("out")
"""


def test_the_broker_lets_everybody_do_what_he_should_and_a_revoked_kiosk_nothing(machine: Machine) -> None:
    """By the units alone: who writes the list has no right to the broker's files, and who has it believes only what is signed."""
    box, unit, home = machine.box, "ikm-collector-revoked", "/root/second"
    assert "nothing else" in box.sh("ikm-collector broker check")
    assert box.show(f"{unit}.path", "ActiveState") == "active"
    assert box.show(f"{unit}.timer", "ActiveState") == "active"
    assert box.sh(f"systemd-analyze verify {unit}.service {unit}.path {unit}.timer") == ""
    said = box.sh(f"systemd-analyze security --no-pager {unit}.service", check=False)
    (exposure,) = re.findall(r"Overall exposure level for .*: ([0-9.]+)", said)
    assert float(exposure) <= 1.5, said
    code = box.sh("ikm-collector enrol --unit sukamaju --kiosk k-77").split()[-1]
    box.sh(f"ikm-kiosk enrol {code} --collector https://collector.example --home {home}")

    def comes_in() -> str:
        return box.sh(f"python3 - <<'END'\n{COMES_IN.replace('HOME', home)}\nEND").strip()

    assert comes_in() == "in"
    box.sh("ikm-collector kiosk revoke k-77 --why hilang")
    box.until(lambda: comes_in() == "out", what="the broker refuses it", seconds=60)
    assert "user k-77" in box.sh("cat /etc/mosquitto/ikm/acl")
    assert box.show(unit, "Result") == "success"
    assert "nothing else" in box.sh("ikm-collector broker check"), "nobody else is kept out"
    machine.rate()


@pytest.mark.long
def test_a_backup_comes_back_onto_an_empty_machine_and_kiosks_go_on(machine: Machine) -> None:
    """The machine is emptied in between: programs, database, keys, settings, all that a new one would not have."""
    box = machine.box
    counted, head = machine.ratings(), machine.head()
    trail = set(box.sh("ikm-collector trail --last 10000").splitlines())
    assert len(trail) > 3
    box.sh("ikm-backup /root/backup.tar")
    assert box.sh("stat -c '%a %U' /root/backup.tar").split() == ["600", "root"]
    box.sh(f"{INSTALL} --uninstall")
    assert box.sh("ls /var/lib/ikm-keeper/private | wc -l").strip() != "0", "uninstalling keeps the keys"
    box.sh(
        "systemctl stop mosquitto nginx; rm -rf /var/lib/ikm-collector* /var/lib/ikm-keeper /etc/ikm-collector /etc/mosquitto/ikm /etc/nginx/ikm /root/ikm-packages-key\n"
        "runuser -u postgres -- dropdb ikm-collector; for role in -web -listen ''; do runuser -u postgres -- dropuser ikm-collector$role; done; systemctl start mosquitto nginx"
    )
    machine.press()  # meanwhile a citizen comes, and the kiosk keeps it
    try:
        box.sh(f"{INSTALL} --kiosks none --restore /root/backup.tar", seconds=300)
    except BoxError as error:
        raise BoxError(f"{error}\n{machine.box.journal()}") from error
    machine.in_service()
    box.until(lambda: machine.ratings() == counted + 1, what="the kiosk goes on by itself", seconds=180)
    assert machine.head() > head
    assert trail <= set(box.sh("ikm-collector trail --last 10000").splitlines()), "the trail came back whole"
    box.sh("ikm-kiosk verify")
    machine.audited()
    machine.rate()
