"""What is shipped, in a booted machine: units, users, sandbox, TLS, watchdogs, reboots and a pulled plug.

Needs root, namespaces and a minute or two; `box.sh check` says whether a machine can. Everything runs under the real unit files,
and only `dropins/` says what a box cannot have (a screen, pins) or a test cannot wait for.
"""

import re
import sys
import time

import pytest

from tests.booted.machine import EVER, KIOSK_UNITS, UNITS, Machine

pytestmark = pytest.mark.booted


def test_the_first_rating_is_confirmed_within_a_minute_of_enrolment(machine: Machine) -> None:
    machine.in_service()
    machine.rate()
    seconds = time.monotonic() - machine.enrolled_at
    sys.stdout.write(f"\nfrom enrolment to a confirmed rating: {seconds:.1f} s\n")
    assert seconds < 60


@pytest.mark.parametrize("unit", KIOSK_UNITS)
def test_before_enrolment_a_unit_waits_and_says_why_once(machine: Machine, unit: str) -> None:
    told = machine.before[unit]
    assert "ActiveState=active" in told
    assert "NRestarts=0" in told
    assert re.search(r"StatusText=.*holds no enrolment", told), told
    assert len([line for line in told.splitlines() if "holds no enrolment" in line]) == 2, (
        told
    )  # once in the log


def test_what_is_typed_by_hand_leaves_files_to_their_owners(machine: Machine) -> None:
    box = machine.box
    box.sh("ikm-collector audit --help; ikm-collector kiosk list; ikm-kiosk verify")
    assert box.sh("find /var/lib/ikm-kiosk /var/lib/ikm-collector -user root") == ""
    assert "owner" not in box.sh("ikm-kiosk doctor --simulate", check=False)
    assert box.sh("stat -c '%U %a' /var/lib/ikm-kiosk /var/lib/ikm-kiosk/uplink").split() == [
        "ikm-kiosk", "750", "ikm-uplink", "750",
    ]  # fmt: skip


def test_a_wrong_owner_is_found_by_the_doctor(machine: Machine) -> None:
    machine.box.sh("chown ikm-kiosk /var/lib/ikm-kiosk/uplink/broker")
    said = machine.box.sh("ikm-kiosk doctor --simulate", check=False)
    (remedy,) = re.findall(r"BAD   owner: .* -> sudo (chown .*)", said)
    machine.box.sh(remedy)
    assert "owner" not in machine.box.sh("ikm-kiosk doctor --simulate", check=False)


def test_each_user_is_kept_from_what_is_not_his(machine: Machine) -> None:
    box = machine.box
    key = "/var/lib/ikm-kiosk/kiosk/identity/signing.key"
    box.sh(f"test -s {key}")
    assert "Permission denied" in box.fails(f"runuser -u ikm-uplink -- cat {key}")
    assert "Permission denied" in box.fails("runuser -u ikm-uplink -- touch /var/lib/ikm-kiosk/journal/x")
    assert "Permission denied" in box.fails("runuser -u ikm-collector -- ls /var/lib/ikm-kiosk")
    assert "Permission denied" in box.fails("runuser -u ikm-kiosk -- ls /var/lib/ikm-collector")
    assert "Permission denied" in box.fails("runuser -u ikm-kiosk -- cat /etc/mosquitto/ikm/server.key")
    assert "Permission denied" in box.fails("runuser -u ikm-kiosk -- ls /var/lib/ikm-keeper/private")
    assert box.sh("stat -c '%U:%G %a' /etc/mosquitto/ikm/server.key /etc/nginx/ikm/server.key").split() == [
        "root:mosquitto", "640", "root:root", "600",
    ]  # fmt: skip


