"""Do the tests bite? Breaks the code in small ways, one at a time, and tells which breaks no test notices.

Run: python -m bench.mutants survey --draw 60
     python -m bench.mutants collector/evidence/intake --draw 40
     python -m bench.mutants --by-hand [WORD ...]

Drawn by chance, under a fixed seed: comparisons, `and`/`or`, arithmetic, deleted calls and assignments. Log lines and the texts
of errors are left out. Each mutant is run in a copy of the house against its room's own tests first and the package's then; a
test that fails, an import that fails or a run that takes too long kills it. What survives is either harmless (the same behaviour
in other words) or a promise no test holds; only reading tells. `BY_HAND` holds mutants at promises that no test noticed once;
each of them must be killed.

Measured in November 2026 under seed 7: of 60 mutants of `survey` 49 were killed (82 %), and tests were then written for six of
the 11 others; of those that stand, two change nothing that can be seen (how a quantile is reached), three lie in the walk that
draws the visit graph's document. Of 40 mutants of `collector/evidence/intake` 36 were killed (90 %); one of the four others has a
test now, the rest change how batches are joined on disk, and what a rebuild reports of its progress.
"""

import argparse
import ast
import copy
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
COPIED = (
    "survey", "hardware", "uplink", "kiosk", "collector", "tests", "bench", "docs", "systemd", "pyproject.toml", "README.md",
)  # fmt: skip
NOT_OURS = {"migrations", "__pycache__"}
QUIET = {"log", "logging", "logger", "print", "warnings"}


class Mutant(NamedTuple):
    """One broken copy of one file."""

    path: str
    line: int
    what: str
    text: str
    tests: tuple[str, ...]


class ByHand(NamedTuple):
    """A mutant at a promise."""

    name: str
    path: str
    old: str
    new: str
    tests: str


