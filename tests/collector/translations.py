"""The English of the pages: `python -m tests.collector.translations` brings the catalogue up to date, and a test holds it.

Templates hold their own Indonesian words, marked with Django's `translate` and `blocktranslate`; `collector/locale/en/` has the English of each. This
takes the marked words out of the templates, keeps what is translated already, leaves an empty place for what is not, drops what no template
says any more, and compiles the catalogue as Django reads it. Nothing but Django and Python is needed: GNU gettext is not.
"""

import ast
import re
import struct
from collections.abc import Iterator, Mapping
from functools import lru_cache
from html.parser import HTMLParser
from pathlib import Path

from django.template import Engine, Node, NodeList, Template
from django.template.base import TextNode, VariableNode
from django.template.loader_tags import IncludeNode
from django.templatetags.i18n import BlockTranslateNode, TranslateNode

COLLECTOR = Path(__file__).resolve().parents[2] / "collector"
CATALOGUE = COLLECTOR / "locale" / "en" / "LC_MESSAGES" / "django.po"
COMPILED = CATALOGUE.with_suffix(".mo")
HEAD = "Content-Type: text/plain; charset=UTF-8\nLanguage: en\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
INDONESIAN_ALONE = ("papers/embed.html",)
"""A file of one language: Indonesian alone. A template that leaves this list is held to its English."""
OF = "\x04"
"""Parts a word from what it is said of, in a key, as gettext does: where one Indonesian word is two in English."""
SPOKEN = ("aria-label", "alt", "title", "placeholder", "data-name")
"""Attributes that a reader sees or hears."""
Words = Mapping[str, str]
"""The English by the Indonesian, as in the catalogue: a percent sign is doubled."""


def templates() -> dict[str, Template]:
    """Give every template by its name, as Django parses it."""
    found = {}
    for folder in sorted(COLLECTOR.rglob("templates")):
        for path in sorted(folder.rglob("*.html")):
            name = path.relative_to(folder).as_posix()
            if not name.startswith(INDONESIAN_ALONE):
                found[name] = template(path.read_text(encoding="utf-8"))
    return found


def template(text: str) -> Template:
    """Parse a template as Django does."""
    return Template(text, engine=_engine())


def marked(template: Template) -> Iterator[str]:
    """Give the words that a template marks, as keys of the catalogue."""
    for node in _nodes(template.nodelist):
        if isinstance(node, TranslateNode):
            context = f"{node.message_context.var}{OF}" if node.message_context is not None else ""
            yield context + str(node.filter_expression.var.literal).replace("%", "%%")  # type: ignore[union-attr]  # a variable is none of ours
        elif isinstance(node, BlockTranslateNode):
            yield node.render_token_list(node.singular)[0]


def unmarked(template: Template) -> list[str]:
    """Give the words that a reader of a template's page sees or hears in whatever language it is: what is marked or a variable is left out."""
    reader = _Reader()
    reader.feed(_skeleton(template.nodelist))
    reader.close()
    texts = [*reader.said, *_literals(template.nodelist)]
    return [word for text in texts for word in re.findall(r"[^\W\d_]{2,}", text)]


def read(text: str) -> dict[str, str]:
    """Read a catalogue of ours.

    Raises:
        ValueError: there is something in it that we do not write, such as a fuzzy mark.
    """
    found: dict[str, str] = {}
    for block in text.strip().split("\n\n"):
        parts: dict[str, str] = {}
        key = ""
        for line in block.splitlines():
            name, _, rest = line.partition(" ")
            if name in ("msgctxt", "msgid", "msgstr"):
                key, line = name, rest  # noqa: PLW2901 - what is left of it
            if not key or not line.startswith('"'):
                raise ValueError(f"this is no line of our catalogue: {line}")
            parts[key] = parts.get(key, "") + ast.literal_eval(line)
        said = parts["msgctxt"] + OF + parts["msgid"] if "msgctxt" in parts else parts["msgid"]
        if said in found:
            raise ValueError(f"this stands there twice: {said}")
        found[said] = parts["msgstr"]
    return found


def written(words: Words) -> str:
    """Write a catalogue, the head first and the rest by the Indonesian."""
    blocks = [f"{_identified(key)}\nmsgstr {_quoted(words[key])}" for key in sorted(words)]
    return "\n\n".join(blocks) + "\n"


