"""The commands of `ikm-kiosk`, one module each: `add_to(parser)` adds its options and what it does."""

import argparse
from pathlib import Path

from kiosk.config import Config, load
from kiosk.errors import ConfigurationError


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which kiosk is meant."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="the configuration (docs/configuration.md)"
    )
    parser.add_argument(
        "--home", type=Path, metavar="DIR", help="the kiosk's folder, instead of the configuration's"
    )


def place_of(options: argparse.Namespace) -> tuple[Config, Path]:
    """Read the configuration, and give it with the kiosk's folder.

    Raises:
        ConfigurationError: the file is missing, a key or value is wrong, or the folder is none.
    """
    config = load(options.config)
    home: Path = (options.home or config.paths.home).resolve()
    for folder in (home, *home.parents):
        if _is_file(folder):
            raise ConfigurationError(f"{folder} is a file: name the kiosk's folder with --home")
    return config, home


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # a folder on the way that this user may not look into
        return False
