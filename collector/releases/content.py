"""What a release says, frozen as JSON on the day it is published; nothing of it is ever worked out again."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from collector.challenges import shown as tests_shown
from collector.fleet.models import Unit
from collector.log import building
from collector.releases.models import OfficialPolicy, Release
from collector.releases.protection import Shown
from collector.releases.sums import Sum, added, visits
from collector.scores.ask.attendance import attendance
from collector.scores.ask.lookups import find_form
from collector.scores.ask.overview import endings, lowest_elements
from collector.scores.ask.queries import Facts, IndexQuestion, facts_of, of_facts
from collector.scores.ask.results import IndexAnswer, Result
from collector.scores.ask.scope import Dimension, Scope
from collector.scores.proof.held import Holding, holdings
from collector.scores.show.as_json import as_json, figures
from collector.scores.show.doubts import day_lines, interval_line, other_policy_lines, statement_lines
from collector.words.catalogue import LANGUAGES, say
from survey.index.clusters import Clusters
from survey.index.doubt import Interval
from survey.index.indices import Policy
from survey.index.indices import index as index_of
from survey.index.periods import Period
from survey.index.sampling import METHOD
from survey.index.tally import Tally
from survey.instrument.instrument import Instrument, Kind, ScaleMapping, in_language
from survey.instrument.weights import WeightMode

FORMAT = 1
"""Version of the layout; a release keeps the one it was published in."""
_SUMMED = (
    "n", "incomplete", "value", "category", "performance", "interval", "category_probability",
    "category_probabilities", "days", "design_effect", "enough_days", "method", "random_sample", "weighted_sum",
    "rule", "own_words", "bands", "scale", "mapping", "thresholds", "points", "weight_mode", "weight", "policy", "elements",
)  # fmt: skip
_ELSEWHERE = frozenset(
    {"groups", "by", "pulse", "response", "withheld", "unit", "period", "from", "to", "index_name"}
)
"""What an answer says that stands elsewhere in a release, or nowhere."""
_TIMES = ("late", "redated", "maybe_outside", "maybe_inside")
_PARTS = (
    "n",
    "archived",
    "value",
    "category",
    "performance",
    "interval",
    "category_probability",
    "thresholds",
)
"""What stands of an index beside the official one."""


class Head:
    """Whose number it is, of which period, and under which address it stands."""

    def __init__(
        self,
        *,
        subject: Mapping[str, object],
        period: Period,
        address: str,
        number: int,
        corrects: str | None,
    ) -> None:
        self.period = period
        self._subject = subject
        self._address = address
        self._number = number
        self._corrects = corrects

    def fields(self, *, published: datetime) -> dict[str, object]:
        """Give it as it stands in a content."""
        return {
            "format": FORMAT,
            "address": self._address,
            "number": self._number,
            "corrects": self._corrects,
            "published": published.replace(microsecond=0).isoformat(),
            "log": building.named(),
            "subject": dict(self._subject),
            "period": {
                "id": self.period.identifier,
                "title": self.period.title,
                "from": self.period.first.isoformat(),
                "to": self.period.last.isoformat(),
            },
        }


def subject_of(unit: Unit) -> dict[str, object]:
    """Give a unit as it stands in a content."""
    return {
        "kind": "unit",
        "code": unit.code,
        "name": unit.name,
        "region": {"code": unit.region_id, "name": unit.region.name},
        "agency": {"code": unit.agency.code, "name": unit.agency.name} if unit.agency else None,
    }


def of_unit(
    unit: Unit,
    head: Head,
    policy: OfficialPolicy,
    shown: Shown,
    *,
    instrument: str,
    pulse: bool,
    at: datetime,
) -> dict[str, object]:
    """Give all that is said of a unit's period, as far as protection lets it be shown."""
    _, form = find_form(instrument)
    is_skm = form.instrument.kind is Kind.SKM  # weights and incomplete answers are decided of the SKM alone
    measure = Policy(policy.policy) if is_skm else Policy.COMPLETE
    mode = weight_mode(form.instrument, policy)
    if measure is Policy.ALL and not shown.other_policy:  # it would tell of the few who stopped half-way
        measure = Policy.COMPLETE
    ask = IndexQuestion(
        scope=Scope(unit=unit.code),
        period=head.period,
        by=(Dimension.SERVICE,) if shown.services and measure is Policy.COMPLETE else (),
        instrument=instrument,
        weight_mode=mode,
        policy=measure,
    )
    facts = facts_of(ask)
    answer = of_facts(ask, facts)
    found = as_json(answer)
    if not pulse:  # no sentence tells a count that is not shown
        answer = replace(answer, whole=replace(answer.whole, pulse=None))
    names = {one.key: in_language(one.name, "id") for one in answer.instrument.elements}
    fields = head.fields(published=at) | {
        "instrument": answer.instrument.name,
        "index_name": answer.instrument.index_name,
        "official": {"policy": measure.value, "weight_mode": mode.value, "due_days": policy.due_days},
        "flag_rules": answer.flag_rules,
        "completeness": [holding(one) for one in holdings(unit)],
        "service_minutes": [
            {
                "kiosk": one.kiosk,
                "opening": one.opening_minutes,
                "proven": one.proven_minutes,
                "hours_assumed": one.hours_assumed,
            }
            for one in attendance(unit, head.period)
        ],
        "endings": [
            {"how": one.how, "where": one.where, "name": names.get(one.where, ""), "count": one.count}
            for one in endings(Scope(unit=unit.code), head.period, instrument=instrument)
        ],
        "pulse": found["pulse"] if pulse else None,
        **tests_shown.of_unit(unit, head.period),
    }
    if not shown.has_number:
        return fields | {"index": None, "n": None}
    if form.instrument.kind is Kind.SHARES:
        return fields | {"index": None, "n": answer.whole.n}
    return fields | {"n": answer.whole.n, "index": _index(answer, found, ask, shown, facts)}