ASKED = """
from pathlib import Path
from collector.errors import CollectorError
from collector.trust import public
from collector.trust.keeper.client import FarKeys
from collector.trust.keeper.roles import RIGHTS
from collector.trust.kinds import Errand, Sealed, Signed
far = FarKeys(Path("/run/ikm-keeper/socket"), wait_seconds=2)
key = public.read(Path("/var/lib/ikm-keeper")).sealing[-1]
head = bytes.fromhex(key.id) + bytes([9]) + bytes(31)
def ask(what, question):
    try:
        question()
        print(what)
    except CollectorError as error:
        print("no", what, error.word)
for kind in Signed:
    ask(kind.name, lambda: far.sign([kind.value + b"{}"]))
for kind in Sealed:
    ask(kind.name, lambda: far.content_keys([head], kind=kind, errand=Errand("rina", "a test")))
"""


def may(machine: Machine, user: str, *, groups: str = "--init-groups") -> set[str]:
    """What a process of a user gets from the keeper."""
    become = f"setpriv --reuid {user} --regid $(id -g {user}) {groups} --"
    said = machine.box.sh(f"{become} /opt/ikm-collector/current/bin/python - <<'END'\n{ASKED}\nEND")
    assert set(re.findall("keeper_[a-z_]+", said)) <= {"keeper_not_for_you", "keeper_shut"}
    return {line for line in said.split("\n") if line and not line.startswith("no ")}


def test_only_the_keeper_reads_private_keys(machine: Machine) -> None:
    box = machine.box
    files = box.sh("find /var/lib/ikm-keeper/private -type f").split()
    assert len(files) == 3
    for user in ("ikm-collector", "ikm-collector-listen", "ikm-collector-web", "ikm-kiosk", "www-data"):
        for file in files:
            assert "Permission denied" in box.fails(f"runuser -u {user} -- cat {file}")
        box.sh(f"runuser -u {user} -- cat /var/lib/ikm-keeper/public.json /var/lib/ikm-keeper/ca.crt")
    # Nor does a process that runs hold one: what it has open and what it was given is not where keys lie.
    for unit in ("ikm-collector-listen", "ikm-collector-web"):
        assert box.show(unit, "User") == unit
        pid = box.show(unit, "MainPID")
        assert "private" not in box.sh(f"ls -l /proc/{pid}/fd; tr '\\0' '\\n' </proc/{pid}/environ")
    assert "Permission denied" in box.fails(
        "runuser -u ikm-collector-listen -- cat /var/lib/ikm-collector-web/django.key"
    )


def test_the_keeper_gives_each_user_what_is_his(machine: Machine) -> None:
    pages = {"RECEIPT", "SETTINGS", "TICKETS", "CHECKPOINT", "LOG_NEWS", "WRITTEN", "ROUTED", "ENDED"}
    assert may(machine, "ikm-collector-listen") == {"RECEIPT"}
    assert may(machine, "ikm-collector-web") == pages
    assert may(machine, "ikm-collector") == {"RECEIPT", "LOG_NEWS", "CARRIED"}
    assert may(machine, "ikm-kiosk") == set()
    operator = "--groups $(id -g ikm-collector),$(getent group ikm-operator | cut -d: -f3)"
    assert may(machine, "ikm-collector", groups=operator) == pages | {"BUNDLE", "VERDICT", "CARRIED"}
    log = machine.box.sh("journalctl -q -o cat -u ikm-collector-keeper")
    assert "(listener) asked to open 1 sealed contents" in log
    assert "certify k-0001 as kiosk for console:ikm-collector" in log
    assert "certify collector as listener for the listener" in log


def test_a_keeper_that_goes_and_comes_costs_nothing(machine: Machine) -> None:
    machine.box.sh("systemctl restart ikm-collector-keeper")
    machine.rate()
    machine.box.sh("systemctl stop ikm-collector-keeper; (sleep 4; systemctl start ikm-collector-keeper) &")
    machine.rate()
    machine.in_service()


