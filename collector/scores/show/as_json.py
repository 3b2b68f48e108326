"""An answer as JSON's values, for programs; `docs/scores.md` explains every key."""

from datetime import UTC

from collector.scores.ask.results import IndexAnswer, Result, StatedUsers, Timing
from collector.scores.show.formats import NRR_DIGITS, decimal, design_effect, probability, weighted_column
from collector.scores.show.labels import part_name
from collector.scores.show.shares import as_values
from survey.index.doubt import Interval
from survey.index.indices import Index
from survey.index.perception import THRESHOLDS_SOURCE, points, thresholds
from survey.index.sampling import METHOD
from survey.instrument.instrument import in_language
from survey.instrument.wording import own_words, rule_line

_LANGUAGE = "id"


def as_json(answer: IndexAnswer) -> dict[str, object]:
    """Give the answer as JSON's values; `docs/scores.md` explains every key."""
    period = answer.period
    fields: dict[str, object] = {
        **{what: {"code": getattr(answer.scope, what), "name": name} for what, name in answer.names.items()},
        "period": period.identifier,
        "from": period.first.isoformat(),
        "to": period.last.isoformat(),
        "instrument": answer.instrument.name,
        "index_name": answer.instrument.index_name,
        "flag_rules": answer.flag_rules,
        "flags_waiting": answer.flags_waiting,
        **_result(answer, answer.whole, elements=True),
    }
    if answer.by:
        fields["by"] = [dimension.value for dimension in answer.by]
        fields["groups"] = [_result(answer, group, elements=True) for group in answer.groups]
    return fields


def figures(answer: IndexAnswer) -> dict[str, object]:
    """Give what stands of the whole alone: number, doubt and rule, without its elements and groups."""
    return _result(answer, answer.whole, elements=False)


def _result(answer: IndexAnswer, result: Result, *, elements: bool) -> dict[str, object]:
    index, other = result.index, result.other_policy
    fields: dict[str, object] = {}
    if result.group:
        fields["group"] = {
            part.dimension.value: {"code": part.code, "name": part_name(part, _LANGUAGE)}
            for part in result.group
        }
    fields |= {
        "n": result.n,
        "archived": result.archived,
        "incomplete": result.incomplete,
        "withheld": result.withheld,
        "response": {"served": result.served, "asked": result.asked, "answered": result.n},
        **_index(index),
        "sample": (
            {
                "population": result.sufficiency.population,
                "required": result.sufficiency.required,
                "collected": result.sufficiency.collected,
                "sufficient": result.sufficiency.is_sufficient,
                "exceeds_population": result.sufficiency.exceeds_population,
                **_statement(result.stated),
            }
            if result.sufficiency
            else None
        ),
        "flagged": result.flagged,
        "without_flagged": (
            {"n": result.without_flagged.n, **_index(result.without_flagged)}
            if result.without_flagged
            else None
        ),
        "other_policy": (
            {"policy": other.policy.value, "n": other.n, **_index(other)} if other is not None else None
        ),
        "timing": _timing(result.timing),
        "pulse": {"n": result.pulse.n, "satisfied_percent": float(result.pulse.percent)}
        if result.pulse
        else None,
    }
    if result.shares is not None and elements:
        fields["rule"] = rule_line(answer.instrument)
        fields["own_words"] = own_words(answer.instrument)
        fields["method"] = METHOD
        fields["random_sample"] = False
        fields["shares"] = as_values(answer.instrument, result.shares)
    if index is not None:
        fields["rule"] = index.rule
        fields["own_words"] = index.own_words
        fields["bands"] = index.table
        fields["scale"] = {"low": round(index.scale.start, 4), "high": round(index.scale.end, 4)}
        fields["mapping"] = index.mapping and index.mapping.value
        fields["thresholds"] = [
            {"zone": one.zone, "at": float(one.at), "reached": one.reached, "source": THRESHOLDS_SOURCE}
            for one in thresholds(index)
        ]
        most = points(index)
        fields["points"] = float(most) if most is not None else None
        fields["weight_mode"] = index.weight_mode.value
        fields["rounding"] = {"nrr": index.rounding.nrr, "product": index.rounding.product}
        fields["weight"] = index.weight
        fields["policy"] = index.policy.value
        fields["method"] = METHOD
        fields["random_sample"] = False
    if elements and index is not None:
        weighted = weighted_column(index)
        fields["weighted_sum"] = float(sum(weighted))
        fields["elements"] = [
            {
                "key": element.key,
                "label": element.label,
                "name": in_language(answer.instrument.element(element.key).name, _LANGUAGE),
                "n": element.n,
                "sum": element.total,
                "nrr": float(decimal(element.nrr, NRR_DIGITS)),
                "weighted": float(printed),
                "value": float(element.value),
                "category": element.letter,
                "interval": _interval(element.interval),
                "design_effect": element.days and design_effect(element.days),
            }
            for element, printed in zip(index.elements, weighted, strict=True)
        ]
    return fields


def _statement(stated: StatedUsers | None) -> dict[str, object]:
    at = stated.at if stated else None
    return {
        "stated_by": stated.by if stated and at else None,
        "stated_at": at.astimezone(UTC).isoformat() if at else None,
        "stated_by_asker": at is None,
    }


def _timing(timing: Timing | None) -> dict[str, object]:
    if timing is None:
        return {"late": 0, "redated": 0, "maybe_outside": 0, "maybe_inside": 0, "narrow": None, "wide": None}
    return {
        "late": timing.late,
        "redated": timing.redated,
        "maybe_outside": timing.outside,
        "maybe_inside": timing.inside,
        "narrow": {"n": timing.narrow.n, **_index(timing.narrow)} if timing.narrow else None,
        "wide": {"n": timing.wide.n, **_index(timing.wide)} if timing.wide else None,
    }


def _index(index: Index | None) -> dict[str, object]:
    if index is None:
        return {
            "value": None,
            "category": None,
            "performance": None,
            "interval": None,
            "category_probability": None,
            "category_probabilities": {},
            "days": None,
            "design_effect": None,
            "enough_days": None,
        }
    days = index.days
    return {
        "value": float(index.value),
        "category": index.letter,
        "performance": index.performance,
        "interval": _interval(index.interval),
        "category_probability": probability(index.likelihood),
        "category_probabilities": {letter: probability(share) for letter, share in index.likelihoods.items()},
        "days": days and days.days,
        "design_effect": days and design_effect(days),
        "enough_days": days and days.is_judged,
    }


def _interval(interval: Interval | None) -> dict[str, float] | None:
    if interval is None:
        return None
    return {"low": float(interval.low), "high": float(interval.high), "level": interval.level}
