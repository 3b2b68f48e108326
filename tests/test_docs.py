"""The documents are true: their links lead somewhere and their commands exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from kiosk.config import keys

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "requirements").glob("*.md")]
)

LINK = re.compile(r"\]\((?!https?:|mailto:)([^)#\s]+)")
COMMAND = re.compile(r"\b(ikm-kiosk|ikm-collector)((?: [a-z][a-z-]*)+)")


def commands() -> set[tuple[str, str]]:
    """Every subcommand that stands in a document inside a code span or block."""
    found = set()
    for document in DOCUMENTS:
        text = document.read_text()
        for code in re.findall(r"```.*?```|`[^`\n]+`", text, flags=re.DOTALL):
            for program, words in COMMAND.findall(code):
                found.add((program, words.split()[0]))
    return found


def test_each_decision_has_a_number_of_its_own() -> None:
    decisions = sorted((ROOT / "docs" / "decisions").glob("[0-9]*.md"))
    assert [int(path.name[:4]) for path in decisions] == list(range(1, len(decisions) + 1))
    for path in decisions:
        assert re.match(rf"# {int(path.name[:4])}\. ", path.read_text()), path.name


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    broken = [
        target for target in LINK.findall(document.read_text()) if not (document.parent / target).exists()
    ]
    assert broken == []


ASK_ALL_FOR_HELP = """
import contextlib, io, sys
from {module} import main

