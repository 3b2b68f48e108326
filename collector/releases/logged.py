"""What of releases stands in the log: each edition by the digest of what it froze, its withdrawal, what is official, and the rules in force."""

import hashlib
from collections.abc import Iterator, Mapping
from functools import partial

from django.db.models import Max

from collector.log.sources import Fact, Source
from collector.releases.models import OfficialPolicy, OpenedCounters, Release, ReleaseStep, SheetRows
from collector.releases.states import State
from collector.scores.tallies import flags
from survey.index.sampling import METHOD
from survey.log import facts

_CHUNK = 2_000


def _releases() -> Iterator[Fact]:
    """Give what was out; a unit's edition once its counters are opened and its rows committed to, for the leaf names both."""
    out = (
        Release.objects.filter(state__in=(State.PUBLISHED, State.WITHDRAWN))
        .exclude(subject="unit", counters=None)
        .exclude(subject="unit", sheet_rows=None)
    )
    for address, subject, code in (
        out.order_by("published_at", "pk").values_list("address", "subject", "code").iterator(_CHUNK)
    ):
        yield Fact(
            f"release/{address}",
            facts.RELEASE,
            partial(_release, address),
            units=(code,) if subject == "unit" else (),
        )
    gone = Release.objects.filter(state=State.WITHDRAWN).order_by("pk")
    for address, subject, code, after in gone.values_list(
        "address", "subject", "code", "successor__address"
    ).iterator(_CHUNK):
        body = {"address": address, "successor": after}
        units = (code,) if subject == "unit" else ()
        yield Fact(f"withdraw/{address}", facts.WITHDRAW, partial(dict, body), units=units)


def _release(address: str) -> Mapping[str, object]:
    release = Release.objects.select_related("counters").get(address=address)
    counters = OpenedCounters.objects.filter(release=release).first()
    rows = SheetRows.objects.filter(release=release).first()
    return {
        "address": address,
        "subject": release.subject,
        "code": release.code,
        "period": release.period,
        "instrument": release.instrument,
        "number": release.number,
        "sha256": hashlib.sha256(bytes(release.content)).hexdigest(),
        "counters": _digest(counters),
        "rows": _digest(rows),
    }


def _digest(kept: OpenedCounters | SheetRows | None) -> str:
    content = bytes(kept.content) if kept is not None else b""
    return hashlib.sha256(content).hexdigest() if content else ""


def _policies() -> Iterator[Fact]:
    for one in OfficialPolicy.objects.order_by("pk").select_related("unit"):
        code = one.unit.code if one.unit is not None else ""
        body = {
            "unit": code,
            "since": one.since.isoformat(),
            "period": one.period_kind,
            "weight_mode": one.weight_mode,
            "policy": one.policy,
            "due_days": one.due_days,
        }
        units = (code,) if code else ()
        yield Fact(f"policy/{one.pk}", facts.POLICY, partial(dict, body), units=units)


def _rules() -> Iterator[Fact]:
    body = {"flags": flags.VERSION, "method": METHOD}
    yield Fact("rules", facts.RULES, partial(dict, body), stamp=f"{flags.VERSION}/{METHOD}")


def _mark() -> str:
    newest = ReleaseStep.objects.aggregate(newest=Max("pk"))["newest"]
    opened = OpenedCounters.objects.aggregate(newest=Max("pk"))["newest"]
    return f"{newest} {opened} {SheetRows.objects.aggregate(newest=Max('pk'))['newest']}"


SOURCES = (
    Source("rules", lambda: f"{flags.VERSION}", _rules),
    Source("policies", lambda: f"{OfficialPolicy.objects.aggregate(newest=Max('pk'))['newest']}", _policies),
    Source("releases", _mark, _releases),
)
