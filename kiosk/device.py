"""The parts that every way of running the kiosk shares: who it is, and its open journal with the writer's thread."""

import contextlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kiosk.config import Config
from kiosk.errors import IdentityUnreadable, JournalShut
from kiosk.remote.plan import make_plan
from kiosk.remote.tickets import Tickets, told_here
from kiosk.remote.visit_codes import Confirmed, VisitCodes
from kiosk.watch.folders import require_enrolled
from kiosk.watch.log import watched
from survey.record.visit_test import LogSize
from survey.settings.keys import SettingsContent
from survey.visit.plan import OfferedService, Plan
from survey.wire.trouble import trouble_of
from uplink.errors import UplinkError
from uplink.journal.enrolment import Enrolment, load_enrolment, verifier
from uplink.journal.home import KioskHome, read_status
from uplink.journal.identity import Identity
from uplink.journal.journal import Journal
from uplink.journal.kept_totals import KeptTotals
from uplink.journal.stamp import Clock, SystemClock
from uplink.journal.tallying import Tallier
from uplink.journal.writer import JournalWriter


class Device(NamedTuple):
    """An enrolled kiosk with its journal open."""

    home: Path
    config: Config
    enrolment: Enrolment
    journal: Journal
    writer: JournalWriter
    clock: Clock
    zone: ZoneInfo
    tickets: Tickets
    codes: VisitCodes

    def plan(self, remote: SettingsContent | None = None) -> Plan:
        """Make the plan of visits: the collector's settings come before the enrolment and the configuration."""
        return plan_of(self.config, self.enrolment, remote or SettingsContent())


def plan_of(config: Config, enrolment: Enrolment, remote: SettingsContent) -> Plan:
    """Make the plan of visits; a complaint is taken only where it can be sealed."""
    enrolled = tuple(OfferedService(one.code, one.name, one.unit) for one in enrolment.services)
    return make_plan(
        config,
        services=enrolled if remote.services is None else remote.services,
        instruments=remote.instruments,
        languages=remote.languages,
        can_seal=bool(enrolment.seal_key),
    )._replace(standards=remote.standards, counters=remote.counters)


def load_identity(home: Path) -> tuple[Identity, Enrolment]:
    """Read who this kiosk is.

    Raises:
        NotEnrolled, NotMounted: it has not been enrolled, or its folder is not there.
        IdentityUnreadable: its identity cannot be read.
    """
    require_enrolled(home)
    try:
        return Identity.load(home), load_enrolment(home)
    except UplinkError as error:
        raise IdentityUnreadable(str(error)) from error


@contextlib.contextmanager
def open_device(
    home: Path, config: Config, *, make_clock: Callable[[Journal], Clock] | None = None
) -> Iterator[Device]:
    """Open the journal and start its writer; both are closed in the end, with everything submitted written.

    A simulation brings its own clock, made once the journal's boots are known.

    Raises:
        NotEnrolled, NotMounted, IdentityUnreadable: the kiosk has no identity, or none that can be used.
        JournalShut: the journal cannot be opened; the message says why.
    """
    identity, enrolment = load_identity(home)
    folder = KioskHome(home).journal
    receipts = KioskHome(home).receipts(kiosk=enrolment.kiosk, verify=verifier(enrolment.collector_key))
    totals = KeptTotals(KioskHome(home).totals)
    try:
        journal = Journal.open(
            folder, stream_key=identity, receipts=receipts, head=KioskHome(home).head, totals=totals
        )
    except UplinkError as error:
        raise JournalShut(
            f"the journal in {folder} cannot be opened: {error}; nothing was changed", error.trouble
        ) from error
    clock = make_clock(journal) if make_clock else SystemClock(folder, last_boot=journal.last_boot)
    zone = ZoneInfo(enrolment.timezone)
    writer = JournalWriter(
        journal,
        clock=clock,
        tallier=Tallier(journal, totals, zone=zone),
        undeclared=partial(_undeclared, KioskHome(home)),
    )
    writer.start()
    tickets = Tickets(told_here(home, enrolment), collector_key=enrolment.collector_key)
    codes = VisitCodes(
        KioskHome(home).visit_codes,
        kiosk=enrolment.kiosk,
        collector_key=enrolment.collector_key,
        confirmed=lambda: Confirmed(journal.stream, journal.confirmed),
        seen_log=lambda: _seen_log(KioskHome(home)),
    )
    try:
        yield Device(
            home=home,
            config=config,
            enrolment=enrolment,
            journal=journal,
            writer=writer,
            clock=clock,
            zone=zone,
            tickets=tickets,
            codes=codes,
        )
    finally:
        tickets.stop()
        codes.stop()
        writer.stop()


def _seen_log(home: KioskHome) -> LogSize | None:
    """Give how far the collector's log had come when the uplink heard of it last."""
    seen = watched(read_status(home.uplink_status)).seen
    return LogSize(seen.origin, seen.size) if seen is not None else None


def _undeclared(home: KioskHome) -> int | None:
    """Give the damaged record at which the uplink says it stands, if it says so."""
    told = trouble_of(read_status(home.uplink_status).get("trouble"))
    seq = dict(told.values).get("seq") if told is not None and told.code == "record_undeclared" else None
    return seq if isinstance(seq, int) and seq > 0 else None
