"""`ikm-collector broker`."""

import tempfile
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector.console.broker_trial import Row, Trial
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.evidence.doors.mqtt import BrokerAddress
from collector.people import trail
from collector.trust import keyholder
from collector.trust.kinds import Errand


class Command(CollectorCommand):
    """Try the broker's rights for real."""

    help = "Try the rights at the broker (IKM_BROKER_URL) for real."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        parts.add_parser(
            "check",
            help="come in as the collector, as kiosks and as strangers, and try what each may and must not; exit code 1 where anything differs",
        )

    def run(self, options: dict[str, Any]) -> str | None:  # noqa: ARG002 - there is one subcommand
        """Try every node of the broker."""
        brokers = BrokerAddress.parse_all(settings.IKM_BROKER_URL, version=settings.IKM_MQTT_VERSION)
        if not brokers[0].tls:
            raise CollectorError("broker_open", url=settings.IKM_BROKER_URL)
        errand = Errand(trail.console_user(), "to try the broker's rights")
        trail.note(
            who=errand.account, action="broker checked", subject=settings.IKM_BROKER_URL, why=errand.why
        )
        wrong = 0
        for broker in brokers:
            with tempfile.TemporaryDirectory(prefix="ikm-broker-check-") as folder:
                trial = Trial(broker, keyholder.held(), Path(folder), keys=settings.IKM_KEYS, errand=errand)
                rows = list(trial.run())
            if not any(row.did for row in rows):
                raise CollectorError("broker_shut", host=broker.host, port=broker.port)
            self.stdout.write("\n".join((f"{broker.host}:{broker.port}", *_table(rows))))
            wrong += sum(row.should != row.did for row in rows)
        if wrong:
            self.stdout.flush()
            raise CollectorError("broker_differs", number=wrong)
        return "everybody may do there what they should, and nothing else"


def _table(rows: list[Row]) -> list[str]:
    """Give the rows under each other, those that are as they should not be marked."""
    width = max(len(row.what) for row in rows)
    lines = [f"  {'who':9}  {'tries to':{width}}  should  does"]
    for row in rows:
        mark = "" if row.should == row.did else "  WRONG"
        lines.append(
            f"  {row.who:9}  {row.what:{width}}  {_yes(row.should):6}  {_yes(row.did):4}{mark}".rstrip()
        )
    return lines


def _yes(value: bool) -> str:
    return "yes" if value else "no"