def test_by_hand_the_keeper_is_asked_for_sticks_and_verdicts(machine: Machine) -> None:
    box = machine.box
    box.sh("rm -rf /srv/stick; install -d -m 777 /srv/stick; systemctl stop ikm-uplink")
    try:
        box.sh("systemctl restart ikm-kiosk; sleep 3")  # it writes a record, which nobody takes away
        box.sh("ikm-kiosk export /srv/stick; chmod -R a+rX /srv/stick")  # a stick knows no owners
        said = box.sh("ikm-collector import /srv/stick")
    finally:
        box.sh("systemctl start ikm-uplink")
    assert re.search(r"[1-9][0-9]* new records from 1 files; 1 receipts", said)
    assert "stick opened: /srv/stick" in box.sh("ikm-collector trail")
    log = box.sh("journalctl -q -o cat -u ikm-collector-keeper")
    assert "open 1 sealed contents (CARRIED) for console:ikm-collector: records carried in" in log
    box.sh(f"ikm-collector audit --unit sukamaju {EVER} --publish")
    machine.in_service()


@pytest.mark.long
def test_by_hand_sealing_keys_are_made_and_destroyed(machine: Machine) -> None:
    box = machine.box
    old = box.sh("ikm-collector keys list").split()[0]
    box.sh("systemctl stop ikm-uplink; ikm-collector keys rotate-sealing --why 'a stick was lost'")
    try:
        assert "1 kiosks may still seal to it" in box.sh("ikm-collector keys list")
        refused = box.fails(f"ikm-collector keys destroy-sealing {old} --why lost")
        assert "may still seal to it: k-0001" in refused
    finally:
        box.sh("systemctl start ikm-uplink")
    # What a kiosk reports of its settings goes along with the next answer, or waits for an hour.
    box.until(lambda: lets_go(machine), what="the kiosk's report", pause=3.0)
    box.sh(f"ikm-collector keys destroy-sealing {old} --why 'a stick was lost'")
    assert box.sh("find /var/lib/ikm-keeper/private -name 'sealing-*'").count("sealing") == 1
    assert "sealing key destroyed: " + old in box.sh("ikm-collector trail")
    machine.rate()


def lets_go(machine: Machine) -> bool:
    machine.rate()
    return "0 kiosks may still" in machine.box.sh("ikm-collector keys list")


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_sandboxed_and_runs(machine: Machine, unit: str) -> None:
    said = machine.box.sh(f"systemd-analyze security --no-pager {unit}.service", check=False)
    (exposure,) = re.findall(r"Overall exposure level for .*: ([0-9.]+)", said)
    assert float(exposure) <= 1.5, said
    assert machine.box.show(unit, "ActiveState") == "active"
    assert machine.box.show(unit, "Type") == "notify"
    assert machine.box.sh(f"systemd-analyze verify {unit}.service") == ""


@pytest.mark.parametrize(
    "unit", ["ikm-collector-backup", "ikm-collector-retention", "ikm-kiosk-first-boot", "ikm-kiosk-typed"]
)
def test_what_is_started_now_and_then_is_sandboxed_too(machine: Machine, unit: str) -> None:
    """All but `switch` and `mend`, which are there to install and remove: that is what root is for.

    `first-boot` makes the folders of two users and asks the collector over the network, so root's rights and the network are left to it.
    """
    said = machine.box.sh(f"systemd-analyze security --no-pager {unit}.service", check=False)
    (exposure,) = re.findall(r"Overall exposure level for .*: ([0-9.]+)", said)
    assert float(exposure) <= (2.4 if unit in ("ikm-kiosk-first-boot", "ikm-kiosk-typed") else 1.5), said
    assert machine.box.sh(f"systemd-analyze verify {unit}.service") == ""


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_has_room_in_its_memory(machine: Machine, unit: str) -> None:
    pid = machine.box.show(unit, "MainPID")
    peaks = machine.box.sh(
        f"for p in {pid} $(pgrep -P {pid}); do awk '/^VmHWM:/ {{print $2}}' /proc/$p/status; done"
    ).split()
    most = sum(map(int, peaks)) // 1024
    sys.stdout.write(f"\n{unit}: {most} MB at most\n")
    assert 10 < most < int(machine.box.show(unit, "MemoryMax")) / 1024**2 / 2


