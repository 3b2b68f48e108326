"""A view for everything that keeps a kiosk from serving, with the longest sentences that occur there."""

import time
from collections.abc import Iterator, Sequence

from hardware.simulator import SimulatedPanel
from hardware.wifi import Wifi
from kiosk.config import Config
from kiosk.desk.entry import Entry
from kiosk.errors import (
    ConfigurationError,
    IdentityUnreadable,
    JournalShut,
    KioskError,
    NoButtons,
    NotEnrolled,
    NotMounted,
    Obstacle,
    Revoked,
    Tried,
)
from kiosk.fitted.opening import make_debouncer
from kiosk.show.standby import Machine, between_view, standby_view
from kiosk.show.texts import Texts
from kiosk.show.views import Touched, Typed, View
from survey.wire.trouble import trouble

_COLLECTOR = "https://ikm.lampungselatankab.go.id"
_TRIES = (
    Tried(
        Obstacle.NO_ANSWER,
        f"{_COLLECTOR} does not answer: check the address and this machine's network, then use the same code again",
    ),
    Tried(
        Obstacle.WRONG_CLOCK,
        "this machine's clock says 2020-01-01 00:12 UTC and the collector's 2026-11-23 02:41: wait until it has the time from "
        "the network, or set it with: sudo date -u -s '2026-11-23 02:41:07'; then use the same code again",
        "sudo date -u -s '2026-11-23 02:41'",
    ),
    Tried(
        Obstacle.WRONG_CODE,
        f"{_COLLECTOR} is not the collector that made this code: its certificate authority is another one. Compare every "
        "letter of the code; if all are right, somebody stands between this kiosk and the collector. The code was not sent",
    ),
    Tried(Obstacle.CODE_REFUSED, "code_unknown: this code was used already, or is older than a day"),
    Tried(
        Obstacle.WRONG_FILE,
        "/boot/firmware/ikm-kiosk.toml: kode is not understood; it may say collector, code and pin, each in quotes",
    ),
)


def waiting_samples(language: str) -> Iterator[tuple[str, View]]:
    """Every screen of a kiosk that is not in service, by name."""
    yield "starting", between_view("", Texts(language))
    yield "updating", between_view("2.4.0+20261123.051200", Texts(language))
    machine = Machine(name="kios-sukamaju-01", version="0.1.0", addresses=("192.168.100.117",))
    lonely = machine._replace(addresses=())
    errors: dict[str, tuple[KioskError, Machine]] = {
        "not-enrolled": (NotEnrolled(""), machine),
        "not-enrolled-offline": (NotEnrolled(""), lonely),
        **{
            f"enrolling-{tried.obstacle.replace('_', '-')}": (NotEnrolled("", tried), machine)
            for tried in _TRIES
        },
        "enrolling-offline": (NotEnrolled("", _TRIES[0]), lonely),
        "not-mounted": (
            NotMounted(
                "/var/lib/ikm-kiosk is not mounted: the kiosk's records lie on UUID=3f1c6a52-8d0b-4c7e-9a41-6f2d1b7e5c90, "
                "which is missing or damaged; see `systemctl status` and `journalctl -b`"
            ),
            machine,
        ),
        "wrong-configuration": (
            ConfigurationError(
                "/etc/ikm-kiosk/kiosk.toml: panel.glitch_ms = -1: write a whole number from 1 to 100"
            ),
            machine,
        ),
        "no-buttons": (
            NoButtons(
                "no usable GPIO chip: is this a Raspberry Pi, and is this user in the group gpio? "
                "Start with --simulate where there are no buttons"
            ),
            machine,
        ),
        "journal-shut": (
            JournalShut(
                "the journal in /var/lib/ikm-kiosk/journal cannot be opened: another process has it open; "
                "nothing was changed",
                trouble("journal_foreign"),
            ),
            lonely,
        ),
        "identity-unreadable": (
            IdentityUnreadable(
                "the signing key /var/lib/ikm-kiosk/kiosk/identity/signing.key cannot be read: it is no private key in PEM"
            ),
            machine,
        ),
        "revoked": (
            Revoked(
                "the collector revoked k-0001 on 2026-11-27 02:10 UTC: get a new code with `ikm-collector enrol` and type it at "
                "the screen, or run `sudo ikm-kiosk enrol CODE --collector URL`; all that is kept in /var/lib/ikm-kiosk stays"
            ),
            machine,
        ),
    }
    for name, (error, where) in errors.items():
        notice = standby_view(error, where, Texts(language))
        if isinstance(error, NotEnrolled | Revoked):
            yield name, _entry().view(notice, connected=bool(where.addresses), texts=Texts(language))
        else:
            yield name, notice
    notice = standby_view(errors["not-enrolled"][0], machine, Texts(language))
    for name, entry in _typing():
        yield f"enrol-{name}", entry.view(notice, connected=True, texts=Texts(language))


def _entry(came: Tried | None = None, address: str = _COLLECTOR) -> Entry:
    panel = SimulatedPanel()
    return Entry(
        lambda _wish: came,
        panel=panel,
        debouncer=make_debouncer(Config(), panel),
        wifi=Wifi(),
        address=address,
    )


def _typing() -> Iterator[tuple[str, Entry]]:
    """Every screen on the way to an enrolment, as staff meet it."""
    pin, code = [*"271828", "\r"], [*"7K2MP9QX4RF3TN8WZC0HJDV61S", "\r"]
    steps = {
        "address": [*"ikm.lampung"],
        "address-wrong": ["\b"] * 8 + [*"ftp://", "\r"],
        "code-empty": ["\r"],
        "code": ["\r", *code[:15]],
        "code-whole": ["\r", *code[:-1]],
        "code-short": ["\r", *code[:15], "\r"],
        "pin": ["\r", *code],
        "pin-weak": ["\r", *code, *"123456", "\r"],
        "repeat": ["\r", *code, *pin, *pin[:3]],
    }
    for name, keys in steps.items():
        yield (
            name,
            _after(_entry(address=_COLLECTOR if name.startswith(("code", "pin", "rep")) else ""), keys),
        )
    every = ["\r", *code, *pin, *pin]
    yield "done", _settled(_after(_entry(), every))
    failed = Tried(
        Obstacle.ENROLMENT_FAILS,
        "the unit ikm-kiosk-typed does not answer: systemctl status ikm-kiosk-typed.path",
    )
    for tried in (*_TRIES[:-1], failed):
        yield f"{tried.obstacle}".replace("_", "-"), _settled(_after(_entry(tried), every))


def _after(entry: Entry, keys: Sequence[str]) -> Entry:
    entry.take(Touched("enrol-type", 0.0), 0.0)
    for one in keys:
        entry.take(Typed(one, 0.0), 0.0)
    return entry


def _settled(entry: Entry) -> Entry:
    while entry.trying:
        entry.step(0.0)
        time.sleep(0.001)
    return entry