BY_HAND = (
    # numbers in the outputs
    ByHand("a month too many is counted", "collector/scores/ask/fetching.py", "group_key(0, form, months[1] + 1,", "group_key(0, form, months[1] + 2,", "tests/collector/scores"),
    ByHand("an interval's lower end is its upper", "collector/scores/show/as_csv.py", "and interval.low)", "and interval.high)", "tests/collector/scores"),
    ByHand("an element's lower end is its upper", "collector/scores/show/as_csv.py", "and element.interval.low)", "and element.interval.high)", "tests/collector/scores"),
    ByHand("a mean's upper end", "survey/index/reckoning.py", "nearest(factor * (scale.start + scale.span * high))", "nearest(factor * (scale.start + scale.span * low))", "tests/survey/index"),
    ByHand("a mean's lower end", "survey/index/reckoning.py", "nearest(factor * (scale.start + scale.span * low))", "nearest(factor * (scale.start - scale.span * low))", "tests/survey/index"),
    # durability of the small files
    ByHand("a small file is not flushed", "uplink/journal/segments/files.py", "        disk.sync(handle)\n", "", "tests/uplink/journal"),
    ByHand("a small file's name is not flushed", "uplink/journal/segments/files.py", "    temporary.replace(path)\n    disk.sync_folder(path.parent)\n", "    temporary.replace(path)\n", "tests/uplink/journal"),
    # waiting
    ByHand("a lost connection is opened again at once", "uplink/forwarder/roads.py", "self._retry_at = self._now() + self.backoff.next_wait()", "self._retry_at = self._now() - self.backoff.next_wait()", "tests/uplink/forwarder"),
    ByHand("no patience after a receipt", "uplink/forwarder/courier.py", "self._patience.answered(self._now(), more=", "self._patience.answered(self._now() - 99, more=", "tests/uplink/forwarder"),
    # times without a clock
    ByHand("a first boot without a clock is of 1970", "collector/evidence/intake/senders.py", "milliseconds(archive_from or enrolled_at)", "milliseconds(archive_from or enrolled_at) // 1000", "tests/collector/evidence"),
    ByHand("a clock an hour ahead is trusted", "survey/record/clock.py", "_IMPOSSIBLE_MS = 300_000", "_IMPOSSIBLE_MS = 3_000_000", "tests/survey/record"),
    ByHand("five minutes ahead, later in a boot", "survey/record/clock.py", "at <= received_ms + _IMPOSSIBLE_MS", "at < received_ms + _IMPOSSIBLE_MS", "tests/survey/record"),
    ByHand("five minutes ahead, first in a boot", "survey/record/clock.py", "record.at > record.received_ms + _IMPOSSIBLE_MS", "record.at >= record.received_ms + _IMPOSSIBLE_MS", "tests/survey/record"),
    ByHand("the audit's uncertain ones, before", "collector/evidence/proof/timeline.py", "not (self._in_period(at_ms - error_ms)", "not (self._in_period(at_ms + error_ms)", "tests/collector/evidence"),
    ByHand("the audit's uncertain ones, after", "collector/evidence/proof/timeline.py", "and self._in_period(at_ms + error_ms))", "and self._in_period(at_ms - error_ms))", "tests/collector/evidence"),
    # after an upgrade
    ByHand("a kiosk placed anew stays set aside", "collector/evidence/intake/rebuild.py", "        SetAside.objects.filter(stream=stream, code__in=(KIOSK_UNASSIGNED, CARRIED_TWICE)).delete()\n", "", "tests/collector/evidence"),
    ByHand("a batch of a later format is read", "survey/wire/messages.py", "if version != WIRE_VERSION:", "if version < WIRE_VERSION:", "tests/survey/wire"),
    # operations
    ByHand("an inactive account has its roles", "collector/accounts/roles.py", " or not user.is_active", "", "tests/collector"),
    ByHand("a kiosk's certificate lives five days", "collector/trust/ca.py", "public_key=public_key, days=CERTIFICATE_DAYS)", "public_key=public_key, days=5)", "tests/collector/fleet"),
    ByHand("the inbox takes the same version again", "uplink/forwarder/inbox.py", "version <= self.version", "version < self.version", "tests/uplink/forwarder"),
    ByHand("accept tries once", "collector/evidence/intake/accept.py", "_TRIES = 4", "_TRIES = 1", "tests/collector/evidence"),
    # the verdict on a stream
    ByHand("an unsigned record is not remembered", "survey/record/verdict.py", "            self._unsigned_from = found.seq", "            pass", "tests/survey/record"),
    ByHand("a good signature forgets nothing", "survey/record/verdict.py", "            self._proven = found.seq\n            self._unsigned_from = None", "            self._proven = found.seq", "tests/survey/record"),
    ByHand("a link between forgets nothing", "survey/record/verdict.py", "self._unsigned_from = None  # the link", "pass  # the link", "tests/survey/record"),
    ByHand("only the last of those in doubt is named", "survey/record/verdict.py", "Fault(Finding.ALTERED, first, seq)", "Fault(Finding.ALTERED, seq, seq)", "tests/survey/record"),
    # the refusals an author meets
    ByHand("bands on another kind", "survey/instrument/rules.py", "        if instrument.bands is not None:\n            problems", "        if instrument.bands is None:\n            problems", "tests/survey/instrument"),
    ByHand("a pulse of two questions", "survey/instrument/rules.py", "len(instrument.elements) != 1 or (", "len(instrument.elements) < 1 or (", "tests/survey/instrument"),
    ByHand("a pulse on another scale", "survey/instrument/rules.py", "len(instrument.elements) != 1 or (", "len(instrument.elements) != 1 and (", "tests/survey/instrument"),
    ByHand("another list of options", "survey/instrument/rules.py", "if values != instrument.values:", "if len(values) != len(instrument.values):", "tests/survey/instrument"),
)  # fmt: skip
"""What survived once (the study behind issue 9), told by the promise."""

