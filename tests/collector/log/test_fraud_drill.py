"""The fraud drill still finds what its score sheet says: who named an attack when the sheet was made names it today."""

import json
import os
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
ROOT = Path(__file__).resolve().parents[3]
ROW = re.compile(r"\| `(\w+)` \| ([^|]*) \| ([^|]*) \| ([^|]*) \| ([^|]*) \|")
SAMPLE = 5
BY_CHANCE = {"category_differs"}
"""What depends on the numbers of a village: an index that was raised may lie in the same category."""


def printed() -> dict[str, list[set[str]]]:
    """The score sheet in the documents: for each attack what ikm-verify, the page and others name."""
    text = (ROOT / "docs" / "fraud-drill.md").read_text()
    return {
        found[1]: [set(re.findall(r"`([^`]+)`", found[column])) for column in (3, 4, 5)]
        for found in ROW.finditer(text)
    }


def measured(names: list[str], seed: int) -> list[dict[str, Any]]:
    environment = {key: value for key, value in os.environ.items() if key not in ("LD_PRELOAD", "IKM_DATA")}
    ran = subprocess.run(
        [sys.executable, "-m", "bench.fraud", "--json", "--seed", str(seed), "--only", ",".join(names)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return list(json.loads(ran.stdout))


def hold(names: list[str], seed: int) -> None:
    sheet = printed()
    for line in measured(names, seed):
        for said, column in zip(sheet[line["name"]], ("verify", "page", "others"), strict=True):
            assert set(line[column]) >= said - BY_CHANCE, (line["name"], column)
            assert line["name"] != "nothing" or not line[column], "an honest release is blamed"


def test_the_sheet_has_every_attack() -> None:
    from bench.fraud import ATTACKS  # noqa: PLC0415 - a bench is no part of what is tested elsewhere

    assert list(printed()) == [name for _, name in ATTACKS]


@pytest.mark.heavy
def test_an_honest_release_is_blamed_by_nobody_and_a_sample_is_named() -> None:
    names = [name for name in printed() if name != "nothing"]
    hold(["nothing", *random.Random(17).sample(names, SAMPLE)], seed=2)
    assert printed()["nothing"] == [set(), set(), set()]


@pytest.mark.long
def test_every_attack_is_named_as_the_sheet_says() -> None:
    hold(list(printed()), seed=3)
