"""`ikm-collector evidence export` (`evidence verify` needs no Django: see `collector.manage`)."""

from pathlib import Path
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.console.options import add_unit_and_period, unit_and_period
from collector.errors import CollectorError
from collector.people import roles
from collector.people.trail import console_user
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
            options["out"], unit=unit, period=period, who=_who(options["account"]), why=options["why"]
        )
        records = sum(stream.through for stream in manifest.streams)
        return (
            f"{options['out']}: {len(manifest.streams)} streams, {records} records, "
            f"{len(manifest.published)} indices; single answers can identify a villager: keep it safe"
        )


def _who(account: str | None) -> str:
    if account is None:
        return console_user()
    user = get_user_model().objects.filter(username=account).first()
    if user is None or not roles.has_role(user, (roles.EVALUATOR, roles.ADMINISTRATOR)):
        raise CollectorError("account_may_not_export", account=account)
    return f"{account} ({console_user()})"
