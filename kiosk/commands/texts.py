"""`ikm-kiosk texts`: a sheet for whoever checks a translation, and back."""

import argparse
from datetime import UTC, datetime
from pathlib import Path

from kiosk.errors import KioskError
from kiosk.rehearsal.translation import read_sheet, sheet, toml_of
from kiosk.show.texts import is_shipped, language


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    ways = parser.add_subparsers(dest="way", required=True, metavar="WAY", help="which way the sheet goes")
    out = ways.add_parser("export", help="write every text beside the Indonesian one, as CSV")
    out.add_argument("language", help="its code, such as jv; a new one gives an empty sheet")
    out.add_argument("--out", type=Path, required=True, metavar="FILE", help="write there")
    back = ways.add_parser("import", help="make a catalogue of a sheet that came back")
    back.add_argument("language", help="its code, such as jv")
    back.add_argument("sheet", type=Path, metavar="FILE", help="the sheet")
    back.add_argument("--out", type=Path, required=True, metavar="FILE", help="write the catalogue there")
    back.add_argument("--name", help="what speakers call the language; needed for a new one")
    back.add_argument("--voice", help="the voice of espeak-ng that reads it; id for a new one")
    back.add_argument(
        "--reviewed-by",
        metavar="NAME",
        default="",
        help="the speaker who read every line: the catalogue is then no draft",
    )
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    if options.way == "export":
        # Spreadsheets take a file without this mark for one of an old code page.
        _write(options.out, "\ufeff" + sheet(options.language))
        print(f"{options.out}: fill in the column `translation`, keep the words in braces")
        return 0
    try:
        content = options.sheet.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise KioskError(f"{options.sheet} cannot be read: save it as CSV in UTF-8 ({error})") from error
    reviewed = read_sheet(content)
    known = language(options.language) if is_shipped(options.language) else None
    name = options.name or (known.name if known is not None else "")
    if not name:
        raise KioskError(f"{options.language} is new: say what its speakers call it, with --name")
    voice = options.voice or (known.voice if known is not None else "id")
    day = datetime.now(UTC).date().isoformat()
    _write(options.out, toml_of(reviewed, name=name, voice=voice, reviewer=options.reviewed_by, day=day))
    print(
        f"{options.out}: {len(reviewed.texts)} texts, {len(reviewed.missing)} missing and shown in Indonesian, "
        f"{'approved by ' + options.reviewed_by if options.reviewed_by else 'a draft'}"
    )
    for remark in reviewed.remarks:
        print(f"remark: {remark}")
    return 0


def _write(path: Path, content: str) -> None:
    try:
        path.write_text(content, encoding="utf-8")
    except OSError as error:
        raise KioskError(f"--out {path} cannot be written: {error.strerror}") from error
