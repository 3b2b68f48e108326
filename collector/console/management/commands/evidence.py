"""`ikm-collector evidence export` (`evidence verify` needs no Django: see `collector.manage`)."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from collector.accounts import roles
from collector.console.acting import acting
from collector.console.command import CollectorCommand
from collector.console.options import add_unit_and_period, unit_and_period
from collector.scores.proof.export import export


class Command(CollectorCommand):
    """Write an evidence bundle."""

    help = (
        "Write a signed bundle with which an auditor can check a unit's indices without trusting this collector; "
        "`ikm-collector evidence verify FILE` checks one, and needs no database."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        out = self.subcommands(parser).add_parser("export", help="write a bundle (.zip)")
        out.add_argument("out", type=Path, metavar="OUT", help="the file to write")
        add_unit_and_period(out)
        out.add_argument("--why", required=True, help="the reason; it stands in the audit trail")
        out.add_argument(
            "--as",
            dest="account",
            metavar="NAME",
            help="the evaluator's or administrator's account it is done for",
        )

    def run(self, options: dict[str, Any]) -> str | None:
        """Export."""
        unit, period = unit_and_period(options)
        manifest = export(
            options["out"],
            unit=unit,
            period=period,
            who=acting(options["account"], roles.EVALUATORS, over=("unit", unit.code)),
            why=options["why"],
        )
        records = sum(stream.through for stream in manifest.streams)
        return (
            f"{options['out']}: {len(manifest.streams)} streams, {records} records, "
            f"{len(manifest.published)} indices; single answers can identify a villager: keep it safe"
        )
