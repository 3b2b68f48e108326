"""The commands of `ikm-kiosk`, one module each: `add_to(parser)` adds its options and what it does."""

import argparse
import os
from pathlib import Path

from kiosk.config import Config, load


def add_place(parser: argparse.ArgumentParser) -> None:
    """Add the options that say which kiosk is meant."""
    parser.add_argument(
        "--config",
        type=Path,
        default=os.environ.get("IKM_KIOSK_CONFIG") or None,
        metavar="FILE",
        help="the configuration (docs/configuration.md), instead of the one that IKM_KIOSK_CONFIG names",
    )
    parser.add_argument(
        "--home", type=Path, metavar="DIR", help="the kiosk's folder, instead of the configuration's"
    )


def place_of(options: argparse.Namespace) -> tuple[Config, Path]:
    """Read the configuration, and give it with the kiosk's folder.

    Raises:
        ConfigurationError: the file is missing, or a key or value is wrong.
    """
    config = load(options.config)
    return config, (options.home or config.paths.home).resolve()
