"""The one file by which a stranger checks a release: what was frozen, the opened counters, and their places in the log.

It holds no answer and nothing that is not published; `ikm-verify` and the page that opens from a stick read it (docs/log.md).
"""

import gzip
import json
from collections.abc import Iterable, Sequence
from datetime import timedelta

from django.conf import settings

from collector.local import date_text
from collector.log import heads as night_heads
from collector.log import keeping, witnesses
from collector.log.models import KeptCheckpoint, LoggedFact, ThreadLeaf
from collector.releases.models import OpenedCounters, Release
from survey.log.facts import read_leaf
from survey.log.note import read_note
from survey.log.tree import consistency_path, inclusion_path

FORMAT = 1
_TOLD_OTHERWISE = {"few", "protected", "moved"}
"""Why a kiosk's counters stay closed, where what is published tells whether it can be; the other reasons are held against the log's nights."""
MOST_LEAVES = 700
"""Of a unit's thread; the newest."""
MOST_KEPT = 12
"""Older files of a unit's releases that a newer one can be compared with."""


def of_release(release: Release) -> bytes | None:
    """Give the file, packed; None where the release does not stand in the log yet."""
    fact = LoggedFact.objects.filter(key=f"release/{release.address}").first()
    kept = _checkpoint(fact.number) if fact is not None else None
    if fact is None or kept is None:
        return None
    counters = OpenedCounters.objects.filter(release=release).first()
    heads = _heads(release, counters, fact.number, kept.size)
    numbers = {0, fact.number, *heads}
    if release.subject == "unit":
        thread = ThreadLeaf.objects.filter(unit=release.code, number__lt=kept.size).order_by("-nth")
        numbers |= set(thread.values_list("number", flat=True)[:MOST_LEAVES])
    return _packed(
        {
            "release": bytes(release.content).decode(),
            "counters": bytes(counters.content).decode() if counters is not None else "",
            "heads": {f"{number}": heads[number] for number in sorted(heads)},
            "leaf": fact.number,
            **_logged(sorted(numbers), kept, _shown_before(numbers)),
        }
    )


def of_tests(release: Release) -> bytes | None:
    """Give the file of a release's test visits, packed; None where it tells of none, or does not stand in the log yet."""
    fact = LoggedFact.objects.filter(key=f"release/{release.address}").first()
    kept = _checkpoint(fact.number) if fact is not None else None
    counters = OpenedCounters.objects.filter(release=release).first()
    if kept is None or counters is None or not counters.tests:
        return None
    content = bytes(counters.tests)
    shown = [one for one in json.loads(content)["tests"] if one is not None]
    numbers = {one[what] for one in shown for what in ("card", "wrote") if one[what] is not None}
    return _packed({"tests": content.decode(), **_logged(sorted(numbers), kept, [])})


def _packed(said: dict[str, object]) -> bytes:
    content = json.dumps(
        {"format": FORMAT, **said}, ensure_ascii=False, sort_keys=True, separators=(",", ":")
    )
    return gzip.compress(content.encode(), mtime=0)


def _logged(numbers: Sequence[int], kept: KeptCheckpoint, older: Iterable[int]) -> dict[str, object]:
    return {
        "leaves": {f"{number}": keeping.entry(kept.size, number).decode() for number in numbers},
        "nodes": _nodes(numbers, kept.size, [one for one in older if one < kept.size]),
        "checkpoint": kept.note,
    }


def _heads(
    release: Release, counters: OpenedCounters | None, number: int, size: int
) -> dict[int, dict[str, str]]:
    """Open two nights of each kiosk that has no counter here: the one at the period's end, and that of the day it was logged on.

    What is opened says of which stream something was held and whether anything came in between, and no number.
    """
    closed = json.loads(bytes(counters.content))["closed"]["kiosks"] if counters is not None else []
    kiosks = {name for name, why in closed if why not in _TOLD_OTHERWISE}
    if not kiosks:
        return {}
    logged_ms = read_leaf(keeping.entry(size, number)).logged_ms
    days = {
        (release.last_day + timedelta(days=1)).isoformat(),
        date_text(logged_ms, settings.IKM_TIME_ZONE),
    }
    return {
        at: {"stream": head.stream, "state": head.state, "salt": head.salt.hex()}
        for head, at in night_heads.of_days(kiosks, days)
        if at < size
    }


def _checkpoint(number: int) -> KeptCheckpoint | None:
    """Give the newest checkpoint that holds a leaf and that the policy believes; where it believes none, the newest."""
    found = KeptCheckpoint.objects.filter(size__gt=number).order_by("-size")
    known = witnesses.policy()
    newest = found.first()
    if known is None or newest is None:
        return newest
    for one in found[:50]:
        if known.judge(read_note(one.note.encode()), witnesses.check).is_witnessed:
            return one
    return newest


def _shown_before(numbers: Iterable[int]) -> list[int]:
    """Give the sizes under which releases among these leaves were first shown: whoever kept one of those files holds that checkpoint."""
    released = LoggedFact.objects.filter(number__in=list(numbers), key__startswith="release/").order_by(
        "-number"
    )
    found = []
    for number in released.values_list("number", flat=True)[:MOST_KEPT]:
        first = KeptCheckpoint.objects.filter(size__gt=number).order_by("size").first()
        found += [first.size] if first is not None else []
    return found


def _nodes(numbers: Iterable[int], size: int, older: Iterable[int]) -> dict[str, str]:
    """Give the hashes that show all these leaves, and that the log goes on from older sizes, each once: most ways share their upper part."""
    subtree = keeping.subtree(size)
    ways = [
        *(inclusion_path(number, size) for number in numbers),
        *(consistency_path(old, size) for old in older),
    ]
    found: dict[str, str] = {}
    for first, last in (one for way in ways for one in way):
        name = f"{first}-{last}"
        if name not in found:
            found[name] = subtree(first, last).hex()
    return found
