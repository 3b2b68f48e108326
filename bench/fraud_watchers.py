"""Who might name an attack of the fraud drill besides a stranger: the collector's own flags and audit, the auditor's bundle, a witness, a kiosk."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from collector import clock
from collector.evidence.doors import heartbeat
from collector.evidence.models import Refusal
from collector.evidence.proof.audit import audit
from collector.evidence.proof.verify_bundle import verify as verify_bundle
from collector.fleet.models import Unit
from collector.log import demanded, keeping, news
from collector.log.models import KioskNews
from collector.releases import verdict
from collector.scores.models import Response
from collector.scores.proof.export import export
from collector.scores.tallies import flagging
from collector.scores.tallies.flags import Flag
from collector.trust import public
from survey.log.following import Believed
from survey.log.note import VerifierKey
from survey.log.tree import consistency_path
from survey.log.witnessing import Answer, Offer
from tests.collector.log.remembering import hear, inbox
from tests.collector.log.village import QUARTER, Card, ms
from uplink.forwarder.log_inbox import LogInbox, believed_bytes
from witness.cosign.memory import Memory

_HEARD_MS = ms(date(2027, 1, 3))


class Watchers:
    """All of them, each with their own program and what they remember."""

    def __init__(self, folder: Path, unit: Unit, log_key: VerifierKey, cards: Mapping[str, Card]) -> None:
        self.folder = folder
        self.unit = unit
        self.log_key = log_key
        self.cards = cards

    def flags(self) -> list[str]:
        """Give the collector's own flags."""
        flagging.settle()
        marks = [Flag(one) for one in Response.objects.exclude(flags=0).values_list("flags", flat=True)]
        names = sorted({one.name or "" for mark in marks for one in mark})
        return [f"flag {name}" for name in names]

    def audited(self) -> list[str]:
        """Give the verdicts of the auditor's command that do not hold, and what else it says."""
        found = audit(self.unit, QUARTER, now=clock.now())
        said = {f"audit {one.code.value}" for stream in found.streams for one in stream.remarks if one.breaks}
        for name in ("integrity", "completeness"):
            if not getattr(found, name):
                said.add(f"audit {name}")
        if found.silent:
            said.add("audit silent")
        if any(stream.late for stream in found.streams):
            said.add("audit late")
        said |= {f"refused {code}" for code in Refusal.objects.values_list("code", flat=True)}
        return sorted(said)

    def recounted(self) -> list[str]:
        """Give whether a recount of the evidence bears the releases out."""
        made = verdict.publish(audit(self.unit, QUARTER, now=clock.now()), self.unit)
        said = json.loads(bytes(made.content))["releases"]
        return [] if all(one["recounted"] for one in said) else ["recount differs"]

    def bundled(self) -> list[str]:
        """Give whether the auditor's bundle fits the log."""
        path = self.folder / "berkas.zip"
        path.unlink(missing_ok=True)
        export(path, unit=self.unit, period=QUARTER, who="console:drill", why="drill")
        key = public.read(settings.IKM_KEYS).signing
        return ["bundle"] if verify_bundle(path, collector_key=key).problems else []

    def watched(self) -> Memory:
        """Give a witness who has seen the log as it is now."""
        found = Memory(self.folder / "saksi")
        found.begin(name="saksi.example", log_key=self.log_key.text())
        assert self.offered(found) == "GOES_ON"
        return found

    def offered(self, memory: Memory) -> str:
        """Bring the newest checkpoint to a witness, as the collector does; gives its answer."""
        old = memory.seen.size if memory.seen is not None else 0
        given = keeping.given_out()
        assert given is not None
        subtree = keeping.subtree(given.point.size)
        path = (
            tuple(subtree(*one) for one in consistency_path(old, given.point.size))
            if 0 < old <= given.point.size
            else ()
        )
        return memory.decide(Offer(old, path, given), at_s=1_800_000_000)[0].name

    def inbox(self, kiosk: str) -> LogInbox:
        """Give a kiosk's own memory of the log, as its enrolment leaves it."""
        told: Any = demanded.for_enrolment()["log_policy"]
        believed = Believed(str(told["policy"]), int(told["number"]), str(told["origin"]))
        (self.folder / f"{kiosk}.policy").write_bytes(believed_bytes(believed))
        return inbox(self.folder, kiosk)

    def told(self, kiosk: str, memory: LogInbox) -> str:
        """Tell a kiosk what the collector tells it of the log; gives its answer."""
        news.tell_all()
        answer = memory.take(bytes(KioskNews.objects.get(kiosk__name=kiosk).message)).name
        hear(self.cards[kiosk].kiosk, memory, now_ms=_HEARD_MS)
        return answer

    def heard(self, card: Card) -> None:
        """Have the collector hear a kiosk's state, which proves how much it has written."""
        heartbeat.hear_all({card.kiosk.name: card.kiosk.state(card.kiosk.last)}, now_ms=_HEARD_MS)

    def remember(self) -> Path:
        """Keep the newest checkpoint as a stranger keeps it."""
        path = self.folder / "titik-periksa"
        given = keeping.given_out()
        assert given is not None
        path.write_text(given.note.message())
        return path

    def goes_on(self, memory: Memory, kiosk: str, own: LogInbox) -> list[str]:
        """Say who of those that remember refuses what the log has become."""
        found = []
        answer = self.offered(memory)
        if answer not in (Answer.GOES_ON.name, Answer.SAME.name):
            found.append(f"witness {answer}")
        answer = self.told(kiosk, own)
        if answer not in (Answer.GOES_ON.name, Answer.SAME.name):
            found.append(f"kiosk {answer}")
        return found
