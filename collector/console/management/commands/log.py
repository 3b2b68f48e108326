"""`ikm-collector log`."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser

from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.log import building, news, restoring, witnesses
from collector.people import trail
from collector.releases import counted
from collector.trust import public
from survey.log.note import ED25519, VerifierKey
from survey.log.spoken import spoken

_ALARMS = {
    "fork": "FORK: another history was shown to",
    "uncosigned": "UNCOSIGNED: the log lacks the cosignatures that are demanded by",
    "other_log": "OTHER LOG: this one does not name what was seen by",
}


class Command(CollectorCommand):
    """Build the log of facts, show it, and have it cosigned."""

    help = (
        "The log of facts: enrolments, assignments, each kiosk's head a night, releases, rules, destructions, decisions. The workers build it"
        " each night and at each publication; whoever has its files and its key can check that nothing in it was changed."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        parts.add_parser("build", help="add what is missing, and sign a checkpoint")
        parts.add_parser("show", help="the newest checkpoint, and the log's key for a policy file")
        begin = parts.add_parser("begin", help="after a restore: begin a new log that names the old one")
        begin.add_argument("--why", required=True, help="the reason; it stands in the audit trail")
        offer = parts.add_parser("offer", help="write what a witness needs onto a stick")
        offer.add_argument("file", type=Path, metavar="FILE", help="where to; `ikm-witness cosign` reads it")
        offer.add_argument(
            "--old", type=int, default=0, help="how many leaves the witness has seen (ikm-witness says it)"
        )
        proof = parts.add_parser(
            "proof", help="write the proof that one leaf is in the log; `ikm-verify` checks it"
        )
        proof.add_argument("leaf", type=int, metavar="NUMBER", help="the leaf's number, from 0")
        proof.add_argument("file", type=Path, metavar="FILE", help="where to (.tlog-proof)")
        taken = parts.add_parser("cosigned", help="take in what a witness gave back on a stick")
        taken.add_argument("file", type=Path, metavar="FILE", help="what `ikm-witness cosign` wrote")

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        match options["subcommand"]:
            case "build":
                counted.open_missing()
                built = building.build()
                witnesses.ask_all()
                return f"{built.facts} leaves added, {built.size} in all"
            case "begin":
                who = trail.console_user()
                note = building.begin_anew(restoring.newest())
                trail.note(
                    who=who, action="log begun anew", subject=note.split("\n", 1)[0], why=options["why"]
                )
                building.build()
                return f"begun: {note.splitlines()[0]}"
            case "offer":
                _written(options["file"], witnesses.offer(options["old"]).text())
                return f"written: {options['file']}"
            case "proof":
                _written(options["file"], witnesses.proof_of(options["leaf"]).text())
                return f"written: {options['file']}"
            case "cosigned":
                names = witnesses.take(_read(options["file"]))
                return f"cosigned by {', '.join(names)}"
        return _show()


def _show() -> str:
    found = building.latest()
    if found is None:
        raise CollectorError("log_none")
    origin = found.note.split("\n", 1)[0]
    key = VerifierKey(origin, ED25519, public.read(settings.IKM_KEYS).signing)
    alarms = "".join(f"\n\n{_ALARMS[why]} {', '.join(names)}" for why, names in news.alarms().items())
    words = spoken(bytes(found.root))
    return f"{found.note}\nwords {words}\nlog {key.text()} {settings.IKM_PUBLIC_URL}/log{alarms}"


def _written(path: Path, text: str) -> None:
    try:
        path.write_text(text)
    except OSError as error:
        raise CollectorError("not_writable", path=path, reason=error.strerror) from error


def _read(path: Path) -> str:
    try:
        return path.read_text()
    except (OSError, UnicodeDecodeError) as error:
        raise CollectorError("log_file", path=path, reason=error) from error
