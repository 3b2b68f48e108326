"""A demo collector for the fraud drill: a village with real kiosks' chains, a log that two witnesses cosign, and a stranger with a policy.

Every attack has a copy of it to itself. What the attacker may touch is said by each: the operator everything of the collector's, keys included; an
office what stands in the office; a carrier what is carried.
"""

import json
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command

from bench.fraud_watchers import Watchers
from collector import clock
from collector.evidence.intake.accept import accept
from collector.evidence.intake.arrivals import Arrival
from collector.evidence.models import Door
from collector.fleet import tree
from collector.fleet.models import Unit
from collector.log import building, keeping, witnesses
from collector.log.models import (
    KeptCheckpoint,
    KioskNews,
    LoggedFact,
    LoggedPolicy,
    LogState,
    NightHeads,
    ThreadLeaf,
)
from collector.releases import counted
from collector.releases.models import Release
from collector.scores.tallies import flagging
from collector.trust import public
from survey.log.checkpoint import read_checkpoint
from survey.log.cosignature import cosign
from survey.log.note import ED25519, VerifierKey, with_lines
from survey.record.response import new_salt
from tests.collector.fake_kiosk import FakeKiosk, skm
from tests.collector.log.village import Card, Village, moment, ms
from tests.survey.log.keys import witness

OCTOBER, NOVEMBER, DECEMBER, AFTER = (
    date(2026, 10, 5),
    date(2026, 11, 9),
    date(2026, 12, 7),
    date(2026, 12, 14),
)
NIGHT_AFTER = date(2027, 1, 1)
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
        self.watchers = Watchers(folder, self.unit, self.log_key, self.cards)
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
        """Let the quarter end, have everything come in, and the flags be up to date."""
        self.night_after()
        self.village.send()
        flagging.settle()

    def night_after(self) -> None:
        """Let the night after the quarter pass, with what was here by then."""
        if self.clock.moment < moment(NIGHT_AFTER, 1):
            self.clock.moment = moment(NIGHT_AFTER, 1)
            self.log()

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
        return Attacked(
            self.proof(release), options, [*self.watchers.flags(), *self.watchers.audited(), *(besides or [])]
        )

    def nights(self, number: int, *, cosigned: bool = True) -> None:
        """Let days pass."""
        for _ in range(number):
            self.clock.moment += timedelta(days=1)
            self.log(cosigned=cosigned)

    # The operator's hands.

    def rewrite_history(self) -> None:
        """Have the log forget everything that it said."""
        for model in LOG_MODELS:
            model.objects.all().delete()
        keeping.put_aside("lama")
        self.clock.moment += timedelta(hours=1)

    def forge_release(self, release: Release, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Change what a release says, in the database."""
        said = change(json.loads(bytes(release.content)))
        Release.objects.filter(pk=release.pk).update(content=json.dumps(said).encode())


def copied(card: Card) -> FakeKiosk:
    """Give a second stream under a card's key."""
    made = FakeKiosk(card.kiosk.name, card.kiosk.key)
    made.clock_ms = card.kiosk.clock_ms
    return made
