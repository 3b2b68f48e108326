"""One world through several rounds: everything goes wrong, everything is healed, and what came of it is examined.

A round ends with fair roads and running programs. From then on nobody helps: within a minute an answer that is given now must be at
the collector, and with it everything that any deed has left anywhere. Then the audit is asked for what is missing.
"""

import json
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from tests.campaign.campaign_world import CampaignWorld
from tests.campaign.deeds import Deeds
from tests.campaign.foreign import Cause, foreign_streams
from tests.campaign.ledger import Ledger, answers
from tests.campaign.notice import unnoticed, unsaid
from tests.campaign.outcome import Outcome, Taken
from tests.campaign.ravages import Ravages
from tests.world import COLLECTOR

_MINUTE = 60.0
_LONG = 150.0
"""After a minute a kiosk is late, and the round has failed; until here it is still waited for, to say whether it ever comes."""


class Stuck(Exception):  # noqa: N818 - named for what became of it
    """Something did not come within its time."""


class Life:
    """One world."""

    def __init__(self, folder: Path, outcome: Outcome, *, seed: int, deck: Iterator[str]) -> None:
        self._chance = random.Random(seed)
        self._outcome = outcome
        self._deck = deck
        self._seed = seed
        self.world = CampaignWorld(folder, seed=seed)
        self.ledger = Ledger(self.world)
        self._deeds: Deeds | None = None
        self._ravages: Ravages | None = None
        self._has_administrator = False

    def live(self, *, rounds: int, seconds: float, grave: int, until: float) -> None:
        """Play so many rounds of so many seconds with so many grave deeds each, or until a moment of the clock."""
        with self.world as world:
            world.start_broker()
            world.enrol()
            deeds = self._deeds = Deeds(world, self.ledger, self._outcome, chance=self._chance)
            self._ravages = Ravages(world, self.ledger, deeds, self._outcome, chance=self._chance)
            try:
                deeds.start(*deeds.starts)
                for number in range(rounds):
                    if number and time.monotonic() > until:
                        break
                    world.chronicle(f"round {number + 1}")
                    self._misbehave(seconds, grave)
                    self._outcome.rounds += 1
                    try:
                        self._heal()
                        self._examine()
                    except Stuck as stuck:
                        self._outcome.stuck += 1
                        self._wrong(f"round {number + 1}: {stuck}")
                        break
            finally:
                deeds.stop()
                for name in deeds.starts:
                    world.kill(name)  # nothing moves while it is counted
                self._sum_up()

    def _misbehave(self, seconds: float, grave: int) -> None:
        deeds, ravages = self._deeds, self._ravages
        assert deeds is not None
        assert ravages is not None
        began = time.monotonic()
        moments = sorted(self._chance.uniform(0.2, 1.0) * seconds for _ in range(grave))
        copies = sorted(self._chance.uniform(0.0, 0.6) * seconds for _ in range(2))
        while (passed := time.monotonic() - began) < seconds or moments:
            if copies and passed >= copies[0]:
                copies.pop(0)
                ravages.copy()
            elif moments and passed >= moments[0]:
                moments.pop(0)
                for _ in range(10):  # one that cannot be done now goes by
                    if ravages.do(next(self._deck)):
                        break
            deeds.do_one()
            time.sleep(self._chance.uniform(0.02, 0.5))

    def _heal(self) -> None:
        assert self._deeds is not None
        self._deeds.heal()
        healed = time.monotonic()
        self.ledger.look()
        before = len(self.ledger.promised)

        def is_counting() -> bool:
            self._deeds.start("kiosk")  # it may have played all its visitors
            self.ledger.look()
            fresh = answers(list(self.ledger.promised)[before:])
            return any(promise in self.ledger.held for promise in fresh)

        self._until(is_counting, "an answer given after the road's return at the collector")
        self._outcome.slowest_seconds = max(self._outcome.slowest_seconds, time.monotonic() - healed)
        self.ledger.look()
        promised = list(self.ledger.promised)

        def has_everything() -> bool:
            self._deeds.start("kiosk")
            self.ledger.look()
            return all(one in self.ledger.held or one in self.ledger.losses for one in promised)

        self._until(has_everything, "everything that something held at the collector", began=healed)
        self._outcome.drained_seconds = max(self._outcome.drained_seconds, time.monotonic() - healed)
        self._deeds.kill("kiosk")

        def is_quiet() -> bool:
            self.ledger.look()
            return not self.ledger.waiting()

        self._until(is_quiet, "the last records at the collector")

    def _examine(self) -> None:
        world, outcome = self.world, self._outcome
        self._decide_on_foreign()
        with world.held_still("uplink"):
            for _ in range(20):  # what the listener has in hand
                self.ledger.look()
                complete, counted = self.ledger.complete(), self._counted()
                if complete == counted:
                    break
                time.sleep(0.5)
        if counted != complete:
            self._wrong(f"{complete} complete questionnaires are held and {counted} are counted")
            outcome.doubled += max(0, counted - complete)
        audit = world.audit()
        missing = self.ledger.missing()
        lost = [one for one in missing if one not in self.ledger.losses]
        if lost:
            self._wrong(f"{len(lost)} records are lost that something held, the first {_place(lost[0])}")
        blind = unnoticed([one for one in missing if self.ledger.is_known(one)], audit, self.ledger.places)
        outcome.unnoticed += len(blind)
        for one in blind[:3]:
            loss = self.ledger.losses.get(one)
            self._wrong(f"the audit does not name {_place(one)}, taken by: {loss.deed if loss else 'nobody'}")
        outcome.unsaid += len(
            unsaid([one for one in missing if not self.ledger.is_known(one)], audit, self.ledger.places)
        )
        for stream in audit["streams"]:  # type: ignore[attr-defined]
            if stream["attachments"]["never"]:
                self._wrong(
                    f"attachments never came: {stream['stream'][:8]} {stream['attachments']['never']}"
                )

    def _counted(self) -> int:
        index = self.world.index(start="1950-01-01", end="2199-12-31")
        return int(str(index["n"]))

    def _decide_on_foreign(self) -> None:
        """Let in what a deed of ours has made foreign, as an administrator would; any other is a fault."""
        while foreign := foreign_streams(self.world):
            uid, cause = foreign[0]
            if not self._may_be(cause):
                self._wrong(f"the stream {uid} is foreign: {cause.value}")
            self._outcome.decided += 1
            self._outcome.done[f"foreign stream decided on: {cause.value}"] += 1
            self._administrator()
            reason = ["--as", "wati", "--why", "the campaign put an old copy back"]
            code, said = self.world.said(COLLECTOR, "stream", "accept", uid, *reason, typed=self._code())
            if code:
                raise Stuck(f"an administrator cannot let a stream in: {said}")

    def _may_be(self, cause: Cause) -> bool:
        assert self._ravages is not None
        if cause in {Cause.BEGINNING_LOST, Cause.PREDECESSOR_LOST}:
            return self._ravages.collector_set_back
        if cause is Cause.BEGINNING_DAMAGED:
            return True  # only a page that we took does that
        return self._ravages.card_set_back and cause is not Cause.UNKNOWN

    def _administrator(self) -> None:
        """Make the account anew: a collector that was set back may have lost it."""
        subprocess.run(
            [str(COLLECTOR), "user", "add", "wati", "--role", "administrator"],
            input="ayam-goreng-kremes-4711\n",
            text=True,
            env=self.world.environment,
            capture_output=True,
            check=True,
            timeout=60,
        )

    def _code(self) -> str:
        """Have the administrator make a code for the console, as in the browser."""
        words = [sys.executable, "-m", "tests.campaign.console_code", "wati"]
        done = subprocess.run(
            words, env=self.world.environment, capture_output=True, text=True, check=True, timeout=60
        )
        return done.stdout

    def _until(self, true: Callable[[], bool], what: str, *, began: float | None = None) -> None:
        start = began if began is not None else time.monotonic()
        late = False
        while not true():
            passed = time.monotonic() - start
            if passed > _LONG:
                raise Stuck(f"not within {_LONG:.0f} s: {what}\n{self._state()}")
            if passed > _MINUTE and not late:
                late = True
                self._wrong(f"not within a minute: {what}\n{self._state()}")
            time.sleep(0.3)
        if late:
            self._wrong(f"it came after {time.monotonic() - start:.0f} s: {what}")

    def _state(self) -> str:
        """Say how things stand, for whoever looks into it."""
        waiting = self.ledger.waiting()
        first = ", ".join(_place(one) for one in waiting[:5])
        streams = self.world.rows(
            "select uid, through, standing, follows_id, followed_seq from evidence_stream"
        )
        try:
            status = json.dumps(self.world.status())
        except (AssertionError, subprocess.SubprocessError) as error:
            status = str(error)[-500:]
        tails = "\n".join(
            f"--- {name}\n{self.world.log(name)[-700:]}" for name in ("kiosk", "uplink", "listener")
        )
        return f"{len(waiting)} wait: {first}\nstreams {streams}\nstatus {status}\n{tails}"

    def _wrong(self, what: str) -> None:
        self.world.chronicle(what)
        self._outcome.wrong.append(f"world {self._seed}: {what}")

    def _sum_up(self) -> None:
        outcome, ledger = self._outcome, self.ledger
        ledger.look()
        thanked = ledger.thanked()
        missing = ledger.missing()
        lost = [one for one in missing if one not in ledger.losses]
        outcome.promised += len(ledger.promised)
        outcome.thanked += len(thanked)
        outcome.lost += len(lost)
        outcome.lost_thanked += sum((one.stream, one.record.seq) in thanked for one in lost)
        outcome.complete += ledger.complete()
        outcome.counted += self._counted()
        for promise, loss in ledger.losses.items():
            taken = outcome.taken.setdefault(loss.deed, Taken())
            taken.records += 1
            if promise in ledger.held:
                taken.came_back += 1
                continue
            taken.named += loss.known
            taken.unknown += not loss.was_known
            taken.forgotten += loss.was_known and not loss.known
            outcome.taken_thanked += (promise.stream, promise.record.seq) in thanked


def _place(promise: object) -> str:
    return f"{promise.stream[:8]}:{promise.record.seq} ({promise.record.kind})"  # type: ignore[attr-defined]
