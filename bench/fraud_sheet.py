"""An official tabulation sheet with one thing changed in it, as an editor's hand changes it."""

import re
import zipfile
from pathlib import Path

from collector.papers import making
from collector.papers.press import Warm
from collector.papers.registry import find
from collector.papers.said import said_of
from collector.releases.models import Release

_SHEET = "xl/worksheets/sheet1.xml"
_FIFTH = 14
"""The line of the sheet in which the fifth respondent stands."""


def tampered(release: Release, path: Path, how: str) -> None:
    """Write a release's sheet, `altered` or `shortened` by one respondent."""
    (honest,) = making.make(said_of(release), [find("tabulation")], Warm(), folder=path.parent / "kertas")
    with zipfile.ZipFile(honest) as whole, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        for name in whole.namelist():
            content = whole.read(name)
            file.writestr(name, _changed(content.decode(), how).encode() if name == _SHEET else content)


def _changed(text: str, how: str) -> str:
    if how == "shortened":
        made = re.sub(rf'<row r="{_FIFTH}".*?</row>', "", text, count=1, flags=re.DOTALL)
    else:
        made = re.sub(
            rf'(<c r="C{_FIFTH}"[^>]*><v>)([1-4])</v>',
            lambda found: f"{found[1]}{int(found[2]) % 4 + 1}</v>",
            text,
            count=1,
        )
    assert made != text, "the sheet is laid out in another way"
    return made
