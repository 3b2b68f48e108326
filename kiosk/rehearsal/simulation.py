"""`ikm-kiosk simulate`: visitors invented by chance, or played from a file, on a kiosk without a screen."""

import argparse
import contextlib
import itertools
import json
import random
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple, TextIO
from zoneinfo import ZoneInfo

from hardware.simulator import SimulatedMicrophone, SimulatedPanel
from kiosk.app import make_loop
from kiosk.config import Config
from kiosk.device import Device, load_identity, open_device, plan_of
from kiosk.errors import EXIT_FAULT, KioskError
from kiosk.rehearsal.columns import ORDERS
from kiosk.rehearsal.dates import DayMonth, Declared
from kiosk.rehearsal.played import PlayedFiles
from kiosk.rehearsal.player import BlindDisplay, Played, Player
from kiosk.rehearsal.replay import Reading, Terms, read_responses
from kiosk.rehearsal.visitor import Wish, varied_wish
from kiosk.show.texts import Texts
from kiosk.show.troubles import trouble_words
from kiosk.times import SimulatedTimes
from survey.index.periods import local_day
from survey.record import ogg
from survey.record.record import SAME_CLOCK_MS
from survey.record.response import TYPED
from survey.settings.keys import SettingsContent
from survey.visit.plan import Plan
from uplink.journal.journal import Journal
from uplink.journal.stamp import Clock, ManualClock

