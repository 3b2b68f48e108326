"""`python -m tests.campaign --seed S --seconds N`: the long fault campaign."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.campaign.campaign import Campaign


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=300.0)
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.keep or Path(temporary)
        campaign = Campaign(folder, seed=options.seed, seconds=options.seconds, say=_say)
        outcome = campaign.run()
    for line in outcome.lines():
        _say(line)
    return 0 if outcome.survived else 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
