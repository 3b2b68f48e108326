"""`ikm-kiosk screens`: pictures of every screen, for documents, translators and whoever wants to look first."""

import argparse
import re
from pathlib import Path

from kiosk.errors import KioskError
from kiosk.rehearsal.gallery import CONTRAST, LARGE, PLAIN, SIZES, SUNLIGHT, render_gallery
from kiosk.show.texts import shipped


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="write the pictures there")
    parser.add_argument("--size", action="append", metavar="WxH", help="only this size; may be repeated")
    parser.add_argument(
        "--language", action="append", metavar="CODE", help="only this language; may be repeated"
    )
    parser.add_argument(
        "--variants", action="store_true", help="also in large type, in high contrast and as in the sun"
    )
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    sizes = [_size(text) for text in options.size] if options.size else SIZES
    known = {language.code for language in shipped()}
    unknown = set(options.language or ()) - known
    if unknown:
        raise KioskError(f"no texts in {', '.join(sorted(unknown))}: choose of {', '.join(sorted(known))}")
    variants = (PLAIN, LARGE, CONTRAST, SUNLIGHT) if options.variants else (PLAIN,)
    try:
        written = render_gallery(options.out, sizes, options.language, variants)
    except OSError as error:
        raise KioskError(f"the pictures cannot be written to {options.out}: {error.strerror}") from error
    sheets = [file for file in written if file.parent == options.out]
    print(f"{len(written) - len(sheets)} pictures; contact sheets: {', '.join(map(str, sheets))}")
    return 0


def _size(text: str) -> tuple[int, int]:
    match = re.fullmatch(r"(\d{3,4})x(\d{3,4})", text)
    if match is None:
        raise KioskError(f"--size {text}: write it as 1024x600")
    return int(match[1]), int(match[2])
