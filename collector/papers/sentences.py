"""The sentences beside a number on papers: how sure, how much changed, enough answers or not, and what the evidence says."""

from collections.abc import Mapping
from typing import Any

from collector.papers.cleaning import clean
from collector.releases.content import two_decimals
from collector.scores.show.formats import comma
from collector.words.catalogue import say


def certainty(index: Mapping[str, Any]) -> str:
    """Say how sure the category is, in the words that were frozen: `Kemungkinan besar B`, and how likely."""
    sentence: str = index["words"]["id"]["interval"]
    if index["interval"] and not index["category"]:
        sentence = ""
    elif index["interval"]:
        low, high = (comma(two_decimals(index["interval"][end])) for end in ("low", "high"))
        sentence = sentence.removeprefix(say("index.interval", "id", low=low, high=high)).strip()
    days: list[str] = index["words"]["id"]["days"]
    few = say("paper.few_days", "id") if days and not index["enough_days"] else ""
    return f"{sentence[:1].upper()}{sentence[1:]} {few}".strip()


def thresholds(index: Mapping[str, Any]) -> tuple[str, ...]:
    """Say which thresholds of an integrity zone the index reaches, and that their rule was not read."""
    return tuple(
        say(
            "index.threshold",
            "id",
            zone=one["zone"],
            at=comma(two_decimals(one["at"])),
            verdict=say("index.reached" if one["reached"] else "index.not_reached", "id"),
        )
        for one in index.get("thresholds") or ()
    )


def reckoned(index: Mapping[str, Any]) -> str:
    """Say by which weight, mapping or scale the index was reckoned."""
    if index["bands"]:
        return f"bobot {index['weight'].replace('.', ',')}"
    low, high = (comma(two_decimals(index["scale"][end])).removesuffix(",00") for end in ("low", "high"))
    mapped = f", pemetaan {index['mapping']}" if index["mapping"] else ""
    return f"skala {low} sampai {high}{mapped}"


def change(found: Mapping[str, Any]) -> str:
    """Say what became of the index since the period before; a number only where it exceeds its doubt."""
    since = found["since"]["title"]
    if found["verdict"] in ("better", "worse"):
        by = comma(abs(two_decimals(found["value"])))
        return say(
            "paper.better" if found["verdict"] == "better" else "paper.worse", "id", by=by, since=since
        )
    return say("paper.no_change", "id", since=since)


def sample(found: Mapping[str, Any] | None) -> str:
    """Say whether there are answers enough."""
    if not found:
        return say("paper.sample_unknown", "id")
    required = comma(found["required"])
    if found["exceeds_population"]:
        return say("paper.sample_wrong", "id")
    return say(
        "paper.sample_enough" if found["sufficient"] else "paper.sample_short", "id", required=required
    )


def evidence(said: Mapping[str, Any]) -> str:
    """Say what the kiosks' signed records prove of the period, as it stood on the day of publication."""
    if said.get("counted") is not None:
        return say(
            "paper.counted" if said["left_out"] else "paper.counted_all",
            "id",
            units=comma(said["units"]),
            left_out=comma(said["left_out"]),
        )
    kiosks = said.get("completeness") or []
    if not kiosks:
        return say("paper.evidence_none", "id")
    received, lost, awaited, conflicts = (
        sum(one[what] for one in kiosks) for what in ("received", "lost_here", "awaited", "conflicts")
    )
    return say(
        "paper.evidence_gaps" if lost or awaited or conflicts else "paper.evidence_whole",
        "id",
        received=comma(received),
        kiosks=comma(len(kiosks)),
        lost=comma(lost),
        awaited=comma(awaited),
        conflicts=comma(conflicts),
    )


def statement(index: Mapping[str, Any]) -> str:
    """Say who stated the number of users."""
    lines: list[str] = index["words"]["id"].get("statement", [])
    return " ".join(clean(line, longest=300) for line in lines)
