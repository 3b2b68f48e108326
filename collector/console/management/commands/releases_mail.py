"""`ikm-collector releases-mail`."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.desk import release_mails
from collector.desk.models import ReleaseSubscription
from collector.errors import CollectorError


class Command(CollectorCommand):
    """Mail what came out."""

    help = (
        "Send whoever wants it one mail with the releases of their units that came out or were withdrawn since the last one. Run it daily:"
        " who wants it once a month gets it when another month has begun."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parser.add_argument(
            "--account",
            metavar="NAME",
            help="print what this account's next mail says so far, and send nothing",
        )

    def run(self, options: dict[str, Any]) -> str | None:
        """Send them, or print one."""
        if options["account"]:
            return _printed(options["account"])
        if not settings.IKM_MAIL_URL:
            raise CollectorError("mail_nowhere")
        sent = 0
        refused: list[str] = []
        for one in release_mails.readers():
            try:
                sent += release_mails.send_to(one)
            except OSError as error:
                refused.append(one.user.get_username())
                self.stderr.write(f"{one.user.get_username()}: {error}")
        if refused:
            raise CollectorError("mail_refused", accounts=", ".join(refused), sent=sent)
        return f"{sent} sent"


def _printed(account: str) -> str:
    found = ReleaseSubscription.objects.filter(user__username=account).select_related("user").first()
    if found is None:
        raise CollectorError("mail_not_wanted", account=account)
    return release_mails.as_text(found.user, release_mails.waiting(found))
