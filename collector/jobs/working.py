"""The workers: one process that watches, and hands that it starts where there is work, one a core. The watch routes complaints, too.

A hand does a number of pieces and ends. So what typst keeps in memory never grows beyond that, and a hand that is killed, or that hangs,
costs one piece's time: the piece is taken up again, and nothing before it.
"""

import logging
import os
import secrets
import subprocess
import sys
from collections.abc import Callable
from datetime import timedelta
from threading import Event

from django.conf import settings

from collector import clock
from collector.challenges import declared
from collector.complaints import arrivals, states
from collector.errors import CollectorError
from collector.fleet import revoked
from collector.jobs import alive, claiming, doing
from collector.jobs.models import Job, JobState, Piece, PieceState
from collector.log import building, news, witnesses
from collector.notify import notify
from collector.papers.press import Press
from collector.releases import counted

log = logging.getLogger(__name__)
MOST_PIECES = 25
"""Pieces a hand does before another takes its place."""
TURN_S = 1.0
HOUSEKEEPING_TURNS = 60
COMPLAINT_TURNS = 5
PATIENCE = timedelta(minutes=15)
"""A piece that takes longer hangs; a sheet of 100,000 rows takes two minutes."""
_AFTER_A_FALL_TURNS = 10


def run_hand(token: str, press: Press, *, parent: int, stop: Event) -> int:
    """Do pieces until there is none, or enough are done; gives how many."""
    done = 0
    with alive.living(token):
        while done < MOST_PIECES and not stop.is_set() and os.getppid() == parent:
            piece = claiming.claim(token)
            if piece is None:
                break
            doing.do(piece, token, press)
            done += 1
    return done


class Watch:
    """Starts hands where there is work, and looks after them."""

    def __init__(self, *, hands: int, start: Callable[[str], "subprocess.Popen[bytes]"]) -> None:
        self._most = hands
        self._start = start
        self._hands: dict[str, subprocess.Popen[bytes]] = {}
        self._pause = 0
        self._turn = 0

    def step(self) -> None:
        """Do one turn: see who ended, free what the dead held, start who is missing."""
        for token, hand in list(self._hands.items()):
            if hand.poll() is not None:
                del self._hands[token]
                if hand.returncode:
                    log.warning("a worker ended with %d", hand.returncode)
                    self._pause = _AFTER_A_FALL_TURNS
        self._stop_who_hangs()
        claiming.give_back_of_the_dead()
        doing.fail_given_up()
        if self._turn % COMPLAINT_TURNS == 0:
            settle_complaints(new_kiosks=self._turn % HOUSEKEEPING_TURNS == 0)
            keep_revoked()
        if self._turn % HOUSEKEEPING_TURNS == 0:
            housekeep()
            keep_log()
        self._turn += 1
        self._pause = max(0, self._pause - 1)
        if not self._pause:
            self._start_missing()

    def stop(self) -> None:
        """Let each hand finish its piece and end."""
        for hand in self._hands.values():
            hand.terminate()
        for hand in self._hands.values():
            hand.wait()

    def _start_missing(self) -> None:
        waiting = claiming.how_many(self._most)
        idle = sum(
            1
            for token in self._hands
            if not Piece.objects.filter(state=PieceState.TAKEN, worker=token).exists()
        )
        for _ in range(min(self._most - len(self._hands), waiting - idle)):
            token = secrets.token_hex(16)
            self._hands[token] = self._start(token)

    def _stop_who_hangs(self) -> None:
        late = Piece.objects.filter(
            state=PieceState.TAKEN, taken_at__lt=clock.now() - PATIENCE, worker__in=self._hands
        )
        for token in late.values_list("worker", flat=True):
            log.warning("a worker hangs and is stopped")
            self._hands[token].kill()


def housekeep() -> None:
    """Take away files whose time is over, and what cancelled jobs and dead workers left."""
    alive.bury()
    before = clock.now() - timedelta(days=settings.IKM_KEEP_FILES_DAYS)
    for job in Job.objects.filter(state=JobState.DONE, ended_at__lt=before).exclude(size=0):
        doing.clear(job)
    busy = Piece.objects.filter(state=PieceState.TAKEN).values("job")
    for job in Job.objects.filter(state__in=(JobState.CANCELLED, JobState.FAILED)).exclude(pk__in=busy):
        if doing.folder_of(job).exists():
            doing.clear(job)


def settle_complaints(*, new_kiosks: bool) -> None:
    """Open what complaints that came in are about, and tell the kiosks how tickets stand; what cannot be done now is done next time."""
    now = clock.now()
    try:
        arrivals.settle(now)
        states.refresh(now)
        if new_kiosks:
            states.refresh_new(now)
    except CollectorError as error:
        log.warning("complaints wait: %s", error)


def keep_revoked() -> None:
    """Have the broker know which certificates have ended; what cannot be done now is done next time."""
    try:
        revoked.keep(who="the worker")
    except CollectorError as error:
        log.warning("the list of ended certificates waits: %s", error)


def keep_log() -> None:
    """Add to the log of facts what should not wait, and have it cosigned; what fails is tried again at the next turn, and stops no other work."""
    try:
        declared.settle()
        if counted.open_missing() or building.is_due():
            night = building.begins_a_night()
            built = building.build()
            log.info("the log of facts has %d leaves", built.size)
            witnesses.ask_all()
            if night:  # once a day: what a kiosk may cost on mobile data
                news.tell_all()
    except CollectorError as error:
        log.error("the log of facts could not be built: %s", error)  # noqa: TRY400 - the error says it all


def watch(stop: Event, *, hands: int) -> None:
    """Watch until stopped."""
    mine = Watch(hands=hands, start=_start_hand)
    with alive.living(f"watch-{secrets.token_hex(8)}"):
        notify("READY=1")
        try:
            while not stop.is_set():
                mine.step()
                notify("WATCHDOG=1")
                stop.wait(TURN_S)
        finally:
            mine.stop()


def _start_hand(token: str) -> "subprocess.Popen[bytes]":
    command = [
        sys.executable,
        "-m",
        "collector.manage",
        "work",
        "--hand",
        token,
        "--parent",
        str(os.getpid()),
    ]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL)
