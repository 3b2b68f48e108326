"""What a report states by itself, taken from its release: only facts; what they mean, the office writes (`passages`)."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from collector.papers.cleaning import clean
from collector.papers.report import trend
from collector.papers.report.fields import Baris, Butir, Rentang, Report, Tanya, Tren, Unsur
from collector.papers.report.plan import PlanSource
from collector.papers.report.trend import Point
from collector.papers.said import Said, printed
from collector.papers.sentences import statement
from collector.releases.content import interval_of, two_decimals
from collector.scores.show.formats import NRR_DIGITS, comma, percent
from collector.words.catalogue import say
from survey.index.sampling import SMALLEST_GROUP
from survey.instrument.instrument import in_language

_MOST_RANKED = 3


def report_of(said: Said, *, plan: PlanSource) -> Report:
    """Give what a report states of a release; `plan` gives the items of the plan that answers it."""
    index = said.reading.index or {}
    elements: Sequence[Mapping[str, Any]] = index["elements"]
    points = trend.of(said.release)
    rows = tuple(
        Butir(
            str(place),
            *(clean(part, longest=300) for part in (one.priority, one.action, one.when, one.responsible)),
        )
        for place, one in enumerate(plan(said.release), start=1)
    )
    return Report(
        survei=clean(in_language(said.instrument.titles, "id")),
        indeks=clean(said.instrument.index_name),
        unit=said.name,
        wilayah=said.region,
        periode=said.period,
        dari=said.first,
        sampai=said.last,
        terbit=said.published,
        edisi=said.edition,
        ditarik=said.withdrawn,
        kop=said.worn.letterhead,
        kontak=" · ".join(said.worn.contacts),
        rilis=said.address,
        tautan=said.link,
        nilai=said.value,
        mutu=said.category or "–",
        kinerja=said.performance or "–",
        bawah=said.low or "–",
        atas=said.high or "–",
        kepastian=said.certainty,
        perubahan=said.change,
        responden=said.respondents,
        kecukupan=said.sample,
        layanan=said.services,
        aturan=said.rule,
        bobot=_weight(said),
        bukti=said.evidence,
        fakta_dasar=say(
            "report.basis", "id", rule=said.rule, weight=_weight(said), bands=index["bands"] or "–"
        ),
        fakta_metode=f"{said.sample_method} {said.evidence}",
        fakta_lokasi=", ".join(part for part in (said.name, said.region) if part) + ".",
        fakta_waktu=_when(said, index),
        fakta_penentuan=" ".join(part for part in (said.sample, statement(index)) if part),
        fakta_responden=_who(said),
        fakta_indeks=_index(said),
        fakta_unsur=_ranked(said, elements),
        fakta_rencana=say("report.plan" if rows else "report.no_plan", "id"),
        fakta_tren=_trend(said, points),
        catatan_unsur=_note(said),
        jumlah_tertimbang=_mean(index["weighted_sum"]),
        unsur=_elements(said, elements),
        karakteristik=tuple(_characteristics(said)),
        rentang=tuple(Rentang(one.letter, one.name, one.lowest, one.highest) for one in said.bands),
        tren=tuple(
            Tren(
                point.title,
                comma(point.value),
                point.interval,
                point.category or "–",
                point.n,
                "" if point.is_alike else say("report.other_rule", "id"),
            )
            for point in points
        ),
        rencana=rows,
        kuesioner=tuple(_questions(said)),
    )


def _weight(said: Said) -> str:
    equal = len(set(said.instrument.weights)) == 1
    return say("report.weight", "id", weight=said.weight) if equal else say("report.own_weights", "id")


def _when(said: Said, index: Mapping[str, Any]) -> str:
    days = index["days"]
    if not days:
        return say("report.when", "id", first=said.first, last=said.last, published=said.published)
    return say(
        "report.when_days", "id", first=said.first, last=said.last, days=comma(days), published=said.published
    )


def _who(said: Said) -> str:
    sentence = say("report.who", "id", respondents=said.respondents)
    if not said.characteristics:
        return f"{sentence} {say('paper.no_characteristics', 'id')}"
    return f"{sentence} {say('paper.put_together', 'id', smallest=SMALLEST_GROUP)}"


def _index(said: Said) -> str:
    name = clean(said.instrument.index_name)
    parts = [
        say(
            "report.index",
            "id",
            n=said.respondents,
            name=name,
            unit=said.name,
            period=said.period,
            value=said.value,
            category=said.category or "–",
            performance=said.performance or "–",
        )
    ]
    if said.low:
        parts.append(say("report.interval", "id", low=said.low, high=said.high))
    return " ".join([*parts, said.certainty, said.change]).strip()


def _ranked(said: Said, elements: Sequence[Mapping[str, Any]]) -> str:
    """Name the three lowest and the three highest elements, and say where their order is open."""
    short = {one.key: one.short for one in said.elements}
    low_keys = {one.key for one in said.elements if one.is_low}
    by_value = sorted(elements, key=lambda one: two_decimals(one["value"]))
    lowest = [one for one in by_value if one["key"] in low_keys]
    highest = [one for one in reversed(by_value) if one["key"] not in low_keys][:_MOST_RANKED]

    def names(found: Sequence[Mapping[str, Any]]) -> str:
        return ", ".join(f"{short[one['key']]} ({printed(one['value'])})" for one in found)

    parts = [say("report.lowest", "id", names=names(lowest))]
    if _overlap(lowest):
        parts.append(say("report.open_order", "id"))
    if highest:
        parts.append(say("report.highest", "id", names=names(highest)))
        if _overlap(highest):
            parts.append(say("report.open_order", "id"))
    return " ".join(parts)


def _overlap(found: Sequence[Mapping[str, Any]]) -> bool:
    """Tell whether any two neighbours' intervals have a part in common."""
    spans = [interval_of(one) for one in sorted(found, key=lambda one: two_decimals(one["value"]))]
    return any(one is None or other is None or one.high >= other.low for one, other in pairwise(spans))


