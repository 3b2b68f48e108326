"""`ikm-collector audit`."""

import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector import clock
from collector.console.command import CollectorCommand
from collector.console.options import add_language, add_unit_and_period, unit_and_period
from collector.errors import CollectorError
from collector.evidence.proof.audit import audit
from collector.evidence.proof.audit_output import as_html, as_json, as_text
from collector.releases.verdict import publish


class Command(CollectorCommand):
    """Check a unit's evidence."""

    help = (
        "Check every chain and signature of a unit's kiosks: is everything there that they wrote, and unaltered? "
        "Exit code 1 where something does not hold."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        add_unit_and_period(parser)
        parser.add_argument("--json", action="store_true", help="print JSON")
        parser.add_argument(
            "--publish", action="store_true", help="sign the verdict and offer it at /api/v1/verdicts/UNIT"
        )
        parser.add_argument("--html", type=Path, metavar="FILE", help="also write a page to print")
        add_language(parser)

    def run(self, options: dict[str, Any]) -> str | None:
        """Audit."""
        unit, period = unit_and_period(options)
        found = audit(unit, period, now=clock.now())
        if options["publish"]:
            publish(found, unit)
        if options["html"] is not None:
            try:
                options["html"].write_text(
                    as_html(found, options["lang"] or settings.IKM_LANGUAGE), encoding="utf-8"
                )
            except OSError as error:
                raise CollectorError("not_writable", path=options["html"], reason=error.strerror) from error
        self.stdout.write(as_json(found) if options["json"] else as_text(found))
        if not found.holds:
            sys.exit(1)
        return None
