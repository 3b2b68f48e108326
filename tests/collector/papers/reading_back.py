"""Papers opened again by programs that are not ours."""

import os
import re
import subprocess
import zipfile
from collections.abc import Iterable
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

_TRUE_TIME = {name: value for name, value in os.environ.items() if name not in ("LD_PRELOAD", "FAKETIME")}
"""Programs that are not ours know nothing of a clock that is set for a test, and some never end under one."""
_JARS = (
    "preflight", "xmpbox", "pdfbox2", "fontbox2", "commons-logging", "commons-io", "javax.activation", "jaxb-api",
)  # fmt: skip
_PROFILE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry" xmlns:xs="http://www.w3.org/2001/XMLSchema"
 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop></item>
</oor:items>
"""
"""Always recalculate: with LibreOffice's own setting it believes what a file says, and a test would prove nothing."""


def text_of(pdf: Path) -> str:
    """The text of a PDF in one line, each kind of space as one."""
    done = subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True, env=_TRUE_TIME
    )
    return re.sub(r"[\s\u200b]+", " ", done.stdout)


def boxes(pdf: Path) -> dict[str, tuple[float, float]]:
    """From where to where each word of a PDF reaches across its page, in points; of a word that comes again, the first place."""
    done = subprocess.run(
        ["pdftotext", "-bbox", pdf, "-"], capture_output=True, text=True, check=True, env=_TRUE_TIME
    )
    found = re.findall(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)"[^>]*>([^<]+)<', done.stdout)
    return {word: (float(left), float(right)) for left, right, word in reversed(found)}


def invalid_pdf_a(pdfs: Iterable[Path], folder: Path) -> list[str]:
    """What Apache PDFBox's Preflight has against files as PDF/A-1b: one JVM for all of them."""
    wanted = sorted(map(str, pdfs))
    listing = folder / "pdfs.txt"
    listing.write_text("\n".join(wanted) + "\n")
    path = ":".join(f"/usr/share/java/{jar}.jar" for jar in _JARS)
    command = ["java", "-cp", path, "org.apache.pdfbox.preflight.Validator_A1b", "batch", str(listing)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, env=_TRUE_TIME)
    valid = re.findall(r"^The file (.*) is a valid PDF/A-1b file$", done.stdout, re.MULTILINE)
    missing = {Path(one).name for one in wanted} - set(valid)
    return [f"{name}: {done.stdout} {done.stderr}" for name in sorted(missing)]


def recalculated(books: Iterable[Path], folder: Path) -> list[Path]:
    """Workbooks as LibreOffice writes them after working out every formula anew."""
    profile = folder / "profile" / "user"
    profile.mkdir(parents=True, exist_ok=True)
    (profile / "registrymodifications.xcu").write_text(_PROFILE)
    out = folder / "recalculated"
    given = list(books)
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{profile.parent}", "--headless", "--convert-to", "xlsx",
            "--outdir", out, *given,
        ],
        check=True, capture_output=True, timeout=300, env=_TRUE_TIME | {"HOME": str(folder)},
    )  # fmt: skip
    return [out / one.name for one in given]


def as_pdf(document: Path, folder: Path) -> Path:
    """A DOCX as LibreOffice prints it."""
    profile = folder / "writer"
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", "pdf", "--outdir", folder / "printed",
            document,
        ],
        check=True, capture_output=True, timeout=300, env=_TRUE_TIME | {"HOME": str(folder)},
    )  # fmt: skip
    return folder / "printed" / f"{document.stem}.pdf"


def sheet(book: Path, name: str, *, values: bool = True) -> Worksheet:
    """A sheet of a workbook, with the values of its formulas or with the formulas themselves."""
    found = load_workbook(book, data_only=values)[name]
    assert isinstance(found, Worksheet)
    return found


def row_named(page: Worksheet, name: str, column: int = 1) -> int:
    """The row whose cell in a column says something."""
    return next(row for row in range(1, page.max_row + 1) if page.cell(row, column).value == name)


def with_cell(book: Path, name: str, cell: str, value: object, *, to: Path) -> Path:
    """A copy of a workbook with another value in a cell, as an officer makes it."""
    opened = load_workbook(book)
    opened[name][cell] = value
    opened.save(to)
    return to


def with_wrong_value(book: Path, right: str, wrong: str, *, to: Path) -> Path:
    """A copy whose file says something else of a formula than what it comes to."""
    with zipfile.ZipFile(book) as old, zipfile.ZipFile(to, "w") as new:
        for one in old.infolist():
            data = old.read(one)
            if one.filename == "xl/worksheets/sheet1.xml":
                assert f"<v>{right}</v>".encode() in data
                data = data.replace(f"<v>{right}</v>".encode(), f"<v>{wrong}</v>".encode())
            new.writestr(one, data)
    return to


def converted(path: Path, form: str, folder: Path) -> Path:
    """A text document as LibreOffice writes it in another format, or in the same."""
    kind = {"docx": "docx:MS Word 2007 XML", "odt": "odt", "pdf": "pdf"}[form]
    subprocess.run(
        [
            "soffice", f"-env:UserInstallation=file://{folder / 'profile'}", "--headless", "--convert-to", kind, "--outdir", folder, path,
        ],
        check=True, capture_output=True, timeout=300, env=_TRUE_TIME | {"HOME": str(folder.parent)},
    )  # fmt: skip
    return folder / f"{path.stem}.{form}"