def _index(
    answer: IndexAnswer, found: Mapping[str, Any], ask: IndexQuestion, shown: Shown, facts: Facts
) -> dict[str, object]:
    index = {key: value for key, value in found.items() if key not in _ELSEWHERE}
    timing = found["timing"]
    index["timing"] = {what: timing[what] for what in _TIMES}
    index["words"] = _words(answer.whole, other_policy=shown.other_policy)
    index["priorities"] = [ranked.element.key for ranked in lowest_elements(answer)]
    tells = ask.policy is Policy.COMPLETE and shown.without_flagged
    index["without_flagged"] = _part(found["without_flagged"]) if tells else None
    whole = replace(ask, by=())
    index |= _other_ways(
        answer.instrument,
        lambda **way: figures(of_facts(replace(whole, **{"weight_mode": None} | way), facts)),
    )
    other = Policy.ALL if ask.policy is Policy.COMPLETE else Policy.COMPLETE
    index["other_policy"] = (
        {"policy": other.value, **_part(figures(of_facts(replace(whole, policy=other), facts)))}
        if shown.other_policy
        else None
    )
    groups = found.get("groups", [])
    large = {code for code, group in shown.services.items() if code == group and code}
    index["services"] = [
        {"code": group["group"]["service"]["code"], "name": group["group"]["service"]["name"], **_part(group)}
        for group in groups
        if group["group"]["service"]["code"] in large
    ]
    alone = sum(group["n"] for group in groups if group["group"]["service"]["code"] in large)
    index["services_together"] = found["n"] - alone if groups else None
    return index


def _part(found: Mapping[str, Any] | None) -> dict[str, object]:
    return {key: found[key] for key in _PARTS if key in found} if found is not None else {}


def holding(one: Holding) -> dict[str, object]:
    """Give what is held of a kiosk as it stands in a content."""
    return {
        "kiosk": one.kiosk,
        "received": one.received,
        "lost_here": one.lost_here,
        "awaited": one.awaited,
        "conflicts": one.conflicts,
    }


