"""From data to PDF and PNG: the one room with typst. Templates are ours and lie in `design/`; data comes as JSON and stays data.

Typst keeps what it has compiled in memory and gives it back only when its process ends. So the pages press each file in a process
of its own (`Apart`), which costs a tenth of a second and can take nothing with it; a command that makes many files stays warm (`Warm`).
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, Protocol

import typst

from collector.errors import CollectorError

DESIGN = Path(__file__).parent / "design"
PDF: Final = "pdf"
PNG: Final = "png"
Form = Literal["pdf", "png"]
FONT_FOLDERS = tuple(
    Path(base) / "share/fonts" / kind / "inter"
    for base in ("/usr", "/usr/local")
    for kind in ("opentype", "truetype")
)
"""Debian's `fonts-inter`; type from anywhere else would look different on each machine."""
_PDF_STANDARD: Final = "a-1b"
_PATIENCE_S = 30


class Press(Protocol):
    """Makes files from our templates."""

    def __call__(self, template: str, data: Mapping[str, object], *, form: Form) -> bytes:
        """Give the file of a template with data: a PDF/A-1b, or a picture of its first page, a pixel a point.

        Raises:
            CollectorError: it cannot be set (`paper_press`), or the type is missing (`paper_type`).
        """


class Warm:
    """Presses in this process."""

    def __call__(self, template: str, data: Mapping[str, object], *, form: Form) -> bytes:
        """Give the file of a template with data."""
        compiler, inputs = _compiler(template), {"data": json.dumps(data)}
        try:
            if form == PDF:
                result = compiler.compile_with_warnings(
                    format=PDF, pdf_standards=[_PDF_STANDARD], sys_inputs=inputs
                )
            else:
                result = compiler.compile_with_warnings(format=form, ppi=72, sys_inputs=inputs)
        except typst.TypstError as error:
            raise CollectorError("paper_press", template=template, reason=str(error)) from error
        made, warnings = result
        if warnings:  # a missing face would be replaced in silence
            raise CollectorError("paper_press", template=template, reason=str(warnings[0]))
        if not isinstance(made, bytes):
            raise CollectorError("paper_press", template=template, reason="more than one page")
        return made


class Apart:
    """Presses in a process of its own, which ends with it."""

    def __call__(self, template: str, data: Mapping[str, object], *, form: Form) -> bytes:
        """Give the file of a template with data."""
        order = json.dumps({"template": template, "data": data, "form": form}).encode()
        try:
            done = subprocess.run(
                [sys.executable, "-m", __name__],
                input=order,
                capture_output=True,
                timeout=_PATIENCE_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CollectorError("paper_press", template=template, reason=str(error)) from error
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip().splitlines() or [f"exit {done.returncode}"]
            raise CollectorError("paper_press", template=template, reason=reason[-1])
        return done.stdout


@lru_cache(maxsize=8)
def _compiler(template: str) -> typst.Compiler:
    return typst.Compiler(input=str(DESIGN / template), root=str(DESIGN), font_paths=_fonts())


@lru_cache(maxsize=1)
def _fonts() -> typst.Fonts:
    folders = [str(folder) for folder in FONT_FOLDERS if folder.is_dir()]
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=folders)
    if "Inter" not in fonts.families():
        raise CollectorError("paper_type", package="fonts-inter")
    return fonts


def main() -> None:
    """Press what stands on standard input, to standard output."""
    order = json.loads(sys.stdin.buffer.read())
    try:
        sys.stdout.buffer.write(Warm()(order["template"], order["data"], form=order["form"]))
    except CollectorError as error:
        sys.exit(" ".join(str(error).split()))


if __name__ == "__main__":
    main()