for word in sys.argv[1:]:
    sys.argv = [{program!r}, word, "--help"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        try:
            ended = main()
        except SystemExit as end:
            ended = end.code
    if ended:
        print(word)
"""
"""One process asks a program for the help of all its commands: a process each takes a second each."""


@pytest.mark.parametrize(
    "program, module", [("ikm-kiosk", "kiosk.__main__"), ("ikm-collector", "collector.manage")]
)
def test_documented_commands_exist(program: str, module: str, tmp_path: Path) -> None:
    words = sorted(word for name, word in commands() if name == program)
    assert words, "no document names a command: the search is broken"
    assert without_help(program, module, [*words, "no-such-command"], tmp_path) == ["no-such-command"]


def without_help(program: str, module: str, words: list[str], folder: Path) -> list[str]:
    """Give the words under which a program has no command."""
    done = subprocess.run(
        [sys.executable, "-c", ASK_ALL_FOR_HELP.format(module=module, program=program), *words],
        capture_output=True,
        check=True,
        text=True,
        env=os.environ | {"IKM_DATA": str(folder)},
    )
    return done.stdout.split()


def test_every_bench_a_document_names_exists() -> None:
    named = {name for document in DOCUMENTS for name in re.findall(r"bench[./](\w+)", document.read_text())}
    missing = {name for name in named - {"py"} if not (ROOT / "bench" / f"{name}.py").exists()}
    assert missing == set()


SPAN = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
OURS = (
    "survey",
    "hardware",
    "uplink",
    "kiosk",
    "collector",
    "tests",
    "bench",
    "systemd",
    "docs",
    "requirements",
    "packaging",
)
FOREIGN = {
    "FakeKiosk",  # tests/collector
    "NamedTuple",
    "RawBatch",
}
"""Names in capitals and small letters that documents may use though no class of ours in the product is called so."""


IN_THE_FOLDER = {
    "kiosk/status.json",
    "kiosk/acknowledged",
    "kiosk/head",
    "kiosk/totals",
    "kiosk/played",
    "uplink/acknowledged",
    "uplink/ahead",
    "uplink/log-fork",
    "tests/pictures/failed",
}
"""Paths of the kiosk's folder, and of what a failed test leaves: no files of the repository."""


def spans() -> list[tuple[Path, str]]:
    """Every code span outside code blocks."""
    found = []
    for document in DOCUMENTS:
        text = re.sub(r"```.*?```", "", document.read_text(), flags=re.DOTALL)
        found += [(document, span) for span in SPAN.findall(text)]
    return found


def exists_as_module(name: str) -> bool:
    """Whether a dotted name is a module of ours, or something a module of ours defines."""
    parts = name.removesuffix("()").split(".")
    for length in range(len(parts), 0, -1):
        path = ROOT.joinpath(*parts[:length])
        source = path.with_suffix(".py") if path.with_suffix(".py").exists() else path / "__init__.py"
        if source.exists():
            text = source.read_text()
            return all(re.search(rf"\b{re.escape(part)}\b", text) for part in parts[length:])
    return False


def test_paths_in_documents_exist() -> None:
    wrong = []
    for document, span in spans():
        if (
            re.fullmatch(rf"(?:{'|'.join(OURS)})/[\w./@*{{}},-]*", span)
            and span not in IN_THE_FOLDER
            and not list(ROOT.glob(re.sub(r"\{[^}]*\}|NAME|<\w+>", "*", span)))
        ):
            wrong.append(f"{document.name}: {span}")
    assert wrong == []


def test_dotted_names_in_documents_exist() -> None:
    settings = set(keys())  # of the kiosk's configuration, such as uplink.window
    wrong = [
        f"{document.name}: {span}"
        for document, span in spans()
        if re.fullmatch(rf"(?:{'|'.join(OURS[:7])})(?:\.\w+)+(?:\(\))?", span)
        and span not in settings
        and not re.fullmatch(r"\w+\.(toml|md|py|service|html|txt|example)", span)
        and not exists_as_module(span)
    ]
    assert wrong == []


def test_class_names_in_documents_exist() -> None:
    classes = {
        name
        for package in OURS[:5]
        for path in (ROOT / package).rglob("*.py")
        for name in re.findall(r"^class (\w+)|^(\w+) = ", path.read_text(), re.MULTILINE)
        for name in name
        if name
    }
    wrong = [
        f"{document.name}: {span}"
        for document, span in spans()
        if re.fullmatch(r"[A-Z][a-z]+(?:[A-Z][a-z]+)+", span) and span not in classes | FOREIGN
    ]
    assert wrong == []


def defined_tests() -> set[str]:
    """Every test there is, by its name."""
    return {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^(?:async )?def (test_\w+)", path.read_text(), re.MULTILINE)
    }


def coded_words() -> set[str]:
    """What a verifier or a refusal says of test visits, under codes that look like a test's name."""
    found = set[str]()
    for catalogue in (ROOT / "witness" / "verify" / "words.toml", ROOT / "collector" / "words" / "id.toml"):
        found |= set(re.findall(r"^(test_\w+) = ", catalogue.read_text(), re.MULTILINE))
    return found


def test_every_test_a_document_names_exists() -> None:
    known = defined_tests() | coded_words()
    named = {(document.name, span) for document, span in spans() if re.fullmatch(r"test_\w+", span)}
    assert len(named) > 100, "the search is broken"
    assert sorted(one for one in named if one[1] not in known) == []


def rows_with_a_test(document: Path) -> list[str]:
    """Each row's last cell, of the tables whose last column is called *Test*."""
    found, is_ours = [], False
    for line in document.read_text().splitlines():
        if not line.startswith("|"):
            is_ours = False
        elif re.search(r"\| Test \|$", line):
            is_ours = True
        elif is_ours and not re.fullmatch(r"[| -]+", line):
            found.append(line.rstrip("|").rpartition("|")[2].strip())
    return found


@pytest.mark.parametrize("name, least", [("security.md", 60), ("log.md", 12)])
def test_each_claim_names_its_test(name: str, least: int) -> None:
    rows = rows_with_a_test(ROOT / "docs" / name)
    assert len(rows) >= least
    assert [one for one in rows if not re.search(r"`(?:test_\w+|tests/[\w/.]+\.py)`", one)] == []


def test_the_parts_of_a_kiosk_add_up_below_the_limit_and_each_price_has_a_source() -> None:
    text = (ROOT / "docs" / "panduan-pemasangan.md").read_text()
    rows = re.findall(r"^\| ([^|]+) \| ([\d.]+) \| ([^|]*) \|", text, re.MULTILINE)
    assert len(rows) >= 7
    ((total, limit),) = re.findall(
        r"^\| \*\*Jumlah taksiran\*\* \| \*\*([\d.]+)\*\* .* Rp ([\d.]+):", text, re.MULTILINE
    )
    rupiah = [int(price.replace(".", "")) for _, price, _ in rows]
    assert sum(rupiah) == int(total.replace(".", "")) < int(limit.replace(".", "")) == 6_000_000
    assert [part for part, _, source in rows if not re.search(r"\d{4}-\d{2}", source)] == []
