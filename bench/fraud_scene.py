"""A demo collector for the fraud drill: a village with real kiosks' chains, a log that two witnesses cosign, and a stranger with a policy.

Every attack has a copy of it to itself. What the attacker may touch is said by each: the operator everything of the collector's, keys included; an
office what stands in the office; a carrier what is carried.
"""

import base64
import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.management import call_command

from collector import clock
from collector.evidence.doors import heartbeat
from collector.evidence.intake.accept import accept
from collector.evidence.intake.arrivals import Arrival
from collector.evidence.models import Door, Refusal
from collector.evidence.proof.audit import audit
from collector.evidence.proof.verify_bundle import verify as verify_bundle
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.log import building, demanded, keeping, news, witnesses
from collector.log.models import (
    KeptCheckpoint,
    KioskNews,
    LoggedFact,
    LoggedPolicy,
    LogState,
    NightHeads,
    ThreadLeaf,
)
from collector.releases import counted, verdict
from collector.releases.models import OpenedCounters, Release
from collector.scores.models import Response
from collector.scores.proof.export import export
from collector.scores.tallies import flagging
from collector.scores.tallies.flags import Flag
from collector.trust import public
from collector.trust.keys import verifier
from survey.log.checkpoint import read_checkpoint
from survey.log.cosignature import cosign
from survey.log.counter import read_told
from survey.log.following import Believed
from survey.log.note import ED25519, VerifierKey, with_lines
from survey.log.tree import consistency_path
from survey.log.witnessing import Answer, Offer
from survey.record.chain import head_message, next_link
from survey.record.record import canonical, decode
from survey.record.response import new_salt
from survey.record.tally import Opening
from survey.wire.health import UplinkHealth
from tests.collector.fake_kiosk import FakeKiosk, skm
from tests.collector.log.village import QUARTER, Card, Village, moment, ms
from tests.survey.log.keys import check, witness
from uplink.forwarder.log_inbox import LogFiles, LogInbox, believed_bytes
from witness.cosign.memory import Memory

OCTOBER, NOVEMBER, DECEMBER, AFTER = (
    date(2026, 10, 5),
    date(2026, 11, 9),
    date(2026, 12, 7),
    date(2026, 12, 14),
)
KIOSKS = ("balai", "loket")
PART = "/skm-2017@1"
LOG_MODELS = (LogState, KeptCheckpoint, LoggedFact, ThreadLeaf, NightHeads, LoggedPolicy, KioskNews)


@dataclass
class Attacked:
    """What a stranger is handed after an attack; plain values, which go to another process."""

    proof: dict[str, Any] | None = None
    options: tuple[str, ...] = ()
    """More for `ikm-verify`; with a copy of the log the page can do nothing."""
    besides: list[str] = field(default_factory=list)
    """Who else named the attack, and how."""
    prevented: str = ""
    """What became of it where nothing came of it."""


class Clock:
    """The drill's own clock."""

    def __init__(self) -> None:
        self.moment = moment(date(2026, 9, 27))

    def now(self) -> datetime:
        """Give the moment; a millisecond passes with every look."""
        self.moment += timedelta(milliseconds=1)
        return self.moment