@pytest.mark.parametrize("unit", ["ikm-collector-week", "ikm-collector-releases-mail"])
def test_what_a_timer_starts_does_its_work_in_its_sandbox(machine: Machine, unit: str) -> None:
    """Nobody here has asked for mail, so there is none to send; without a mail server, nothing is even tried."""
    box = machine.box
    box.sh(f"systemctl start {unit}.service")
    assert box.show(unit, "Result") == "exec-condition"
    drop_in = f"/run/systemd/system/{unit}.service.d"
    box.sh(
        f"mkdir -p {drop_in} && printf '[Service]\\nEnvironment=IKM_MAIL_URL=smtp://127.0.0.1\\n' >{drop_in}/mail.conf"
    )
    box.sh("systemctl daemon-reload")
    assert box.sh(f"systemd-analyze verify {unit}.service {unit}.timer") == ""
    said = box.sh(f"systemd-analyze security --no-pager {unit}.service", check=False)
    (exposure,) = re.findall(r"Overall exposure level for .*: ([0-9.]+)", said)
    assert float(exposure) <= 1.5, said
    box.sh(f"systemctl start {unit}.service")
    assert "0 sent" in box.sh(f"journalctl -q -o cat -u {unit}.service")
    assert box.show(f"{unit}.timer", "ActiveState") == "active"


def test_what_is_past_its_date_is_destroyed_each_night_without_anybody(machine: Machine) -> None:
    """Its timer is installed by README's "By hand"."""
    box, unit = machine.box, "ikm-collector-retention"
    assert box.show(f"{unit}.timer", "ActiveState") == "active"
    files = f"/etc/systemd/system/{unit}.service /etc/systemd/system/{unit}.timer"
    assert box.sh(f"systemd-analyze verify {files}") == ""
    said = box.sh(f"systemd-analyze security --no-pager {unit}.service", check=False)
    (exposure,) = re.findall(r"Overall exposure level for .*: ([0-9.]+)", said)
    assert float(exposure) <= 1.5, said
    box.sh(f"systemctl start {unit}.service")
    assert "0 contacts and 0 texts destroyed" in box.sh(f"journalctl -q -o cat -u {unit}.service")


@pytest.mark.heavy
def test_a_hung_program_is_replaced(machine: Machine) -> None:
    box = machine.box
    units = [unit for unit in UNITS if unit != "ikm-uplink"]  # its watchdog has two minutes
    restarts = {unit: int(box.show(unit, "NRestarts")) for unit in units}
    for unit in units:
        box.sh(f"kill -STOP {box.show(unit, 'MainPID')}")
    for unit in units:
        box.until(
            lambda unit=unit: int(box.show(unit, "NRestarts")) == restarts[unit] + 1,  # type: ignore[misc]
            what=f"{unit} replaced",
        )
        assert "Watchdog timeout" in box.sh(f"journalctl -q -o cat -u {unit}")
    machine.in_service()
    machine.rate()


def test_broker_and_database_may_be_restarted(machine: Machine) -> None:
    machine.box.sh("systemctl restart mosquitto")
    machine.rate()
    machine.box.sh("systemctl restart postgresql")
    machine.rate()
    machine.in_service()