SWAPS: dict[type[ast.AST], type[ast.AST]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In, ast.And: ast.Or, ast.Or: ast.And,
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult, ast.Mod: ast.Mult,
}  # fmt: skip


def sites(tree: ast.Module) -> Iterator[tuple[ast.AST, str, Callable[[ast.AST], None]]]:
    """Give each node that can be broken, how, and what breaks a copy of it."""

    def walk(node: ast.AST, *, inside: bool) -> Iterator[tuple[ast.AST, str, Callable[[ast.AST], None]]]:
        if isinstance(node, ast.Raise | ast.JoinedStr | ast.Assert) or _is_quiet(node):
            return
        inside = inside or isinstance(node, ast.FunctionDef)
        if isinstance(node, ast.Compare):
            for place, operator in enumerate(node.ops):
                if type(operator) in SWAPS:
                    yield node, _change(operator), _swap_comparison(place)
        elif isinstance(node, ast.BoolOp | ast.BinOp) and type(node.op) in SWAPS and not _is_text(node):
            yield node, _change(node.op), _swap
        elif (inside and isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)) or (
            inside and isinstance(node, ast.Assign | ast.AugAssign)
        ):
            yield node, f"deleted {ast.unparse(node)[:60]}", _delete
        for child in ast.iter_child_nodes(node):
            yield from walk(child, inside=inside)

    yield from walk(tree, inside=False)


def _is_quiet(node: ast.AST) -> bool:
    called = node.value.func if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call) else None
    while isinstance(called, ast.Attribute):
        called = called.value
    return isinstance(called, ast.Name) and called.id in QUIET


def _is_text(node: ast.BoolOp | ast.BinOp) -> bool:
    sides = [node.left, node.right] if isinstance(node, ast.BinOp) else []
    return any(
        isinstance(side, ast.JoinedStr)
        or (isinstance(side, ast.Constant) and isinstance(side.value, str | bytes))
        for side in sides
    )


def _change(operator: ast.AST) -> str:
    return f"{type(operator).__name__} -> {SWAPS[type(operator)].__name__}"


def _swap(node: ast.AST) -> None:
    node.op = SWAPS[type(node.op)]()  # type: ignore[attr-defined]


def _swap_comparison(place: int) -> Callable[[ast.AST], None]:
    def swap(node: ast.AST) -> None:
        node.ops[place] = SWAPS[type(node.ops[place])]()  # type: ignore[attr-defined]

    return swap


def _delete(node: ast.AST) -> None:
    node.__class__ = ast.Pass  # a `pass` in its place
    node.__dict__.clear()


def drawn(target: str, *, number: int, seed: int) -> list[Mutant]:
    """Draw mutants from every module below `target`."""
    every: list[tuple[Path, int]] = []
    trees: dict[Path, ast.Module] = {}
    for path in sorted((ROOT / target).rglob("*.py")):
        if not NOT_OURS & set(path.parts):
            trees[path] = ast.parse(path.read_text(encoding="utf-8"))
            every += [(path, place) for place in range(len(list(sites(trees[path]))))]
    chosen = sorted(random.Random(seed).sample(every, min(number, len(every))))
    return [_mutant(path, trees[path], place) for path, place in chosen]


def _mutant(path: Path, tree: ast.Module, place: int) -> Mutant:
    broken = copy.deepcopy(tree)
    node, what, break_it = list(sites(broken))[place]
    line = getattr(node, "lineno", 0)
    if not what.startswith("deleted"):
        what = f"{what} in {ast.unparse(node)[:70]}"
    break_it(node)
    name = path.relative_to(ROOT).as_posix()
    return Mutant(name, line, what, ast.unparse(ast.fix_missing_locations(broken)), _tests(name))


