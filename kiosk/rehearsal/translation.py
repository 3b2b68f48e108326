"""A sheet for whoever checks a translation: every text beside the Indonesian one, as CSV, and back into a catalogue.

A native reviewer opens the sheet in any spreadsheet and changes one column. What comes back is checked: known keys, the same
placeholders. A catalogue is a draft, and offered to nobody, until somebody puts a name under it.
"""

import csv
import io
import json
import string
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from kiosk.errors import KioskError
from kiosk.show.texts import AUTHORITY, catalogue

COLUMNS = ("key", "indonesian", "translation", "placeholders", "remark")
_HEAD = "language."


class SheetError(KioskError):
    """A sheet cannot be used; the message names the line."""


class Reviewed(NamedTuple):
    """What a sheet says."""

    texts: Mapping[str, str]
    missing: tuple[str, ...]
    """Keys without a translation: they are shown in Indonesian."""
    remarks: tuple[str, ...]


def sheet(language: str) -> str:
    """Give the sheet of a language, in the order of the Indonesian catalogue; a new language's is empty."""
    written = io.StringIO()
    rows = csv.writer(written)
    rows.writerow(COLUMNS)
    own = catalogue(language)
    for key, text in catalogue(AUTHORITY).items():
        if not key.startswith(_HEAD):
            rows.writerow((key, text, own.get(key, ""), " ".join(sorted(_placeholders(text))), ""))
    return written.getvalue()


def read_sheet(content: str) -> Reviewed:
    """Read a sheet that came back.

    Raises:
        SheetError: a column, key or placeholder is wrong; the message names the line.
    """
    lines = csv.DictReader(io.StringIO(content.removeprefix("\ufeff")), delimiter=_delimiter(content))
    if missing := [name for name in COLUMNS[:3] if name not in (lines.fieldnames or ())]:
        raise SheetError(f"the sheet has no column {missing[0]!r}: export it anew and fill in `translation`")
    authority = catalogue(AUTHORITY)
    texts: dict[str, str] = {}
    remarks: list[str] = []
    for number, line in enumerate(lines, start=2):
        key, text = (line["key"] or "").strip(), (line["translation"] or "").strip()
        if key not in authority or key.startswith(_HEAD):
            raise SheetError(f"line {number}: {key!r} is no text of this version: export the sheet anew")
        if text and (wrong := _placeholders(text) ^ _placeholders(authority[key])):
            raise SheetError(
                f"line {number}, {key}: {{{min(wrong)}}} must stand in both: copy it from the Indonesian text"
            )
        if text:
            texts[key] = text
        if remark := (line.get("remark") or "").strip():
            remarks.append(f"{key}: {remark}")
    known = [key for key in authority if not key.startswith(_HEAD)]
    return Reviewed(texts, tuple(key for key in known if key not in texts), tuple(remarks))


def toml_of(reviewed: Reviewed, *, name: str, voice: str, reviewer: str, day: str) -> str:
    """Give a catalogue; without a reviewer it is a draft, and says so."""
    head = (
        f"# Read and approved by {reviewer}, {day}."
        if reviewer
        else f"# A DRAFT of {day}: no native speaker has put a name under it, so it is offered to nobody."
    )
    tables: dict[str, list[tuple[str, str]]] = {}
    for key, text in reviewed.texts.items():
        table, _, last = key.rpartition(".")
        tables.setdefault(table, []).append((last, text))
    lines = [
        f"{head} Keys that are missing are shown in Indonesian.",
        "",
        "[language]",
        f"name = {_quoted(name)}",
        f"voice = {_quoted(voice)}",
        f"draft = {'false' if reviewer else 'true'}",
    ]
    for table, entries in tables.items():
        lines += ["", f"[{table}]", *(f"{last} = {_quoted(text)}" for last, text in entries)]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def _placeholders(text: str) -> set[str]:
    try:
        return {name for _, name, _, _ in string.Formatter().parse(text) if name}
    except ValueError as error:
        raise SheetError(f"{text!r}: {error}") from error


def _delimiter(content: str) -> str:
    """A spreadsheet set to Indonesian writes semicolons."""
    first: Iterable[str] = content.splitlines()[:1]
    return ";" if any(line.count(";") > line.count(",") for line in first) else ","
