"""Options of the whole suite, and what no test may share with the machine it runs on."""

import gc
import os
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.drawn import drawn, is_drawn

# A busy machine is no finding: what an example costs is measured in bench/.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

_TRIED = Path(tempfile.gettempdir()) / f"ikm-tried-{os.getpid()}.json"
os.environ["IKM_TRIED"] = str(_TRIED)  # before anything of the kiosk is imported


@pytest.fixture(autouse=True)
def _no_try_of_another_test() -> Iterator[None]:
    yield
    _TRIED.unlink(missing_ok=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--db",
        choices=("sqlite", "postgres"),
        default="sqlite",
        help="the database the collector's tests run on; postgres starts a private cluster",
    )
    parser.addoption(
        "--sample",
        type=int,
        default=1,
        metavar="N",
        help="of the collector's tests that ask a database, run one in N on postgres and the others on sqlite;"
        " there also all of the rooms that have most to do with it",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests that try many examples: `./check` leaves them to the whole run. And what is not of a sample: that is for long runs."""
    sampled = defaultdict[tuple[str, int], list[pytest.Item]](list)
    for item in items:
        if getattr(getattr(item, "obj", None), "is_hypothesis_test", False):
            item.add_marker(pytest.mark.property)
        if item.get_closest_marker("heavy") and not is_drawn(item.nodeid, 3):
            item.add_marker(pytest.mark.long)
        if mark := item.get_closest_marker("sampled"):
            sampled[item.nodeid.partition("[")[0], mark.args[0]].append(item)
    for (_, one_in), of_one in sampled.items():
        kept = drawn((item.nodeid for item in of_one), one_in)
        for item in of_one:
            if item.nodeid not in kept:
                item.add_marker(pytest.mark.long)


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays to the end: modules and tests."""
    gc.collect()
    gc.freeze()