def of_sum(
    head: Head, found: Sum, *, instrument: Instrument, policy: OfficialPolicy, at: datetime
) -> dict[str, object]:
    """Give all that is said of a region, an agency or a longer period: the releases it is added up from, and no others."""
    mode = weight_mode(instrument, policy)
    fields = head.fields(published=at) | {
        "instrument": instrument.name,
        "index_name": instrument.index_name,
        "official": {
            "policy": Policy.COMPLETE.value,
            "weight_mode": mode.value,
            "due_days": policy.due_days,
        },
        "counted": [
            {"unit": atom.code, "period": atom.period, "address": atom.address, "n": atom.n}
            for atom in found.atoms
        ],
        "units": len(found.units),
        "left_out": found.left_out,
        "visits": visits(found.atoms),
    }
    tally, clusters = added(instrument, found.atoms)
    if not tally.complete:
        return fields | {"index": None, "n": None}
    answer = _of_tally(head.period, instrument, tally, clusters, weight_mode=mode)
    whole = as_json(answer)
    index = {key: whole[key] for key in _SUMMED}
    index["words"] = _words(answer.whole, other_policy=False)
    index["priorities"] = [ranked.element.key for ranked in lowest_elements(answer)]
    index["archived"] = sum(atom.archived for atom in found.atoms)
    index |= _other_ways(
        instrument, lambda **way: figures(_of_tally(head.period, instrument, tally, clusters, **way))
    )
    return fields | {"n": tally.complete, "index": index}


def weight_mode(instrument: Instrument, policy: OfficialPolicy) -> WeightMode:
    """Give how an instrument's weights are officially taken: only an SKM's are ever rounded."""
    return WeightMode(policy.weight_mode) if instrument.kind is Kind.SKM else WeightMode.EXACT


def _other_ways(
    instrument: Instrument, told: Callable[..., Mapping[str, Any]]
) -> dict[str, dict[str, dict[str, object]]]:
    """Give the index as other offices reckon it: an SKM with every weight, a perception survey with every mapping to four points."""
    modes = WeightMode if instrument.kind is Kind.SKM else ()
    mappings = ScaleMapping if instrument.kind is Kind.PERCEPTION else ()
    return {
        "weight_modes": {mode.value: _part(told(weight_mode=mode)) for mode in modes},
        "mappings": {one.value: _part(told(mapping=one)) for one in mappings},
    }


def _of_tally(
    period: Period,
    instrument: Instrument,
    tally: Tally,
    clusters: Clusters,
    *,
    weight_mode: WeightMode | None = None,
    mapping: ScaleMapping | None = None,
) -> IndexAnswer:
    found = index_of(instrument, tally, weight_mode=weight_mode, mapping=mapping, clusters=clusters)
    result = Result(
        group=(), n=found.n, incomplete=tally.incomplete, flagged=0, index=found, without_flagged=None,
        other_policy=None, sufficiency=None, stated=None, pulse=None,
    )  # fmt: skip
    return IndexAnswer(
        scope=Scope(), names={}, period=period, instrument=instrument, whole=result, groups=(), by=(), flag_rules="",
        flags_waiting=0,
    )  # fmt: skip


def _words(whole: Result, *, other_policy: bool) -> dict[str, dict[str, object]]:
    """Give what is said in words beside an index, in each language."""
    if whole.index is None:
        return {}
    return {
        language: {
            "interval": interval_line(whole.index, language),
            "days": list(day_lines(whole.index.days, language)),
            "other_policy": list(other_policy_lines(whole, language)) if other_policy else [],
            "statement": list(statement_lines(whole, language)),
            "method": say("doubt.method", language, method=METHOD),
        }
        for language in LANGUAGES
    }


def interval_of(index: Mapping[str, Any]) -> Interval | None:
    """Give an index's interval as it was frozen."""
    found = index["interval"]
    return Interval(two_decimals(found["low"]), two_decimals(found["high"])) if found else None


def two_decimals(value: Decimal | float) -> Decimal:
    """Give an index as its two printed decimals."""
    return Decimal(str(value)).quantize(Decimal("0.01"))


def of_nothing(head: Head, *, facts: Mapping[str, object], due: date, at: datetime) -> dict[str, object]:
    """Give what is said of a period that nobody reported: how many answered, as a band, and what the kiosks proved."""
    return head.fields(published=at) | {"due": due.isoformat(), "index": None, "n": None, **facts}


def opened(release: Release) -> dict[str, Any]:
    """Give what a release says."""
    return dict(json.loads(bytes(release.content)))


def frozen(content: Mapping[str, object]) -> bytes:
    """Give the bytes that everybody gets, for ever."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
