"""Other processes work out what this one writes: in order, whatever becomes of them, and none outlives who asked."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from collector.releases.hands import in_order

pytestmark = pytest.mark.integration

ORPHANS = """
import time
from collector.releases.hands import in_order
from tests.integration.test_hands import whose
if __name__ == "__main__":
    made = in_order(whose, [(number,) for number in range(9)], hands=2)
    print(*{next(made)[1], next(made)[1]}, flush=True)
    time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "collector.settings")
    monkeypatch.setenv("IKM_DATA", str(tmp_path))


def whose(number: int) -> tuple[int, int]:
    return number, os.getpid()


def dying(number: int, parent: int) -> int:
    if number == 3 and os.getpid() != parent:
        os._exit(1)
    return number


def failing(number: int) -> int:
    return 6 // (number - 1)


@pytest.mark.parametrize("hands", [0, 2])
def test_what_is_made_comes_in_the_order_of_the_pieces(hands: int) -> None:
    made = list(in_order(whose, [(number,) for number in range(7)], hands=hands))
    assert [number for number, _ in made] == list(range(7))
    processes = {process for _, process in made}
    assert len(processes) == max(1, min(hands, 7))
    assert (os.getpid() in processes) == (hands == 0)


def test_what_a_process_that_died_had_in_hand_is_made_here() -> None:
    pieces = [(number, os.getpid()) for number in range(8)]
    assert list(in_order(dying, pieces, hands=2)) == list(range(8))


def test_an_error_is_the_error_that_it_is_here() -> None:
    made = in_order(failing, [(number,) for number in range(3)], hands=1)
    assert next(made) == -6
    with pytest.raises(ZeroDivisionError):
        next(made)


def test_closing_early_ends_the_processes() -> None:
    made = in_order(whose, [(number,) for number in range(50)], hands=1)
    _, process = next(made)
    made.close()
    assert not Path(f"/proc/{process}").exists()


def test_none_outlives_one_that_was_killed() -> None:
    with subprocess.Popen([sys.executable, "-c", ORPHANS], stdout=subprocess.PIPE, text=True) as asking:
        assert asking.stdout is not None
        hands = [int(one) for one in asking.stdout.readline().split()]
        assert len(hands) == 2
        asking.send_signal(signal.SIGKILL)
    ends = time.monotonic() + 20
    while alive := [one for one in hands if is_running(one)]:
        assert time.monotonic() < ends, alive
        time.sleep(0.05)


def is_running(process: int) -> bool:
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2][0]
    except OSError:
        return False
    return state != "Z"