def _trend(said: Said, points: Sequence[Point]) -> str:
    if len(points) < 2:
        return say("report.no_trend", "id")
    return " ".join(part for part in (say("report.trend", "id", number=len(points)), said.change) if part)


def _note(said: Said) -> str:
    facts = [one.short for one in said.elements if said.instrument.element(one.key).is_fact]
    return say("report.fact", "id", name=facts[0]) if facts else ""


def _elements(said: Said, elements: Sequence[Mapping[str, Any]]) -> tuple[Unsur, ...]:
    low = [one.key for one in said.elements if one.is_low]
    ranks = sorted(
        low, key=lambda key: next(two_decimals(one["value"]) for one in elements if one["key"] == key)
    )
    by_key = {one["key"]: one for one in elements}
    return tuple(
        Unsur(
            label=one.label,
            nama=one.name,
            singkat=one.short,
            jumlah=comma(by_key[one.key]["sum"]),
            nrr=_mean(by_key[one.key]["nrr"]),
            tertimbang=_mean(by_key[one.key]["weighted"]),
            nilai=one.value,
            selang=_interval(by_key[one.key]),
            mutu=one.category or "–",
            prioritas=str(ranks.index(one.key) + 1) if one.key in ranks else "",
        )
        for one in said.elements
    )


def _mean(value: Decimal | float) -> str:
    """Write a mean answer with all the decimals that were frozen: the last ones may be noughts."""
    return comma(Decimal(str(value)).quantize(Decimal(1).scaleb(-NRR_DIGITS)))


def _interval(frozen: Mapping[str, Any]) -> str:
    found = interval_of(frozen)
    return f"{comma(found.low)} – {comma(found.high)}" if found else "–"


def _characteristics(said: Said) -> list[Baris]:
    rows = []
    for place, one in enumerate(said.characteristics, start=1):
        if not one.groups:
            rows.append(
                Baris(str(place), one.title, say("paper.not_shown", "id", smallest=SMALLEST_GROUP), "–", "–")
            )
        for line, (name, count) in enumerate(one.groups):
            first = line == 0
            share = percent(Fraction(count, said.n))
            rows.append(
                Baris(str(place) if first else "", one.title if first else "", name, comma(count), share)
            )
    return rows


def _questions(said: Said) -> list[Tanya]:
    return [
        Tanya(
            str(one.number),
            clean(in_language(one.wording, "id"), longest=400),
            " · ".join(
                f"{option.value} = {clean(in_language(option.label, 'id'))}" for option in one.options
            ),
        )
        for one in said.instrument.questions
    ]
