"""`ikm-kiosk doctor`: is everything well? Exit code 0 if it is, 1 with warnings, 2 where the kiosk cannot serve."""

import argparse
import json
from dataclasses import asdict
from functools import partial
from pathlib import Path

from kiosk.commands import add_place, place_of
from kiosk.config import Config
from kiosk.desk.pin import has_pin
from kiosk.fitted.opening import open_panel
from kiosk.watch.doctor import examine
from kiosk.watch.patient import BAD, OK, Patient

_SIGNS = {OK: "ok  ", "warn": "warn", BAD: "BAD "}


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the command's options."""
    add_place(parser)
    parser.add_argument("--simulate", action="store_true", help="do not look for pins and a touchscreen")
    parser.add_argument("--json", action="store_true", help="print one line of JSON")
    parser.set_defaults(act=_act)


def patient_of(home: Path, config: Config, *, simulate: bool) -> Patient:
    """Give a kiosk to be examined, with its real buttons."""
    return Patient(
        home=home,
        config=config,
        simulate=simulate,
        has_pin=has_pin,
        open_panel=partial(open_panel, simulate=False),
    )


def _act(options: argparse.Namespace) -> int:
    config, home = place_of(options)
    findings = examine(patient_of(home, config, simulate=options.simulate))
    if options.json:
        print(json.dumps([asdict(finding) for finding in findings]))
    else:
        for finding in findings:
            remedy = f" -> {finding.remedy}" if finding.remedy and finding.state != OK else ""
            print(f"{_SIGNS[finding.state]}  {finding.check}: {finding.fact}{remedy}")
    states = {finding.state for finding in findings}
    return 2 if BAD in states else 1 if "warn" in states else 0
