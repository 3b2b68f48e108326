"""What 84,000 kiosks need, reckoned from what was measured with fewer: each figure with its arithmetic and its source. Nothing is measured here.

    python -m bench.country_on_paper

Prints the two tables of `docs/growing.md`. A test holds the document to them, and each measured figure to the words of the document that it is taken from.
"""

from collections.abc import Iterator
from typing import NamedTuple

KIOSKS = 84_000
"""One for each village and ward of the country: 83,000 to 84,000."""
OFFICE_HOURS = 7
"""From eight to fifteen, as `bench.fleet_day` has visits."""
_HOUR_S = 3_600


class Measured(NamedTuple):
    """A figure that was measured, and where that is written."""

    value: float
    unit: str
    document: str
    words: str
    """As the document has it."""


RECORDS = Measured(2_104_133, "records", "growing.md", "2,104,133 records")
ANSWERS = Measured(615_542, "answers", "growing.md", "615,542 answers")
LISTENER_S = Measured(406, "s of a core", "growing.md", "The listener took 406 s")
PLAYED_DAYS = 10_000 + 100 * 60
"""Kiosk-days in that day of 10,000 kiosks: a hundred of them brought two months of sixty days."""
MESSAGE_MS = Measured(0.39, "ms of a core a message", "growing.md", "0.39 ms of the processor's time")
REPORTS, ALIVE, VISITS = 24, 24, 2 * 20
"""Messages of a kiosk a day: a report an hour; what it was alive, with answers or an hour's together; a smiley and its questionnaire at each of twenty visits."""
STORED = Measured(393, "bytes an answer", "growing.md", "**393**")
IN_BATCHES = Measured(7_374, "answers/s", "growing.md", "| ours, batches of 100, PostgreSQL | 7,374 |")
IDLE = Measured(54_300, "bytes a day", "journal.md", "54,300")
LIVE = Measured(609, "bytes an answer", "journal.md", "609, 16 of them random")
CONNECTION = Measured(21.6, "kB a connection", "growing.md", "21.6 kB a kiosk")
HANDSHAKE_MS = Measured(
    3.94, "ms of the broker a connection", "growing.md", "3.94 ms of the broker's processor"
)
RECONNECT_S = Measured(
    300, "s at most between tries", "configuration.md", "`uplink.reconnect_cap_seconds` | `300.0`"
)
QUEUED = Measured(100_000, "messages", "growing.md", "`max_queued_messages` of 100,000")
LOG_MB = Measured(16, "MB a night", "log.md", "grow by about 16 MB a night")
LEAVES_S = Measured(2.5, "s", "log.md", "in 2.0 to 2.5 s")
NEWS_S = Measured(10, "s", "log.md", "Signing news for all kiosks takes 10 s")
MORNING_S = Measured(11, "s of a core", "alerts.md", "took 11 s of a core")
TURN_S = Measured(1.5, "s", "alerts.md", "a turn takes 0.5 to 1.5 s")
TURN_EVERY_S = Measured(15, "s", "alerts.md", "15 s after the last one ended")
RELEASE_MS = Measured(31, "ms a unit", "releases.md", "31 ms a unit once both are under way")
PAPERS_S = Measured(1.18, "s of a core a unit", "papers.md", "1.18 s a unit")
SETTINGS_MS = Measured(10, "ms of work a kiosk", "collector.md", "10 ms of work a kiosk")
MEASURED = {name: value for name, value in list(globals().items()) if isinstance(value, Measured)}


class Need(NamedTuple):
    """A line of the reckoning."""

    what: str
    needed: str
    how: str