def compiled(words: Words) -> bytes:
    """Compile a catalogue to the file that Python's and Django's gettext reads; what is not translated is left out."""
    pairs = sorted((key.encode(), value.encode()) for key, value in words.items() if value)
    start = 28 + 16 * len(pairs)
    tables: list[tuple[int, int]] = []
    texts = b""
    for column in (0, 1):
        for pair in pairs:
            tables.append((len(pair[column]), start + len(texts)))
            texts += pair[column] + b"\0"
    head = struct.pack("<7I", 0x950412DE, 0, len(pairs), 28, 28 + 8 * len(pairs), 0, start)
    return head + b"".join(struct.pack("<2I", *one) for one in tables) + texts


def wanted() -> set[str]:
    """Give the keys that the templates mark."""
    return {key for template in templates().values() for key in marked(template)}


def write() -> None:
    """Bring the catalogue and what is compiled of it up to date."""
    known = read(CATALOGUE.read_text(encoding="utf-8")) if CATALOGUE.exists() else {}
    words = {"": HEAD} | {key: known.get(key, "") for key in wanted()}
    CATALOGUE.parent.mkdir(parents=True, exist_ok=True)
    CATALOGUE.write_text(written(words), encoding="utf-8")
    COMPILED.write_bytes(compiled(words))
    print(*(f"without English: {key}" for key, value in words.items() if not value), sep="\n")  # noqa: T201 - a script


class _Reader(HTMLParser):
    """Takes out of HTML what a reader sees or hears."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self._silent = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.said += [given[name] or "" for name in SPOKEN if name in given]
        if tag == "input" and given.get("type") in ("submit", "button"):
            self.said.append(given.get("value") or "")
        self._silent = tag if tag in ("style", "script", "code") or given.get("lang") == "id" else ""

    def handle_endtag(self, tag: str) -> None:
        self._silent = ""

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.said.append(data)


def _skeleton(nodes: NodeList) -> str:
    """Give a template's own text with all of its branches one behind the other, and a space for whatever is put in."""
    text = ""
    for node in nodes:
        if isinstance(node, TextNode):
            text += node.s
        elif isinstance(node, VariableNode | TranslateNode | BlockTranslateNode):
            text += " "
        for name in node.child_nodelists:
            text += _skeleton(getattr(node, name, None) or NodeList())
        text += "".join(_skeleton(branch) for _, branch in getattr(node, "conditions_nodelists", ()))
    return text


def _nodes(nodes: NodeList) -> Iterator[Node]:
    for node in nodes:
        yield node
        for name in node.child_nodelists:
            yield from _nodes(getattr(node, name, None) or NodeList())
        for _, branch in getattr(node, "conditions_nodelists", ()):
            yield from _nodes(branch)


def _literals(nodes: NodeList) -> Iterator[str]:
    """Give the texts that are handed to an included template, or stand in for a missing value; lower-case words alone are codes and classes."""
    for node in _nodes(nodes):
        given: list[object] = []
        if isinstance(node, IncludeNode):
            given += [one.var for one in node.extra_context.values()]
        elif isinstance(node, VariableNode):
            given += [
                text for _, pairs in node.filter_expression.filters for lookup, text in pairs if not lookup
            ]
        yield from (one for one in given if isinstance(one, str) and not re.fullmatch("[a-z0-9_-]*", one))


def _identified(key: str) -> str:
    context, parted, text = key.rpartition(OF)
    return f"msgctxt {_quoted(context)}\nmsgid {_quoted(text)}" if parted else f"msgid {_quoted(text)}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


@lru_cache(maxsize=1)
def _engine() -> Engine:
    folders: list[str] = []
    return Engine(dirs=folders, libraries=_libraries(), builtins=Engine.default_builtins)


def _libraries() -> dict[str, str]:
    ours = {
        path.stem: ".".join(path.relative_to(COLLECTOR.parent).with_suffix("").parts)
        for path in COLLECTOR.glob("*/templatetags/*.py")
        if path.stem != "__init__"
    }
    theirs = {
        "account": "allauth.account.templatetags.account",
        "allauth": "allauth.templatetags.allauth",
        "i18n": "django.templatetags.i18n",
        "static": "django.templatetags.static",
    }
    return theirs | ours


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collector.settings")
    django.setup()
    write()
