"""`ikm-kiosk visit-graph`: draw the graph of a visit."""

import argparse
from pathlib import Path

from kiosk.config import Config
from kiosk.errors import KioskError
from kiosk.remote.plan import make_plan
from survey.instrument.profile import Attribute
from survey.visit.graph import document, edges, transitions
from survey.visit.plan import Counter, OfferedService, Plan, Standard

_COUNTERS = (
    Counter("Loket", "Lantai 1", box=(0, 0, 2, 2)),
    Counter("Tangga", "Lantai 1", box=(2, 0, 1, 2)),
    Counter("Musala", "Lantai 2"),
)


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--out", type=Path, metavar="FILE", help="write there instead of printing")
    parser.set_defaults(act=_act)


def example_plan() -> Plan:
    """Give a plan that has every screen."""
    full = make_plan(
        Config(), services=[OfferedService("ktp", "KTP-el"), OfferedService("kk", "Kartu Keluarga")]
    )
    profile = tuple(
        Attribute(attribute.key, ("<18", ">17")) if attribute.key == "age" else attribute
        for attribute in full.profile
        if attribute.key in ("sex", "age")
    )
    standards = (Standard("ktp", "KTP-el", (("waktu", "14 hari"), ("biaya", "Rp0"))),)
    full = full._replace(profile=profile, topics=full.topics[:2], standards=standards)
    return full._replace(speech=True, microphone=True, counters=_COUNTERS)


def _act(options: argparse.Namespace) -> int:
    if options.out is None:
        print(_document(), end="")
        return 0
    try:
        options.out.touch()  # the walk takes seconds: what cannot be written is said before it
        options.out.write_text(_document(), encoding="utf-8")
    except OSError as error:
        raise KioskError(f"--out {options.out} cannot be written: {error.strerror}") from error
    return 0


def _document() -> str:
    return document(transitions(edges(example_plan())))
