"""`ikm-kiosk fit`: say what this kiosk is built of: buttons, screen, light; the settings that go with it come by themselves."""

import argparse
import json
import os
import re
from pathlib import Path

from hardware.profile import UnknownProfile, profile, profiles
from kiosk.commands import add_place
from kiosk.config import load
from kiosk.errors import ConfigurationError
from uplink.journal.segments.files import replace_file


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_place(parser)
    parser.add_argument(
        "profiles",
        nargs="*",
        metavar="PROFILE",
        help="what it is built of, in place of what was said before; without any, what there is and what is chosen is shown",
    )
    parser.set_defaults(act=_act)


def _act(options: argparse.Namespace) -> int:
    names = [name for words in options.profiles for name in words.split(",") if name]
    if not names:
        chosen = load(options.config).fitted.profiles
        for one in profiles():
            print(f"{'*' if one.name in chosen else ' '} {one.name:18} {one.title}")
        return 0
    try:
        for name in names:
            profile(name)
    except UnknownProfile as error:
        raise ConfigurationError(str(error)) from error
    if options.config is None:
        raise ConfigurationError("there is no configuration to say it in: name one with --config")
    _write(Path(options.config), names)
    load(options.config)
    print(f"{options.config}: {', '.join(names)}; once the kiosk is restarted it is so")
    return 0


def _write(file: Path, names: list[str]) -> None:
    """Set the one key in a file whose other lines are somebody's own.

    Raises:
        ConfigurationError: it cannot be written.
    """
    line = f"profiles = {json.dumps(names)}"
    try:
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        table = re.search(r"^\[fitted\][^\n]*\n", text, re.MULTILINE)
        if table is None:
            text = f"{text.rstrip()}\n\n[fitted]\n{line}\n".lstrip()
        else:
            before, rest = text[: table.end()], text[table.end() :]
            body = re.match(r"(?:(?!\[)[^\n]*\n?)*", rest)
            end = body.end() if body else 0
            kept = re.sub(r"^profiles\s*=[^\n]*\n?", "", rest[:end], flags=re.MULTILINE)
            text = f"{before}{line}\n{kept}{rest[end:]}"
        mode = file.stat().st_mode & 0o777 if file.exists() else 0o644
        replace_file(file, text.encode(), mode=mode)
    except OSError as error:
        raise ConfigurationError(
            f"{file} cannot be written ({os.strerror(error.errno or 0)}): run this as root"
        ) from error
