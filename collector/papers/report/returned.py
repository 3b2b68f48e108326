"""What an office wrote into a DOCX of its report, read out of the file that it gives back.

Read are the passages, as paragraphs of text. Nothing else of the file is kept: numbers come from the release. What stands elsewhere and is
not what we put there is told to whoever uploaded it, and so are pictures, which a passage cannot hold.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import docx
from docx.document import Document
from docx.opc.exceptions import PackageNotFoundError
from docx.oxml.ns import qn
from lxml.etree import LxmlError

from collector.errors import CollectorError
from collector.papers.report import passages, templates
from collector.papers.report.filling import OF_RELEASE, UNTIL, block_of, blocks, marks
from collector.papers.report.house import MARK
from collector.releases import address
from collector.releases.models import Release

_MOST_STRAY = 20


@dataclass(frozen=True, slots=True)
class Returned:
    """What was found in a file."""

    words: Mapping[str, str]
    """The text of each passage whose bookmark is still there."""
    lost: tuple[str, ...]
    """Titles of passages whose bookmark is gone: what stands there before stays."""
    stray: tuple[str, ...]
    """Paragraphs that stand outside of all passages and are not the report's own: they were not read."""
    pictures: tuple[str, ...]
    """Titles of passages with a picture in them, which is not kept."""


def read(data: bytes, release: Release, *, made: bytes = b"") -> Returned:
    """Read what an office wrote; `made` is the DOCX as it would be made now, to tell what else was changed.

    Raises:
        CollectorError: it is no DOCX that can be opened (`report_file`), or the report of something else (`report_other`).
    """
    document = _open(data)
    _check(document, release)
    places, every = _passages(document), blocks(document)
    inside = {place for first, last in places.values() for place in range(first + 1, last)}
    words = {key: _words(every[first + 1 : last]) for key, (first, last) in places.items()}
    return Returned(
        words=words,
        lost=tuple(one.title for one in passages.PASSAGES if one.key not in places),
        stray=_stray(every, inside, made) if made else (),
        pictures=tuple(
            passages.title(key)
            for key, (first, last) in places.items()
            if any(
                next(one.iter(qn("w:drawing"), qn("w:pict")), None) is not None
                for one in every[first + 1 : last]
            )
        ),
    )


def _open(data: bytes) -> Document:
    templates.check(data)
    try:
        return docx.Document(io.BytesIO(data))
    except (PackageNotFoundError, LxmlError, KeyError, ValueError, AttributeError, OSError) as error:
        raise CollectorError("report_file", reason=type(error).__name__) from error


def _check(document: Document, release: Release) -> None:
    told = [name.removeprefix(OF_RELEASE) for name, _, _ in marks(document) if name.startswith(OF_RELEASE)]
    of = Release.objects.filter(address__in=[address.read(one) or "" for one in told])
    mine = of.filter(
        subject=release.subject, code=release.code, period=release.period, instrument=release.instrument
    )
    if not mine.exists():  # an earlier edition of the same period will do: its words are this one's
        raise CollectorError("report_other", wanted=f"{release.code} {release.period} ({release.instrument})")


def _passages(document: Document) -> dict[str, tuple[int, int]]:
    """Give for each passage the places of the blocks around it."""
    before: dict[str, Any] = {}
    after: dict[str, Any] = {}
    for name, start, end in marks(document):
        # Whoever breaks a line at the end of the one, or at the beginning of the other, writes between them.
        before.setdefault(name.removeprefix(MARK), start)
        after.setdefault(name.removeprefix(MARK), start if end is None else end)
    found = {}
    for key in passages.KEYS:
        if key in before and key + UNTIL in after:
            first, last = block_of(document, before[key]), block_of(document, after[key + UNTIL])
            if first is not None and last is not None and first < last:
                found[key] = (first, last)
    return found


def _words(given: list[Any]) -> str:
    lines = [
        line for block in given for paragraph in _paragraphs(block) for line in _text(paragraph).split("\n")
    ]
    found = [passages.tidy(line) for line in lines]
    return "\n".join(line for line in found if line and line != passages.EMPTY)


def _paragraphs(block: Any) -> list[Any]:
    return [block] if block.tag == qn("w:p") else list(block.iter(qn("w:p")))


def _text(paragraph: Any) -> str:
    """Give a paragraph's text as it reads with all changes accepted."""
    parts = []
    for one in paragraph.iter(qn("w:t"), qn("w:br"), qn("w:tab")):
        if any(above.tag == qn("w:moveFrom") for above in one.iterancestors(qn("w:moveFrom"))):
            continue
        parts.append((one.text or "") if one.tag == qn("w:t") else "\n" if one.tag == qn("w:br") else " ")
    return "".join(parts)


def _stray(every: list[Any], inside: set[int], made: bytes) -> tuple[str, ...]:
    ours = {" ".join(_text(one).split()) for block in blocks(_open(made)) for one in _paragraphs(block)}
    outside = (one for place, block in enumerate(every) if place not in inside for one in _paragraphs(block))
    texts = (" ".join(_text(one).split()) for one in outside)
    return tuple(dict.fromkeys(text[:120] for text in texts if text and text not in ours))[:_MOST_STRAY]
