"""Other ways than the usual one, with the real programs: a stick both ways, and a card that has lost a record."""

import subprocess
from pathlib import Path

import pytest

from survey.record.chain import stated_link
from survey.wire.messages import unpack_batch
from tests.campaign.campaign_world import CampaignWorld
from tests.world import COLLECTOR, KIOSK, World
from uplink.journal.verify import verify

pytestmark = pytest.mark.integration


def visit(world: World, log: Path, *, visitors: int = 15, seed: int = 1) -> None:
    world.start_visits(visitors=visitors, seed=seed, thanked_log=log)
    world.until(lambda: world.running["kiosk"].poll() is not None, what="the visits")


@pytest.mark.heavy
def test_a_stick_carries_records_there_and_receipts_back(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.start_broker()
        world.enrol()
        visit(world, tmp_path / "thanked.jsonl")
        stick = tmp_path / "stick"
        stick.mkdir()
        world.ask(KIOSK, "export", "--home", world.home, stick)
        for _ in range(2):
            world.ask(COLLECTOR, "import", stick)
        assert world.waiting() > 0
        assert "nothing to carry" in world.ask(KIOSK, "export", "--home", world.home, stick)
        assert world.waiting() == 0
        assert world.alarms() == {"refused": 0, "conflicts": 0}
        assert verify(world.home).clean


@pytest.mark.heavy
def test_a_half_copied_stick_is_refused_whole(tmp_path: Path) -> None:
    with World(tmp_path) as world:
        world.start_broker()
        world.enrol()
        visit(world, tmp_path / "thanked.jsonl")
        stick = tmp_path / "stick"
        stick.mkdir()
        world.ask(KIOSK, "export", "--home", world.home, stick)
        (batch,) = stick.rglob("*.ikm")
        content = batch.read_bytes()
        batch.write_bytes(content[:-10])
        done = subprocess.run(
            [COLLECTOR, "import", stick], env=world.environment, capture_output=True, check=False
        )
        assert done.returncode == 1
        assert world.evidence() == {}
        batch.write_bytes(content)
        world.ask(COLLECTOR, "import", stick)
        assert len(world.evidence()) > 15


@pytest.mark.heavy
def test_a_lost_record_stops_nothing_and_is_seen_by_everybody(tmp_path: Path) -> None:
    with CampaignWorld(tmp_path, seed=3) as world:
        world.start_broker()
        world.enrol()
        visit(world, tmp_path / "thanked.jsonl")
        (path,) = (world.home / "journal").glob("*.journal")
        content = bytearray(path.read_bytes())
        content[content.index(b'"kind"', len(content) // 2)] ^= (
            0xFF  # in what a record says, not in what proves it
        )
        path.write_bytes(bytes(content))
        visit(world, tmp_path / "thanked.jsonl", visitors=2, seed=2)
        assert not verify(world.home).clean
        world.start_listener()
        world.start_uplink()
        world.until(lambda: world.waiting() == 0, what="everything confirmed")
        lost = [
            line
            for payload in world.payloads()
            for line in unpack_batch(payload).lines
            if stated_link(line) is not None
        ]
        assert len(lost) == 1
        assert world.alarms()["conflicts"] == 0
