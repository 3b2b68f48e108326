"""Sentences of `ikm-verify`, from one table in two languages."""

import tomllib
from collections.abc import Iterator, Mapping
from functools import lru_cache
from importlib.resources import files

from witness.verify.findings import Report, Weight

LANGUAGES = ("id", "en")
_SAFE = {0x2028, 0x2029, 0x200E, 0x200F, 0x061C, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}


@lru_cache
def table() -> Mapping[str, Mapping[str, list[str]]]:
    """Give all sentences: part → name → in Indonesian and in English."""
    return tomllib.loads((files("witness.verify") / "words.toml").read_text(encoding="utf-8"))


def sentences(report: Report, language: str) -> Iterator[str]:
    """Say what checking came to, in lines."""
    at = LANGUAGES.index(language)
    say = table()["verdict"]
    values = {
        **report.facts,
        "answers": report.answers,
        "opened": report.opened,
        "rest": report.answers - report.opened,
    }

    def line(name: str) -> str:
        return shown(say[name][at].format(**values))

    yield line("heading")
    if report.is_sound:
        yield line("logged")
        if not report.opened:
            yield line("unproven")
        else:
            yield line("number" if report.opened == report.answers else "partly")
    else:
        yield line("fails")
        yield from (f"  - {_of(one.code, one.values, at)}" for one in report.faults)
    notes = [one for one in report.findings if one.weight is Weight.NOTE]
    if notes:
        yield line("said")
        yield from (f"  - {_of(one.code, one.values, at)}" for one in notes)
    yield line("never")


def shown(text: str) -> str:
    """Give foreign text with every control character and mark of direction spelled out."""
    return "".join(
        one if one.isprintable() and ord(one) not in _SAFE else f"\\u{ord(one):04x}" for one in text
    )


def _of(code: str, values: Mapping[str, str | int], at: int) -> str:
    why = table()["why"].get(str(values.get("why")))
    known = {**values, "why": why[at]} if why is not None else values
    return shown(table()["finding"][code][at].format(**known))
