"""Responses made to order, for tests that state sums and not people."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from pathlib import Path

from survey.index.clusters import Clusters
from survey.instrument.definition import Instrument, load, parse

SKM = load("skm-2017")
INSTRUMENTS = Path(__file__).resolve().parents[2] / "survey" / "instrument" / "shipped"


def with_total(n: int, total: int, instrument: Instrument = SKM) -> list[dict[str, int]]:
    """Give `n` complete responses whose answers add up to `total`, as equal as can be."""
    cells = n * len(instrument.elements)
    base, rest = divmod(total, cells)
    values = [base + 1] * rest + [base] * (cells - rest)
    return [
        dict(zip(instrument.element_keys, values[start : start + len(instrument.elements)], strict=True))
        for start in range(0, cells, len(instrument.elements))
    ]


def with_sums(n: int, sums: Sequence[int], instrument: Instrument = SKM) -> list[dict[str, int]]:
    """Give `n` complete responses whose answers to each element add up to `sums`."""
    columns = []
    for total in sums:
        base, rest = divmod(total, n)
        columns.append([base + 1] * rest + [base] * (n - rest))
    return [dict(zip(instrument.element_keys, row, strict=True)) for row in zip(*columns, strict=True)]


def everyone(value: int, n: int, instrument: Instrument = SKM) -> list[dict[str, int]]:
    """Give `n` complete responses of one value."""
    return [dict.fromkeys(instrument.element_keys, value)] * n


def clusters_of(
    dated: Iterable[tuple[Hashable, Mapping[str, int]]], instrument: Instrument = SKM
) -> Clusters:
    """Give the sums over days of responses, each with its day; complete ones count."""
    days: defaultdict[Hashable, list[list[int]]] = defaultdict(list)
    for day, answers in dated:
        if len(answers) == len(instrument.elements):
            score = sum(instrument.slots[key][1] * value for key, value in answers.items())
            days[day].append([1, score, *(answers[key] for key in instrument.element_keys)])
    return Clusters.of([sum(column) for column in zip(*rows, strict=True)] for rows in days.values())


def skm_text() -> str:
    """Give the shipped SKM file, to be broken."""
    return (INSTRUMENTS / "skm-2017.toml").read_text(encoding="utf-8")


def added_elements(weights: Mapping[str, str], added: Iterable[str]) -> Instrument:
    """Give the SKM with elements of a unit's own and weights by key."""
    text = skm_text().replace('id = "skm-2017"', 'id = "skm-own"', 1)
    own = tuple(added)
    for key, weight in weights.items():
        if key in own:
            continue
        head, tail = text.split(f'key = "{key}"', 1)
        text = head + f'key = "{key}"' + tail.replace('weight = "1/9"', f'weight = "{weight}"', 1)
    for number, key in enumerate(own, 10):
        labels = "".join(f'{{ value = {value}, id = "{value}" }}, ' for value in range(1, 5))
        text += (
            f'\n[[elements]]\nkey = "{key}"\nweight = "{weights[key]}"\nname = {{ id = "{key}" }}\n'
            f'[[questions]]\nkey = "{key}"\ncode = "{number}"\nnumber = {number}\nwording.id = "{key}?"\noptions = [{labels}]\n'
        )
    return parse(text, file="own.toml")


def _elevenths() -> Instrument:
    keys = [*SKM.element_keys, "transparansi", "integritas"]
    return added_elements(dict.fromkeys(keys, "1/11"), keys[9:])


def _own_weights() -> Instrument:
    weights = dict.fromkeys(SKM.element_keys, "0.1") | {"waktu": "0.12", "transparansi": "0.08"}
    return added_elements(weights, ["transparansi"])


ELEVEN = _elevenths()
"""Eleven elements of equal weight, as some agencies run."""
WEIGHTED = _own_weights()
"""Ten elements, weights of the unit's own."""
