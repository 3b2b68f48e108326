"""`ikm-collector keys`."""

from typing import Any

from django.conf import settings
from django.core.management.base import CommandParser
from django.db import transaction

from collector.console.command import CollectorCommand
from collector.errors import CollectorError
from collector.evidence.intake.attachments import sealed_to
from collector.fleet import sealing
from collector.local import minute_text, moment_of
from collector.people import trail
from collector.trust import keyholder, public
from collector.trust.kinds import Errand

_NAMED = 10


class Command(CollectorCommand):
    """List the sealing keys, make a new one, destroy an old one."""

    help = (
        "List the keys that kiosks seal texts, contacts and sticks to; make a new one, which goes out with the kiosks' settings; "
        "or destroy an old one, and with it whatever was sealed to it, wherever a copy lies."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Describe the options."""
        parts = self.subcommands(parser)
        parts.add_parser(
            "list", help="every sealing key, how much here is sealed to it, and who may still use it"
        )
        make = parts.add_parser("rotate-sealing", help="make a new sealing key; the old ones still open")
        make.add_argument("--why", required=True, help="the reason; it stands in the audit trail")
        end = parts.add_parser(
            "destroy-sealing",
            help="destroy an old sealing key; refused while what must still be readable is, or may be, sealed to it",
        )
        end.add_argument("id", metavar="ID", help="its id, as `keys list` shows it")
        end.add_argument("--why", required=True, help="the reason; it stands in the audit trail")
        end.add_argument(
            "--force",
            action="store_true",
            help="also where something becomes unreadable that is still needed",
        )

    def run(self, options: dict[str, Any]) -> str | None:
        """Do it."""
        if options["subcommand"] == "list":
            return _list()
        who, why = trail.console_user(), options["why"]
        if options["subcommand"] == "rotate-sealing":
            with transaction.atomic():
                entry = trail.note(who=who, action="sealing key made", subject="", why=why)
                made, kiosks = sealing.rotate(Errand(who, why))
                entry.subject = made
                entry.save(update_fields=["subject"])
            return f"{made} is sealed to from now on; {kiosks} kiosks get it with their settings"
        return _destroy(options["id"], who=who, why=why, force=options["force"])


def _list() -> str:
    known = public.read(settings.IKM_KEYS)
    held = sealed_to()
    lines = []
    for one in known.sealing:
        since = minute_text(moment_of(one.made_ms), settings.IKM_TIME_ZONE)
        if one is known.sealing[-1]:
            use = "sealed to from now on"
        else:
            use = f"{len(sealing.may_still_seal_to(one.id))} kiosks may still seal to it"
        lines.append(f"{one.id}  since {since}  {held.get(one.id, 0)} texts and contacts  {use}")
    lines += [
        f"{one.id}  destroyed {minute_text(moment_of(one.destroyed_ms), settings.IKM_TIME_ZONE)}"
        for one in known.destroyed
    ]
    return "\n".join(lines)


def _destroy(name: str, *, who: str, why: str, force: bool) -> str:
    known = public.read(settings.IKM_KEYS).sealing
    if name not in {one.id for one in known}:
        raise CollectorError("sealing_key_unknown", id=name)
    if name == known[-1].id:
        raise CollectorError("sealing_key_current", id=name)
    with transaction.atomic():
        held, kiosks = sealed_to().get(name, 0), sealing.may_still_seal_to(name)
        if (held or kiosks) and not force:
            named = ", ".join(kiosks[:_NAMED]) + (", …" if len(kiosks) > _NAMED else "") if kiosks else "-"
            raise CollectorError("sealing_key_needed", id=name, held=held, kiosks=named)
        trail.note(
            who=who,
            action="sealing key destroyed",
            subject=name,
            why=why,
            facts={"forced": force, "held": held, "kiosks": len(kiosks)},
        )
        # Last of all: where the note cannot be kept, the key stays; the keeper's own log stands in any case.
        keyholder.held().destroy_sealing_key(name, errand=Errand(who, why))
    return f"{name} is destroyed: nothing that was sealed to it is ever opened again; let backups of the keys expire"
