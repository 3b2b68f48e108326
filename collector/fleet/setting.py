"""Changing settings, layer by layer, and signing what follows for the kiosks: a few at once, so that nobody waits for a whole regency."""

import logging
import time
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from collector.errors import CollectorError, KeeperAway, NotSetUp
from collector.fleet import layers
from collector.fleet.layers import ALL, KIOSK, Layer
from collector.fleet.models import Kiosk
from collector.fleet.publication import DEFAULTS, check, insist_settable, publish
from collector.people import trail
from survey.settings.addresses import BROKER, COLLECTOR, is_worse

STEP = 10
"""Kiosks that are signed for in one transaction: a tenth of a second on two cores, in which nobody else writes."""
LISTENER_SECONDS = 0.2
"""After so long the listener begins no further step, and takes in what has arrived meanwhile."""
MOVES = (BROKER, COLLECTOR)
"""Where kiosks send to: whoever administers a part of the country does not lead its kiosks elsewhere."""
ON_KIOSK_ONLY = ("places",)
"""Keys that mean something for one kiosk alone."""

log = logging.getLogger(__name__)


class Changed(NamedTuple):
    """What a change came to."""

    keys: tuple[str, ...]
    """Those that are otherwise now; none where it was so already."""
    kiosks: int
    """How many kiosks it reaches."""
    signed: bool
    """Whether the kiosks' settings are signed already; else that is done in steps."""


def change(layer: Layer, changes: Mapping[str, object], *, who: str, why: str = "") -> Changed:
    """Set values in a layer, or clear them by None; what it reaches is signed at once where that is few, else in steps.

    Raises:
        CollectorError: a key is none that is set there, or its value makes no sense with what lies above; nothing is changed.
    """
    insist_settable(changes)
    for key in ON_KIOSK_ONLY:
        if key in changes and layer.kind != KIOSK:
            raise CollectorError("setting_of_kiosk", key=key)
    for key, public in ((BROKER, settings.IKM_PUBLIC_BROKER_URL), (COLLECTOR, settings.IKM_PUBLIC_URL)):
        if is_worse(str(changes.get(key) or public), public):
            raise CollectorError("setting_no_tls", key=key)
    before = layers.own(layer)
    wanted = {key: value for key, value in changes.items() if before.get(key) != value}
    if not wanted:
        return Changed((), 0, signed=True)
    with transaction.atomic():
        if layer.kind == KIOSK:
            publish(Kiosk.objects.get(name=layer.code), changes=wanted, who=who)
        else:
            layers.write(layer, wanted, who=who)
            held = layers.in_force(layers.over(layer))
            check(DEFAULTS | {key: placed.value for key, placed in held.items()})
        number = layers.mark(layers.kiosks_of(layer))
        facts = {"set": sorted(key for key, value in wanted.items() if value is not None)}
        facts |= {"cleared": sorted(key for key, value in wanted.items() if value is None)}
        subject = layer.code or ALL
        trail.note(who=who, action="settings", subject=subject, why=why, facts=facts | {"kiosks": number})
        signed = number <= STEP and _sign_all(layers.kiosks_of(layer))
    return Changed(tuple(sorted(wanted)), number, signed=signed)


def office_over(layer: Layer, keys: Iterable[str]) -> tuple[str, str]:
    """Give what an office must reach to change these keys in a layer; see `layers.office_over`."""
    return layers.EVERYTHING if set(keys) & set(MOVES) else layers.office_over(layer)


def renew(kiosks: QuerySet[Kiosk]) -> bool:
    """Have settings signed anew for kiosks, in the caller's transaction where they are few, else in steps; tells whether they are.

    Raises:
        CollectorError: they are few, and the settings of one would not hold.
    """
    with transaction.atomic():
        return layers.mark(kiosks) <= STEP and _sign_all(kiosks)


def _sign_all(kiosks: QuerySet[Kiosk]) -> bool:
    for kiosk in _locked(kiosks.filter(due=True)):
        publish(kiosk, changes={})
        _settled(kiosk, "")
    return True


def sign_due(*, among: QuerySet[Kiosk] | None = None) -> int:
    """Sign for some of the kiosks whose settings are otherwise now, in one transaction; gives for how many.

    Settings that would not hold together for a kiosk are not signed, and its row says why.

    Raises:
        KeeperAway, NotSetUp: nothing can be signed now; they stay due.
    """
    waiting = Kiosk.objects.all() if among is None else among
    with transaction.atomic():
        kiosks = _locked(waiting.filter(due=True).order_by("pk")[:STEP])
        for kiosk in kiosks:
            _settled(kiosk, _sign(kiosk))
    return len(kiosks)


def sign_some() -> None:
    """Take a few steps where something is due, as the listener does between two groups; a keeper that is away is asked again."""
    began = time.monotonic()
    try:
        while sign_due() and time.monotonic() < began + LISTENER_SECONDS:
            pass
    except (KeeperAway, NotSetUp) as error:
        log.warning("settings wait to be signed: %s", error)


def sign_now(name: str) -> None:
    """Sign for a kiosk that asks for its settings itself, where they are otherwise now."""
    try:
        if Kiosk.objects.filter(name=name, due=True).exists():
            sign_due(among=Kiosk.objects.filter(name=name))
    except (KeeperAway, NotSetUp) as error:
        log.warning("settings of %s wait to be signed: %s", name, error)


def _locked(kiosks: QuerySet[Kiosk]) -> list[Kiosk]:
    """Hold kiosks' rows until the transaction ends: whoever changes a value meanwhile marks them due again behind us."""
    return list(kiosks.select_for_update(skip_locked=True, of=("self",)))


def _sign(kiosk: Kiosk) -> str:
    """Sign for a kiosk; gives why not, or nothing."""
    try:
        publish(kiosk, changes={})
    except (KeeperAway, NotSetUp):
        raise
    except CollectorError as error:
        log.warning("the settings of %s are not signed: %s", kiosk.name, error)
        return str(error)
    return ""


def _settled(kiosk: Kiosk, why: str) -> None:
    Kiosk.objects.filter(pk=kiosk.pk).update(due=False, unsigned_why=why[:300])
