"""`python -m tests.campaign --minutes 60 --seed N`: the long fault campaign."""

import argparse
import signal
import sys
import tempfile
from pathlib import Path

from tests.campaign.campaign import GRAVE, Campaign


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.campaign", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="what happens when (1)")
    parser.add_argument("--minutes", type=float, default=5.0, help="no round begins after so long (5)")
    parser.add_argument("--rounds", type=int, default=6, help="rounds a world (6)")
    parser.add_argument(
        "--only", default="", metavar="WORDS", help="only the grave deeds whose name has these words"
    )
    parser.add_argument("--keep", type=Path, help="work in this folder and leave it")
    options = parser.parse_args()
    deeds = [name for name in GRAVE if options.only in name]
    if not deeds:
        parser.error(f"no grave deed has these words; there are: {', '.join(dict.fromkeys(GRAVE))}")
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(2))  # so that what runs is stopped
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as temporary:
        folder = options.keep or Path(temporary)
        campaign = Campaign(
            folder,
            seed=options.seed,
            seconds=options.minutes * 60,
            say=_say,
            rounds=options.rounds,
            deeds=deeds,
        )
        outcome = campaign.run()
    for line in outcome.lines():
        _say(line)
    return 0 if outcome.survived else 1


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