def _tests(path: str) -> tuple[str, ...]:
    """Give the room's own tests, then those of the package (of an app, in the collector)."""
    parts = path.split("/")
    room, wide = Path("tests", *parts[:2]), Path("tests", *parts[: 2 if parts[0] == "collector" else 1])
    return tuple(dict.fromkeys(each.as_posix() for each in (room, wide) if (ROOT / each).is_dir()))


def by_hand(words: list[str]) -> list[Mutant]:
    """Give the mutants of the list whose name or path has one of the words, or all."""
    found = []
    for each in BY_HAND:
        if words and not any(word in each.name or word in each.path for word in words):
            continue
        text = (ROOT / each.path).read_text(encoding="utf-8")
        if each.old not in text:
            sys.exit(f"{each.path} no longer says {each.old!r} ({each.name}); bring the list up to date")
        line = text[: text.index(each.old)].count("\n") + 1
        found.append(Mutant(each.path, line, each.name, text.replace(each.old, each.new, 1), (each.tests,)))
    return found


class House:
    """A copy of the whole house, in which one file at a time is broken."""

    def __init__(self, folder: Path, *, seconds: float) -> None:
        self._folder = folder
        self._seconds = seconds
        for name in COPIED:
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
            elif source.exists():
                shutil.copy(source, folder / name)

    def passes(self, tests: tuple[str, ...]) -> bool:
        """Tell whether the tests pass, in time."""
        return all(self._passes(each) for each in tests)

    def kills(self, mutant: Mutant) -> bool:
        """Tell whether a test notices the mutant."""
        file = self._folder / mutant.path
        sound = file.read_text(encoding="utf-8")
        file.write_text(mutant.text, encoding="utf-8")
        try:
            return not self.passes(mutant.tests)
        finally:
            file.write_text(sound, encoding="utf-8")

    def _passes(self, tests: str) -> bool:
        command = [
            sys.executable, "-B", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not long and not integration", tests,
        ]  # fmt: skip
        environment = os.environ | {"PYTHONPATH": str(self._folder), "PYTHONDONTWRITEBYTECODE": "1"}
        try:
            done = subprocess.run(
                command,
                cwd=self._folder,
                env=environment,
                capture_output=True,
                timeout=self._seconds,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0


def main() -> None:
    """Break, run, tell."""
    parser = argparse.ArgumentParser(
        description="Break the code in small ways and tell what no test notices."
    )
    parser.add_argument("target", nargs="*", help="a package or folder; with --by-hand, words of the list")
    parser.add_argument("--by-hand", action="store_true", help="the list of promises instead of chance")
    parser.add_argument("--draw", type=int, default=40, metavar="N", help="how many mutants (40)")
    parser.add_argument("--seed", type=int, default=7, help="which ones (7)")
    parser.add_argument("--seconds", type=float, default=180, help="a run that takes longer is killed (180)")
    options = parser.parse_args()
    if options.by_hand:
        mutants = by_hand(options.target)
    else:
        mutants = [
            each
            for target in options.target
            for each in drawn(target, number=options.draw, seed=options.seed)
        ]
    began, killed = time.monotonic(), 0
    with tempfile.TemporaryDirectory(prefix="ikm-mutants-") as folder:
        house = House(Path(folder), seconds=options.seconds)
        for tests in dict.fromkeys(each.tests[-1:] for each in mutants):
            if not house.passes(tests):
                sys.exit(f"{tests[0]} does not pass as it is, or takes longer than {options.seconds:.0f} s")
        for mutant in mutants:
            dead = house.kills(mutant)
            killed += dead
            print(
                f"{'killed  ' if dead else 'SURVIVED'} {mutant.path}:{mutant.line} {mutant.what}", flush=True
            )
    share = killed / len(mutants) if mutants else 0
    print(f"{killed} of {len(mutants)} killed: {share:.0%}, in {time.monotonic() - began:.0f} s")
    if options.by_hand and killed < len(mutants):
        sys.exit(1)


if __name__ == "__main__":
    main()