class Scene:
    """All of it, and the attacker's hands."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.chance = random.Random(seed)
        self.folder = folder
        self.clock = Clock()
        clock.now = self.clock.now
        call_command("migrate", verbosity=0)
        self.unit: Unit = tree.add_unit(
            code="sukamaju",
            name="Balai Desa Sukamaju",
            region=tree.add_region("18.01.05.2003"),
            agency=None,
            time_zone="Asia/Jakarta",
        )
        self.village = Village(self.unit, self.clock, self.arrive)
        host = settings.IKM_PUBLIC_URL.split("/")[2].split(":")[0]
        self.log_key = VerifierKey(f"ikm-log/{host}/1", ED25519, public.read(settings.IKM_KEYS).signing)
        self.policy = folder / "kebijakan.txt"
        self.policy.write_text(
            f"log {self.log_key.text()}\nwitness inspektorat {witness(1).key.text()}\n"
            f"witness universitas {witness(2).key.text()}\ngroup saksi all inspektorat universitas\nquorum saksi\n"
        )
        settings.IKM_LOG_POLICY = self.policy
        self.cards: dict[str, Card] = {name: self.village.card(name) for name in KIOSKS}
        self.log()
        for day in (OCTOBER, NOVEMBER, DECEMBER):
            for card in self.cards.values():
                for _ in range(self.chance.randint(8, 14)):
                    self.visit(card, day)
            self.village.send(until=day + timedelta(days=3))
            self.log()

    # What happens by itself.

    def visit(
        self,
        card: Card,
        day: date,
        *values: int,
        after_s: int | None = None,
        duration_s: int = 90,
        **more: object,
    ) -> None:
        """Have a citizen answer as given, or honestly: at a moment of their own, with answers that resemble each other."""
        card.go_to(day)
        kiosk = card.kiosk
        assert kiosk.clock_ms is not None
        kiosk.up_ms = max(kiosk.up_ms, ms(day, 8) - kiosk.clock_ms)
        likes = self.chance.choice((2, 3, 3, 4))
        given = values or [min(4, max(1, likes + self.chance.choice((-1, 0, 0, 1)))) for _ in range(9)]
        gap_ms = (after_s or self.chance.randint(240, 840)) * 1000
        body = skm(*given, visit=kiosk.last + 1, salt=new_salt(), duration_s=duration_s, **more)
        kiosk.record("response", body, after_ms=gap_ms)

    def arrive(self, *payloads: bytes, received_ms: int) -> list[object]:
        """Have batches come in."""
        return list(
            accept([Arrival(payload=one, door=Door.MQTT, received_ms=received_ms) for one in payloads])
        )

    def send(self) -> None:
        """Have everything come in, and the flags be up to date."""
        self.village.send()
        flagging.settle()

    def log(self, *, cosigned: bool = True) -> None:
        """Have the log built, every source looked at again, and the witnesses sign."""
        LogState.objects.update(marks={})
        counted.open_missing()
        note = read_checkpoint(building.build().note.encode()).note
        if cosigned:
            lines = [
                cosign(note, key=witness(one).key, at_s=1_800_000_000, sign=witness(one).sign)
                for one in (1, 2)
            ]
            witnesses.take(with_lines(note, lines).message())

    def publish(self) -> Release:
        """Have the quarter come out, not logged yet."""
        return self.village.publish()

    def released(self) -> Release:
        """Have everything honest: sent, out, logged, cosigned."""
        self.send()
        release = self.publish()
        self.log()
        return release

    def proof(self, release: Release) -> dict[str, Any]:
        """Give the file by which a stranger checks a release."""
        return self.village.proof(Release.objects.get(pk=release.pk))

    def shown(self, release: Release, *options: str, besides: list[str] | None = None) -> Attacked:
        """Give what a stranger gets of a release, and what its house says of it by itself."""
        return Attacked(self.proof(release), options, [*self.flags(), *self.audited(), *(besides or [])])

    def nights(self, number: int, *, cosigned: bool = True) -> None:
        """Let days pass."""
        for _ in range(number):
            self.clock.moment += timedelta(days=1)
            self.log(cosigned=cosigned)

    # Who else might name it.

    def flags(self) -> list[str]:
        """Give the collector's own flags."""
        flagging.settle()
        marks = [Flag(one) for one in Response.objects.exclude(flags=0).values_list("flags", flat=True)]
        names = sorted({one.name or "" for mark in marks for one in mark})
        return [f"flag {name}" for name in names]

    def audited(self) -> list[str]:
        """Give the verdicts of the auditor's command that do not hold, and what else it says."""
        found = audit(self.unit, QUARTER, now=self.clock.now())
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
        made = verdict.publish(audit(self.unit, QUARTER, now=self.clock.now()), self.unit)
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
        """Give a kiosk's own memory of the log, in the kiosk's own code, as its enrolment leaves it."""
        key = public.read(settings.IKM_KEYS).signing
        files = LogFiles(
            *(self.folder / f"{kiosk}.{name}" for name in ("log", "fork", "uncosigned", "other", "policy"))
        )
        told: Any = demanded.for_enrolment()["log_policy"]
        believed = Believed(str(told["policy"]), int(told["number"]), str(told["origin"]))
        (self.folder / f"{kiosk}.policy").write_bytes(believed_bytes(believed))
        return LogInbox(files, kiosk=kiosk, collector_key=key, verify=verifier(key), check=check)

    def told(self, kiosk: str, inbox: LogInbox) -> str:
        """Tell a kiosk what the collector tells it of the log; gives its answer."""
        news.tell_all()
        answer = inbox.take(bytes(KioskNews.objects.get(kiosk__name=kiosk).message)).name
        self.saw(self.cards[kiosk].kiosk, inbox)
        return answer

    def saw(self, kiosk: FakeKiosk, inbox: LogInbox) -> None:
        """Have the collector hear how far a kiosk has seen the log."""
        told = inbox.seen
        health = UplinkHealth(
            log_size=told.size,
            log_root=told.root,
            log_origin=told.origin,
            log_policy=told.policy,
            log_fork=told.fork,
            log_refused=told.refused,
        )
        message = json.loads(kiosk.state(0)) | {"health": health.to_fields()}
        message.pop("head")
        heartbeat.hear(kiosk.name, json.dumps(message).encode(), now_ms=ms(date(2027, 1, 3)))

    def heard(self, card: Card) -> None:
        """Have the collector hear a kiosk's state, which proves how much it has written."""
        heartbeat.hear(card.kiosk.name, card.kiosk.state(card.kiosk.last), now_ms=ms(date(2027, 1, 3)))

    # The operator's hands.

    def rewrite_history(self) -> None:
        """Have the log forget everything that it said."""
        for model in LOG_MODELS:
            model.objects.all().delete()
        keeping.put_aside("lama")
        self.clock.moment += timedelta(hours=1)

    def forge_counters(self, release: Release, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Change what is opened beside a release before it is logged."""
        counted.open_missing()
        kept = OpenedCounters.objects.get(release=release)
        kept.content = canonical(change(json.loads(bytes(kept.content))))
        kept.save()

    def forge_release(self, release: Release, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Change what a release says, in the database."""
        said = change(json.loads(bytes(release.content)))
        Release.objects.filter(pk=release.pk).update(content=json.dumps(said).encode())

    def remember(self) -> Path:
        """Keep the newest checkpoint as a stranger keeps it."""
        path = self.folder / "titik-periksa"
        given = keeping.given_out()
        assert given is not None
        path.write_text(given.note.message())
        return path

    def goes_on(self, memory: Memory, kiosk: str, inbox: LogInbox) -> list[str]:
        """Say who of those that remember refuses what the log has become."""
        found = []
        answer = self.offered(memory)
        if answer not in (Answer.GOES_ON.name, Answer.SAME.name):
            found.append(f"witness {answer}")
        answer = self.told(kiosk, inbox)
        if answer not in (Answer.GOES_ON.name, Answer.SAME.name):
            found.append(f"kiosk {answer}")
        return found


def resigned(told: dict[str, Any], key: Ed25519PrivateKey, more: dict[str, int]) -> dict[str, Any]:
    """Sign a kiosk's counters anew under another key, with other sums: all that an operator can do with them."""
    made = dict(told)
    made["key"] = key.public_key().public_bytes_raw().hex()
    for end in ("begin", "end"):
        if told[end] is None:
            continue
        one = read_told(told[end])
        record = decode(one.line)
        body: dict[str, Any] = dict(record.body)
        sums = {name: value + more.get(end, 0) for name, value in one.counted.sums.items()}
        if one.salt:
            opening = Opening(
                told["stream"], int(body["upto"]), int(body.get("since", 0)), int(body.get("set_since", 0)),
                PART, {"n": one.counted.n, "sums": sums}, one.salt,
            )  # fmt: skip
            body["sums"] = {**body["sums"], PART: opening.commitment()}
        line = canonical({**json.loads(one.line), "body": body})
        message = head_message(stream=told["stream"], seq=record.seq, link=next_link(one.prev, line))
        made[end] = told[end] | {
            "line": line.decode(),
            "signature": base64.b64encode(key.sign(message)).decode(),
        }
        if one.salt:
            made[end]["sums"] = sums
    return made


def copied(card: Card) -> FakeKiosk:
    """Give a second stream under a card's key."""
    made = FakeKiosk(card.kiosk.name, card.kiosk.key)
    made.clock_ms = card.kiosk.clock_ms
    return made
