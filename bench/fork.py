"""A fork of the log, shown to a few of all kiosks: each refuses at its first exchange after it, and says so on its screen.

    python -m bench.fork                     2,651 kiosks, 1 % of them
    python -m bench.fork --kiosks 40 --share 0.1

Each kiosk is the kiosk's own code, with files of its own. The operator has the log's key and one of the two witnesses; the other one is honest. Three ways are
tried on those few: a fork from before what they saw, a fork from behind it, which only the missing cosignature tells from the truth, and a log that ends before
what they saw. Exit code 1: a kiosk followed one, or one that was told the truth refused.
"""

import argparse
import logging
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from kiosk.watch.log import watched
from survey.log import tree
from survey.log.checkpoint import Checkpoint, SignedCheckpoint, sign_checkpoint
from survey.log.cosignature import cosign
from survey.log.following import Believed, Heard
from survey.log.note import with_lines
from survey.log.witnessing import Offer
from survey.wire.log_news import LogNews, pack_log_news
from tests.survey.log.keys import Signer, check, log, subtrees_of, witness
from uplink.forwarder.log_inbox import LogFiles, LogInbox, believed_bytes

SEEN, GROWN = 3_000, 3_100
HONEST, COLLUDING = witness(1), witness(2)
POLICY = (
    f"witness inspektorat {HONEST.key.text()}\nwitness teman {COLLUDING.key.text()}\n"
    "group saksi all inspektorat teman\nquorum saksi\n"
)


def main() -> int:
    """Run it and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--kiosks", type=int, default=2_651)
    parser.add_argument("--share", type=float, default=0.01, help="of them are shown a fork (0.01)")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    logging.disable(logging.CRITICAL)  # each kiosk says it in its own log too
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="ikm-fork-") as folder:
        failed, lines = run(Path(folder), given.kiosks, given.share, random.Random(given.seed))
    print("\n".join(lines))
    print(f"{time.monotonic() - began:.1f} s, seed {given.seed}")
    return 1 if failed else 0


def run(folder: Path, number: int, share: float, chance: random.Random) -> tuple[int, list[str]]:
    """Show the fork to some of them; gives how many did not do what they should, and what is to be printed."""
    truth = [tree.leaf_hash(f"butir {at}".encode()) for at in range(GROWN)]
    forked = [*truth[: SEEN - 1], *(tree.leaf_hash(f"lain {at}".encode()) for at in range(SEEN - 1, GROWN))]
    behind = [*truth[:SEEN], *forked[SEEN:]]
    kiosks = {f"k-{at:04}": _inbox(folder, f"k-{at:04}") for at in range(number)}
    for name, one in kiosks.items():
        one.take(_news(name, 0, truth, SEEN, (HONEST, COLLUDING)))
    chosen = sorted(chance.sample(sorted(kiosks), max(1, round(number * share))))
    failed, lines, took = 0, [], 0
    for at, (what, leaves, size, by) in enumerate(
        (
            ("a fork from before what was seen", forked, GROWN, (COLLUDING,)),
            ("a fork from behind it, cosigned by the colluding witness alone", behind, GROWN, (COLLUDING,)),
            ("a log of the same length that was rewritten", forked, SEEN, (COLLUDING,)),
        )
    ):
        mine = chosen[at::3]
        said = Counter(_shown(kiosks[name], _news(name, SEEN, leaves, size, by)) for name in mine)
        failed += said["followed"] + said["silent"]
        lines.append(f"{what}: {len(mine)} kiosks: {', '.join(f'{n} {how}' for how, n in said.items())}")
    others = [name for name in kiosks if name not in chosen]
    for name in others:
        took += _shown(kiosks[name], _news(name, SEEN, truth, GROWN, (HONEST, COLLUDING))) == "followed"
    failed += len(others) - took
    lines.append(f"the truth: {len(others)} kiosks: {took} followed")
    return failed, lines


def _shown(one: LogInbox, news: bytes) -> str:
    """Give what a kiosk says on its screen at its first exchange: `followed`, `silent`, or the alarm's code."""
    before = one.seen
    one.take(news)
    said = watched({"log": one.seen.to_status()})
    trouble = said.trouble()
    if one.seen.size != before.size or one.seen.root != before.root:
        return "followed"
    return trouble.code if trouble is not None else "silent"


def _inbox(folder: Path, kiosk: str) -> LogInbox:
    own = folder / kiosk
    own.mkdir()
    (own / "policy").write_bytes(believed_bytes(Believed(POLICY)))
    files = LogFiles(*(own / name for name in ("log", "fork", "uncosigned", "other", "policy")))
    key = log().key.public_key
    return LogInbox(
        files,
        kiosk=kiosk,
        collector_key=key,
        verify=lambda signature, message: check(key, signature, message),
        check=check,
    )


def _news(kiosk: str, old: int, leaves: list[bytes], size: int, by: tuple[Signer, ...]) -> bytes:
    if (old, size, by) not in _made or _made[old, size, by][0] is not leaves:
        _made[old, size, by] = (leaves, _heard(old, leaves, size, by))
    return pack_log_news(LogNews(kiosk, _made[old, size, by][1]), log().sign)


_made: dict[tuple[int, int, tuple[Signer, ...]], tuple[list[bytes], Heard]] = {}


def _heard(old: int, leaves: list[bytes], size: int, by: tuple[Signer, ...]) -> Heard:
    point = Checkpoint(log().key.name, size, tree.root_of(leaves[:size]))
    signed = sign_checkpoint(point, public_key=log().key.public_key, sign=log().sign)
    lines = [cosign(signed.note, key=one.key, at_s=1_800_000_000, sign=one.sign) for one in by]
    subtree = subtrees_of(leaves)
    hashes = tuple(tree.proof(tree.consistency_path(old, size), subtree)) if old else ()
    return Heard(Offer(old, hashes, SignedCheckpoint(point, with_lines(signed.note, lines))))


if __name__ == "__main__":
    sys.exit(main())
