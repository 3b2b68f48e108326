"""The documents are true: their links lead somewhere and their commands exist."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = sorted(
    [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "requirements").glob("*.md")]
)
BIN = Path(sys.executable).parent

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


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(document: Path) -> None:
    broken = [
        target for target in LINK.findall(document.read_text()) if not (document.parent / target).exists()
    ]
    assert broken == []


def test_documented_commands_exist(tmp_path: Path) -> None:
    assert commands(), "no document names a command: the search is broken"
    unknown = []
    for program, word in sorted(commands()):
        done = subprocess.run(
            [BIN / program, word, "--help"],
            capture_output=True,
            check=False,
            env=os.environ | {"IKM_DATA": str(tmp_path)},
        )
        if done.returncode != 0:
            unknown.append(f"{program} {word}")
    assert unknown == []


def test_every_bench_a_document_names_exists() -> None:
    named = {name for document in DOCUMENTS for name in re.findall(r"bench[./](\w+)", document.read_text())}
    missing = {name for name in named - {"py"} if not (ROOT / "bench" / f"{name}.py").exists()}
    assert missing == set()
