"""New versions of the kiosk: what comes, what is turned away, and a plug that is pulled in the middle. Nothing may be lost."""

import random
import sys

import pytest

from tests.booted.machine import Machine
from tests.booted.versions import BREAKS, FIRST, Versions

pytestmark = pytest.mark.booted

STATES = (
    "half-installed ikm-kiosk-tree-{}", "unpacked ikm-kiosk-tree-{}", "half-installed ikm-kiosk:", "unpacked ikm-kiosk:",
    "half-configured ikm-kiosk-tree-{}", "half-configured ikm-kiosk:", "installed ikm-kiosk:",
)  # fmt: skip


@pytest.fixture
def versions(machine: Machine) -> Versions:
    return machine.versions


@pytest.mark.long
def test_built_twice_the_packages_are_the_same(versions: Versions) -> None:
    versions.build("/srv/again")
    versions.box.sh(
        "for file in /srv/again/*.deb; do cmp $file /srv/first/${file##*/}; done; rm -r /srv/again"
    )


def test_a_package_holds_no_settings_file_and_belongs_to_root(versions: Versions) -> None:
    said = versions.box.sh(
        f"cd /srv/first && for file in *_{FIRST}_*.deb; do dpkg-deb -I $file conffiles; dpkg-deb -c $file; done 2>&1",
        check=False,
    )
    assert said.count("contains no control component 'conffiles'") == 2
    assert {line.split()[1] for line in said.splitlines() if line[:1] in "d-l" and "/" in line[:25]} == {
        "root/root"
    }


def test_a_new_version_comes_by_itself_from_its_own_repository_alone(
    machine: Machine, versions: Versions
) -> None:
    machine.rate()
    version = versions.next()
    assert "origin=ikm" in versions.upgrade()
    versions.settled()
    assert (versions.running(), versions.installed()) == (version, [FIRST, version])
    machine.rate()
    machine.box.sh("ikm-kiosk verify")


def test_removed_and_installed_again_it_serves_the_same_records(machine: Machine, versions: Versions) -> None:
    head = machine.head()
    versions.box.sh("apt-get purge -y -qq 'ikm-kiosk*'")
    assert versions.box.sh("ls /opt; ls /usr/bin/ikm-kiosk 2>/dev/null", check=False).split() == [
        "ikm-collector"
    ]
    versions.box.sh("apt-get install -y -qq ikm-kiosk")
    machine.in_service()
    machine.box.sh("ikm-kiosk verify")
    assert machine.head() > head


def test_a_plug_pulled_in_mid_upgrade_leaves_a_working_kiosk(machine: Machine, versions: Versions) -> None:
    survive_a_cut(machine, versions, random.Random(16).choice(STATES))


@pytest.mark.heavy
def test_a_version_that_shows_nothing_is_turned_away_with_nothing_lost(
    machine: Machine, versions: Versions
) -> None:
    turn_away(machine, versions, "no frame")


@pytest.mark.long
@pytest.mark.parametrize("turn", range(10))
def test_ten_updates_each_cut_off(machine: Machine, versions: Versions, turn: int) -> None:
    survive_a_cut(machine, versions, STATES[turn % len(STATES)])


@pytest.mark.long
@pytest.mark.parametrize("turn", range(10))
def test_ten_broken_versions_each_cut_off(machine: Machine, versions: Versions, turn: int) -> None:
    turn_away(machine, versions, sorted(BREAKS)[turn % len(BREAKS)], cut=random.Random(turn).choice(STATES))


def survive_a_cut(machine: Machine, versions: Versions, state: str) -> None:
    head, counted = machine.head(), machine.ratings()
    version = versions.next()
    last = versions.cut_at(state.format(version))
    versions.box.boot()
    machine.in_service()  # from the old version or the new, but at once
    sys.stdout.write(f"\ncut at {last}: up with {versions.running()}\n")
    versions.box.sh("systemctl start ikm-kiosk-mend")  # it began by itself; this waits for its end
    assert versions.box.sh("dpkg --audit") == ""
    versions.upgrade()
    versions.settled()
    assert versions.running() == version
    assert len(versions.installed()) == 2
    machine.box.sh("ikm-kiosk verify")
    assert machine.head() > head
    assert machine.ratings() == counted
    machine.rate()


def turn_away(machine: Machine, versions: Versions, how: str, *, cut: str = "") -> None:
    before, head, counted = versions.running(), machine.head(), machine.ratings()
    version = versions.next(broken=how)
    if cut:
        last = versions.cut_at(cut.format(version))
        versions.box.boot()
        versions.box.sh("systemctl start ikm-kiosk-mend")
        sys.stdout.write(f"\n{how}: cut at {last}\n")
    versions.upgrade()
    versions.settled()
    assert versions.running() == before, how
    assert f"refused: {version}" in versions.box.sh("/usr/lib/ikm-kiosk/switch status")
    machine.in_service()
    machine.box.sh("ikm-kiosk verify")
    assert machine.head() >= head
    assert machine.ratings() == counted
    machine.rate()
    if not cut:
        return
    versions.upgrade()  # offered again, it is not tried again
    assert versions.running() == before
    # The next good one is taken.
    good = versions.next()
    versions.upgrade()
    versions.settled()
    assert versions.running() == good
    assert len(versions.installed()) == 2
    machine.rate()
