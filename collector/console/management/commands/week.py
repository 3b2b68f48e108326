"""`ikm-collector week`."""

from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.desk import mailing
from collector.desk.week import week_of
from collector.errors import CollectorError


class Command(CollectorCommand):
    """Say what waits this week."""

    help = "Say what waits for an officer or an evaluator this week, or mail it to all of them: one mail a person and week."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--account", metavar="NAME", help="print the week of this account")
        what.add_argument(
            "--mail",
            action="store_true",
            help="send it to everybody with an address who has not had it this week",
        )

    def run(self, options: dict[str, Any]) -> str | None:
        """Print it, or send it."""
        if options["mail"]:
            return self._send()
        user = User.objects.filter(username=options["account"]).first()
        if user is None:
            raise CollectorError("account_unknown", name=options["account"])
        return mailing.as_text(user, week_of(user))

    def _send(self) -> str:
        if not settings.IKM_MAIL_URL:
            raise CollectorError("mail_nowhere")
        sent = before = 0
        refused: list[str] = []
        for user in mailing.readers():
            try:
                fresh = mailing.send_to(user)
            except OSError as error:
                refused.append(user.get_username())
                self.stderr.write(f"{user.get_username()}: {error}")
                continue
            sent, before = sent + fresh, before + (not fresh)
        if refused:
            raise CollectorError("mail_refused", accounts=", ".join(refused), sent=sent)
        return f"{sent} sent, {before} had it already"