def needs() -> Iterator[Need]:
    """Reckon what so many kiosks need."""
    records = RECORDS.value / PLAYED_DAYS
    answers = ANSWERS.value / PLAYED_DAYS
    yield Need(
        "records a day", f"{KIOSKS * records / 1e6:.1f} million",
        f"{RECORDS.value:,.0f} of {PLAYED_DAYS:,} kiosk-days: {records:.1f} a kiosk",
    )  # fmt: skip
    yield Need(
        "answers a day", f"{KIOSKS * answers / 1e6:.2f} million",
        f"{ANSWERS.value:,.0f} of the same: {answers:.1f} a kiosk",
    )  # fmt: skip
    messages = REPORTS + ALIVE + VISITS
    busy = VISITS + (REPORTS + ALIVE) * OFFICE_HOURS / 24
    per_second = KIOSKS * busy / OFFICE_HOURS / _HOUR_S
    yield Need(
        "messages a second in office hours", f"{per_second:.0f}",
        f"{messages} a kiosk and day, {busy:.0f} of them in {OFFICE_HOURS} hours",
    )  # fmt: skip
    yield Need(
        "listener, a message at a time", f"{100 * per_second * MESSAGE_MS.value / 1000:.0f} % of a core",
        f"times {MESSAGE_MS.value} ms (SQLite)",
    )  # fmt: skip
    yield Need(
        "listener, as the day of 10,000 was", f"{KIOSKS * records * LISTENER_S.value / RECORDS.value / 60:.0f} minutes of a core a day",
        f"{1e6 * LISTENER_S.value / RECORDS.value:.0f} µs a record: more come in one batch there, for the day was played 144 times as fast",
    )  # fmt: skip
    yield Need(
        "a day of all that lies with kiosks, taken in", f"{KIOSKS * answers / IN_BATCHES.value / 60:.0f} minutes",
        f"answers in batches at {IN_BATCHES.value:,.0f} a second: one listener, PostgreSQL, two busy cores",
    )  # fmt: skip
    day_gb = KIOSKS * answers * STORED.value / 1e9
    yield Need(
        "database a year", f"{365 * day_gb:.0f} GB",
        f"{day_gb:.2f} GB a day at {STORED.value:.0f} bytes an answer with everything (PostgreSQL); every day a day of visits: an upper bound",
    )  # fmt: skip
    yield Need("log of facts a year", f"{365 * LOG_MB.value / 1000:.1f} GB", f"{LOG_MB.value:.0f} MB a night")
    yield Need(
        "broker's memory", f"{KIOSKS * CONNECTION.value / 1e6:.1f} GB",
        f"{CONNECTION.value} kB a connection over TLS, with what is retained",
    )  # fmt: skip
    yield Need(
        "all kiosks come back at once", f"{KIOSKS * HANDSHAKE_MS.value / 1000:.0f} s of the broker",
        f"{HANDSHAKE_MS.value} ms a connection, in one thread; kiosks try again after {RECONNECT_S.value:.0f} s at most",
    )  # fmt: skip
    yield Need(
        "the listener is away: the broker's queue is full", f"after {QUEUED.value / per_second / 60:.0f} minutes at the earliest",
        f"{QUEUED.value:,.0f} messages at {per_second:.0f} a second; what is dropped then is sent again, for it has no receipt",
    )  # fmt: skip
    wire = IDLE.value + answers * LIVE.value
    busy_wire = IDLE.value * OFFICE_HOURS / 24 + answers * LIVE.value
    yield Need(
        "bandwidth in office hours", f"{8 * KIOSKS * busy_wire / OFFICE_HOURS / _HOUR_S / 1e6:.1f} Mbit/s",
        f"{KIOSKS * wire / 1e9:.1f} GB a day: {IDLE.value:,.0f} bytes of an idle day, and {LIVE.value:.0f} an answer with its receipt",
    )  # fmt: skip
    night = LEAVES_S.value + NEWS_S.value + MORNING_S.value
    yield Need(
        "each night and morning", f"{night:.0f} s",
        f"leaves {LEAVES_S.value}, news {NEWS_S.value:.0f}, morning round {MORNING_S.value:.0f}; these were measured with 84,000",
    )  # fmt: skip
    yield Need(
        "alerts", f"{100 * TURN_S.value / (TURN_S.value + TURN_EVERY_S.value):.0f} % of a core",
        f"a turn of {TURN_S.value} s, {TURN_EVERY_S.value:.0f} s apart; measured with 84,000",
    )  # fmt: skip
    yield Need(
        "a quarter's releases", f"{KIOSKS * RELEASE_MS.value / 1000 / 60:.0f} minutes", f"{RELEASE_MS.value:.0f} ms a unit, two processes"
    )  # fmt: skip
    yield Need(
        "papers of all units", f"{KIOSKS * PAPERS_S.value / _HOUR_S:.0f} hours of a core",
        f"{PAPERS_S.value} s a unit, ten files each: once a quarter where all are made",
    )  # fmt: skip
    yield Need(
        "a setting for all kiosks", f"{KIOSKS * SETTINGS_MS.value / 1000 / 60:.0f} minutes of a core", f"{SETTINGS_MS.value:.0f} ms a kiosk"
    )  # fmt: skip


def table() -> str:
    """Give the reckoning as it stands in the document."""
    rows = [f"| {one.what} | {one.needed} | {one.how} |" for one in needs()]
    return "\n".join(("| What | Needed | Reckoned |", "| --- | --- | --- |", *rows))


def sources() -> str:
    """Give what it is reckoned from."""
    rows = [
        f"| {name.lower().replace('_', ' ')} | {one.value:,} {one.unit} | [{one.document}]({one.document}): {one.words.replace('|', '').strip()} |"
        for name, one in MEASURED.items()
    ]
    return "\n".join(("| Figure | Measured | Where |", "| --- | --- | --- |", *rows))


def main() -> None:
    """Print both."""
    print(table(), sources(), sep="\n\n")


if __name__ == "__main__":
    main()
