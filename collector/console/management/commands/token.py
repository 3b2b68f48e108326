"""`ikm-collector token`."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector import clock
from collector.accounts import roles
from collector.api import tokens
from collector.api.models import Token
from collector.console.acting import proven
from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.local import date_text
from collector.people import trail


class Command(CollectorCommand):
    """Make, list and revoke tokens of programs."""

    help = "Tokens by which programs ask the API for an account: each acts with one office of it, for what it is made for, until a day."

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        add = parts.add_parser(
            "add", help="make a token; asks for the account's console code, and shows the token once"
        )
        add.add_argument("account", metavar="ACCOUNT", help="whose it is")
        add.add_argument("--name", required=True, help="what it is for, such as: website of the village")
        add.add_argument(
            "--scope",
            action="append",
            required=True,
            choices=tokens.SCOPES,
            help="what it may ask for; repeat for more",
        )
        add.add_argument("--role", choices=roles.ROLES, help="which office, where the account holds several")
        add.add_argument("--days", type=int, default=90, help="how long it works (90)")
        parts.add_parser("list", help="which there are, and when each was used last")
        revoke = parts.add_parser("revoke", help="end a token at once")
        revoke.add_argument("number", type=int, metavar="NUMBER", help="its number in the list")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        match options["subcommand"]:
            case "add":
                return self._add(options)
            case "revoke":
                tokens.revoke(options["number"], who=trail.console_user(), now=clock.now())
                return f"token {options['number']} is revoked"
            case _:
                return (
                    "\n".join(map(_line, Token.objects.select_related("office__user").order_by("pk")))
                    or "no tokens"
                )

    def _add(self, options: dict[str, Any]) -> str:
        user = proven(options["account"])
        offices = roles.held(user, (options["role"],) if options["role"] else roles.ROLES)
        if len(offices) != 1:
            raise CollectorError("token_office", account=options["account"], number=len(offices))
        _, text = tokens.make(
            offices[0],
            name=options["name"],
            scopes=options["scope"],
            days=options["days"],
            who=f"{user.get_username()} ({trail.console_user()})",
            now=clock.now(),
        )
        return f"{text}\nshown this once; a program sends it as: Authorization: Bearer {text[:8]}…"


def _line(token: Token) -> str:
    zone = settings.IKM_TIME_ZONE
    used = token.used_on.isoformat() if token.used_on else "never"
    ended = "  revoked" if token.ended_at else ""
    office = token.office
    held = f"{office.user.get_username()}, {office.role} {office.scope}".strip()
    return f"{token.pk}  {token.name}  ({held})  {' '.join(token.scopes)}  until {date_text(token.expires_at, zone)}  used {used}{ended}"