_SAYS_SECONDS = 12
_PUT_RIGHT_MS = 2 * SAME_CLOCK_MS
_NO_ARCHIVE = (
    "ikm-kiosk: WARNING: this kiosk's key is no archive key. What is played counts as pressed at this kiosk, no index will call it "
    "from the archive, and an audit will say that the kiosk's clock lied. For the past of an office make a kiosk of its own: "
    "`ikm-collector enrol --archive FIRST LAST`"
)
_WORDS = {1: "tidak puas", 2: "kurang puas", 3: "puas", 4: "sangat puas"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the options of the subcommand."""
    what = parser.add_mutually_exclusive_group(required=True)
    what.add_argument("--visitors", type=int, metavar="N", help="play N varied visitors")
    what.add_argument(
        "--replay", type=Path, metavar="FILE", help="play the responses of a CSV file (docs/replay.md)"
    )
    add_reading(parser)
    parser.add_argument("--seed", type=int, default=1, metavar="S", help="play other visitors (1)")
    parser.add_argument(
        "--pace",
        type=float,
        default=0.0,
        metavar="X",
        help="1 plays as fast as people move, 10 ten times as fast, 0 without any waiting (0)",
    )
    parser.add_argument(
        "--apart",
        type=float,
        default=0.0,
        metavar="MINUTES",
        help="let invented visitors come about so far apart by the simulation's clock, the last one just now;"
        " 0: at this machine's clock, as fast as they are played (0)",
    )
    parser.add_argument("--json", action="store_true", help="print the result as one line of JSON")
    parser.add_argument("--quiet", action="store_true", help="print the result only, not every visit")
    parser.add_argument(
        "--thanked-log",
        type=Path,
        metavar="FILE",
        help="append one JSON line for every record a visitor was thanked for",
    )


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Add the options that say how a file is to be read."""
    parser.add_argument(
        "--order",
        choices=tuple(ORDERS),
        help="what U8 and U9 mean in the file: the questionnaire asks sarana 8th, the rule lists pengaduan 8th",
    )
    parser.add_argument(
        "--dates",
        choices=tuple(DayMonth),
        type=DayMonth,
        help="what comes first in the file's dates such as 03/04/2026, where none of its rows shows it",
    )
    parser.add_argument(
        "--channel",
        choices=(TYPED,),
        default="",
        help="staff typed the file's rows in from paper, all of them",
    )


def main(options: argparse.Namespace, config: Config, home: Path) -> int:
    """Play the visitors and print what became of them.

    Raises:
        KioskError: the kiosk is not enrolled, or the file cannot be played.
    """
    with contextlib.ExitStack() as stack:
        log = None
        if options.thanked_log is not None:
            try:
                log = stack.enter_context(options.thanked_log.open("a", encoding="utf-8"))
            except OSError as error:
                raise KioskError(
                    f"--thanked-log {options.thanked_log} cannot be written: {error.strerror}"
                ) from error
        dice = random.Random(options.seed)
        if options.replay is None and options.apart > 0:
            moments = _moments(options.visitors, options.apart, dice)
            device = stack.enter_context(open_device(home, config, make_clock=_clock_at(moments[0])))
            run = _Run(options, device, None, dice, log)
            return run.play(_Visit(moment, varied_wish(run.plan, dice)) for moment in moments)
        if options.replay is None:
            device = stack.enter_context(open_device(home, config))
            run = _Run(options, device, None, dice, log)
            return run.play(_Visit(None, varied_wish(run.plan, dice)) for _ in range(options.visitors))
        reading = _read(options, config, home)
        PlayedFiles(home).refuse_again(reading)
        device = stack.enter_context(open_device(home, config, make_clock=_clock_at(reading.rows[0].at_ms)))
        run = _Run(options, device, reading.plan, dice, log)
        for line in reading.notes.lines():
            run.say(f"note: {line}")
        today = local_day(time.time_ns() // 1_000_000, str(device.zone)).isoformat()
        rows = PlayedFiles(home).play(reading, day=today)
        return run.play(_Visit(row.at_ms, row.wish, row.channel) for row in rows)


def _read(options: argparse.Namespace, config: Config, home: Path) -> Reading:
    """Read the whole file, before anything is opened for writing."""
    _, enrolment = load_identity(home)
    if enrolment.archive_ms is None:
        print(_NO_ARCHIVE, file=sys.stderr)
    terms = Terms(
        zone=ZoneInfo(enrolment.timezone),
        now_ms=time.time_ns() // 1_000_000,
        order=options.order,
        dates=options.dates,
        channel=options.channel,
        declared=Declared(*enrolment.archive_ms) if enrolment.archive_ms is not None else None,
    )
    return read_responses(options.replay, plan_of(config, enrolment, SettingsContent()), terms)


def _moments(visitors: int, apart: float, dice: random.Random) -> list[int]:
    """Give when each visitor comes, in milliseconds since 1970: some minutes apart, the last one just now."""
    gaps = [round(apart * 60_000 * dice.uniform(0.6, 1.4)) for _ in range(max(1, visitors))]
    begin = time.time_ns() // 1_000_000 - sum(gaps)
    return [begin + passed for passed in itertools.accumulate(gaps[:-1], initial=0)]


def _clock_at(at_ms: int) -> Callable[[Journal], Clock]:
    """Make a clock for a replay: a boot of its own, whose wall clock shows the file's times and is trusted."""

    def make(journal: Journal) -> Clock:
        return ManualClock(at_ms, boot=journal.last_boot + 1, up_ms=60_000)

    return make


class _Visit(NamedTuple):
    """Who comes, and when by the simulation's clock; None for now."""

    moment: int | None
    wish: Wish
    channel: str = ""


class _Run:
    """One simulation: plays visits, tells of each, and sums up."""

    def __init__(
        self,
        options: argparse.Namespace,
        device: Device,
        plan: Plan | None,
        dice: random.Random,
        thanked_log: TextIO | None,
    ) -> None:
        self._options = options
        self._device = device
        panel, display = SimulatedPanel(), BlindDisplay()
        times = SimulatedTimes(device.clock, device.zone)
        has_microphone = device.config.sound.microphone
        self._loop = make_loop(
            device,
            panel=panel,
            display=display,
            times=times,
            plan=plan,
            microphone=SimulatedMicrophone(ogg.silence(_SAYS_SECONDS), times.monotonic)
            if has_microphone
            else None,
            thanked_log=thanked_log,
        )
        self._player = Player(self._loop, panel, display, times, dice=dice, pace=options.pace)

    @property
    def plan(self) -> Plan:
        """What the visitors meet."""
        return self._loop.service.plan

    def say(self, line: str) -> None:
        """Print a line for people."""
        if not self._options.json:
            print(line, flush=True)

    def play(self, visits: Iterable[_Visit]) -> int:
        """Play the visits, the clock going to each one's moment first; gives the exit code."""
        count = failed = 0
        began = time.monotonic()
        for moment, wish, channel in visits:
            if moment is not None:
                self._go_to(moment)
            self._loop.service.recorder.channel = channel
            played = self._player.play(wish)
            count += 1
            failed += played.ended == "failed"
            if not self._options.quiet:
                self.say(_line(count, wish, played))
            if failed and self._options.replay is not None:
                break  # the rest of the file can be played when the kiosk works again, and no row is lost
        self._player.rest()
        recorder, head = self._loop.service.recorder, self._device.journal.head
        result = {
            "visitors": count,
            "failed": failed,
            "thanked_records": recorder.thanked,
            "questionnaires": self._loop.service.answered,
            "stream": self._device.journal.stream,
            "head": head.seq,
            "seconds": round(time.monotonic() - began, 3),
        }
        if self._options.json:
            print(json.dumps(result))
        else:
            print(
                f"{count} visitors came; thanked for {recorder.thanked} records, {self._loop.service.answered} of them complete "
                f"questionnaires; the journal {self._device.journal.stream} now ends with record {head.seq}"
            )
            if failed:
                told = recorder.trouble
                reason = trouble_words(told, Texts("en")) if told is not None else "it works again"
                print(f"{failed} visitors found the kiosk out of service: {reason}", file=sys.stderr)
        return EXIT_FAULT if failed else 0

    def _go_to(self, moment: int) -> None:
        """Put the clock to a row's time; rows of the same minute follow each other a moment apart.

        From one day to the next it is put right by a little, as a real one is: a record then says the wall time anew, and
        the times of a file of years do not become less certain from row to row.
        """
        clock = self._device.clock
        if not isinstance(clock, ManualClock):
            return
        zone = str(self._device.zone)
        if local_day(moment, zone) > local_day(clock.at_ms, zone):
            clock.set(max(clock.at_ms, moment - _PUT_RIGHT_MS))
            clock.jump(_PUT_RIGHT_MS)
        clock.set(max(moment, clock.at_ms + 1))


def _line(number: int, wish: Wish, played: Played) -> str:
    words = [f"visitor {number}: pressed {_WORDS[wish.pulse]!r}"]
    if wish.answers is None:
        words.append("declined the questions")
    elif wish.leave_at:
        words.append(f"walked away at {wish.leave_at!r}")
    else:
        words.append(f"answered {len(wish.answers)} questions")
    if wish.topics:
        words.append(f"complained about {' and '.join(wish.topics)}")
    return f"{', '.join(words)}; thanked for {played.thanked} records ({played.ended})"
