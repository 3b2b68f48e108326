"""The mutants made by hand are still mutants of this code; that they are killed says `python -m bench.mutants --by-hand`."""

from pathlib import Path

import pytest

from bench.mutants import BY_HAND, ByHand

ROOT = Path(__file__).resolve().parent.parent


@pytest.mark.parametrize("mutant", BY_HAND, ids=lambda mutant: mutant.name)
def test_it_breaks_one_place(mutant: ByHand) -> None:
    assert (ROOT / mutant.path).read_text().count(mutant.old) == 1
    assert mutant.new != mutant.old
    assert (ROOT / mutant.tests).exists()