@pytest.mark.long
def test_without_its_data_partition_nothing_is_in_service_until_it_is_there(machine: Machine) -> None:
    box, home = machine.box, "/var/lib/ikm-kiosk"
    head = machine.head()
    box.sh("systemctl stop ikm-kiosk ikm-uplink; cp /etc/fstab /root/fstab; mkdir /mnt/part")
    # The partition holds what there is; what lies in its place is an old copy that nobody may touch.
    box.sh(f"mount -t tmpfs part /mnt/part; cp -a {home}/. /mnt/part; chown --reference {home} /mnt/part")
    box.sh(f"echo '/mnt/part {home} none bind,noauto,nofail 0 0' >>/etc/fstab; systemctl daemon-reload")
    try:
        box.sh("systemctl start ikm-kiosk ikm-uplink")
        for unit in KIOSK_UNITS:
            assert f"{home} is not mounted" in box.show(unit, "StatusText")
        assert f"{home} is not mounted" in box.sh("ikm-kiosk doctor --simulate", check=False)
        box.sh(f"mount {home}")
        machine.in_service()
        machine.rate()
        assert machine.head() > head
    finally:
        box.sh(
            f"systemctl stop ikm-kiosk ikm-uplink; umount {home}; cp /root/fstab /etc/fstab; systemctl daemon-reload"
        )
        box.sh(f"cp -a --no-target-directory /mnt/part {home}; systemctl start ikm-kiosk ikm-uplink")
    machine.in_service()
    machine.rate()


@pytest.mark.long
def test_a_broken_configuration_is_shown_and_mended_without_a_restart_by_hand(machine: Machine) -> None:
    box, file = machine.box, "/etc/ikm-kiosk/kiosk.toml"
    box.sh(f"cp {file} /root/kiosk.toml; echo 'panel = 3' >>{file}; systemctl restart ikm-kiosk ikm-uplink")
    for unit in KIOSK_UNITS:
        assert "panel = 3" in box.show(unit, "StatusText")
    box.sh(f"cp /root/kiosk.toml {file}")
    machine.in_service()
    machine.rate()


def test_a_kiosk_without_pins_says_so_on_its_screen(machine: Machine) -> None:
    """The box has none, and the drop-in that simulates them is taken back."""
    box, folder = machine.box, "/run/systemd/system/ikm-kiosk.service.d"
    command = "/opt/ikm-kiosk/current/bin/ikm-kiosk run --config /etc/ikm-kiosk/kiosk.toml"
    box.sh(f"mkdir -p {folder}; printf '[Service]\\nExecStart=\\nExecStart={command}\\n' >{folder}/pins.conf")
    box.sh("systemctl daemon-reload; systemctl restart ikm-kiosk")
    try:
        assert re.search("not in service: .*(GPIO|lgpio)", box.show("ikm-kiosk", "StatusText"))
        assert box.show("ikm-kiosk", "NRestarts") == "0"
    finally:
        box.sh(f"rm -r {folder}; systemctl daemon-reload; systemctl restart ikm-kiosk")
    machine.in_service()


def test_while_a_new_version_is_tried_the_bare_console_says_so(machine: Machine) -> None:
    said = machine.box.sh(
        "touch /run/console /var/lib/ikm-kiosk-switch/trial; /usr/lib/ikm-kiosk/face /run/console; rm /var/lib/ikm-kiosk-switch/trial; cat /run/console"
    )
    assert "KIOS SEDANG DIPERBARUI" in said


def test_after_a_reboot_all_is_up_and_counting_again(machine: Machine) -> None:
    counted = machine.ratings()
    machine.box.reboot()
    machine.in_service()
    machine.rate()
    assert machine.ratings() == counted + 1
    assert [machine.box.show(unit, "NRestarts") for unit in UNITS] == ["0"] * len(UNITS)


def test_a_pulled_plug_loses_nothing(machine: Machine) -> None:
    machine.rate()
    head, counted = machine.head(), machine.ratings()
    machine.box.pull_the_plug()
    machine.box.boot()
    machine.in_service()
    machine.box.sh("ikm-kiosk verify")
    assert machine.head() > head  # the new boot; none before it is missing, says `verify`
    machine.rate()
    assert machine.ratings() == counted + 1
    machine.audited()
