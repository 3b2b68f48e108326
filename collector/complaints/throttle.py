"""How often a code that names no ticket may be tried: by one network, and by all of them together.

A *miss* is a well-formed code of which no ticket is here. Only misses count. A code that is let in takes a place in two budgets of ten
seconds, its network's and the collector's, and gets both back when it names a ticket; where a place is missing, nothing is looked up.

The collector's budget bounds an attacker with as many networks as he likes: 50 codes a second are tried, whoever tries them. It is shared, so
that nobody is locked out by another's misses:

* `FRESH`: networks that have missed nothing for an hour. An attacker uses this up with about 100,000 networks, each tried anew every hour.
* `KNOWN`: networks that have missed something lately; each at most `OF_NETWORK` in ten seconds.
* `WAITED`: whoever was turned away, waited as he was told and comes back with the same code. What he comes back with is a *slip*, which
  is signed and not stored: it is of one code and one network, so it is worth nothing to whoever tries many codes at a time. Each network
  has a budget of these too, for its citizens who share it with an attacker.

What remains: an attacker who sends from the citizen's own network also sends each of his codes twice, and more than one a second. Then a
citizen's chance is one of as many as come at a time, on each try.

The counts lie in the database, for all processes that serve pages. A network is a /24 of IPv4 or a /48 of IPv6, and forgotten after an hour.
"""

import hmac
from datetime import datetime
from functools import lru_cache
from hashlib import sha256
from ipaddress import IPv6Address, ip_address, ip_network
from typing import NamedTuple

from django.db import transaction
from django.db.models import F

from collector.complaints.models import TicketMisses

WINDOW_SECONDS = 10
OF_NETWORK = 20
OF_NETWORK_WAITED = 10
FRESH, KNOWN, WAITED = 300, 100, 100
"""The collector's budget in ten seconds, and how it is shared."""
WAIT_SECONDS = 10
"""After so long a slip lets in; whoever is turned away is told to come back then."""
_SLIP_SECONDS = 600
_LATELY = 3600 // WINDOW_SECONDS
_ALL_FRESH, _ALL_KNOWN, _ALL_WAITED = "all fresh", "all known", "all waited"
_V4_BITS, _V6_BITS = 24, 48


class TurnedAway(NamedTuple):
    """No place is free: come back in so many seconds, with this slip."""

    seconds: int
    slip: str


class Place(NamedTuple):
    """Places in budgets, for one code."""

    network: str
    names: tuple[str, str]
    window: int


class _Budget(NamedTuple):
    name: str
    most: int


@lru_cache(maxsize=4096)
def network_of(address: str) -> str:
    """Give the network that an address counts for; addresses that are none share one."""
    try:
        found = ip_address(address.strip())
    except ValueError:
        return "?"
    if isinstance(found, IPv6Address):
        if found.ipv4_mapped is None:
            return str(ip_network((found, _V6_BITS), strict=False))
        found = found.ipv4_mapped
    return str(ip_network((found, _V4_BITS), strict=False))


def enter(network: str, code: str, *, slip: str, now: datetime, secret: bytes) -> Place | TurnedAway:
    """Take a place for a code, or say when to come back; `slip` is what an earlier try gave, or empty."""
    window = _window(now)
    missed = TicketMisses.objects.filter(network=network, missed__gt=window - _LATELY).exists()
    budgets = [
        (_Budget(network, OF_NETWORK), _Budget(_ALL_KNOWN, KNOWN) if missed else _Budget(_ALL_FRESH, FRESH))
    ]
    is_ripe, is_good = _read(slip, network, code, now=now, secret=secret)
    if is_ripe:
        budgets.append((_Budget(f"{network} waited", OF_NETWORK_WAITED), _Budget(_ALL_WAITED, WAITED)))
    for own, whole in budgets:
        if _take_both(own, whole, window):
            return Place(network, (own.name, whole.name), window)
    return TurnedAway(WAIT_SECONDS, slip if is_good else _slip(network, code, _seconds(now), secret))


def hit(place: Place) -> None:
    """Give back a place: the code named a ticket."""
    with transaction.atomic():
        for name in place.names:
            _give_back(name, place.window)


def miss(place: Place) -> None:
    """Keep a place: the code named none."""
    TicketMisses.objects.filter(network=place.network).update(missed=place.window)


def forget(now: datetime) -> None:
    """Forget networks that have not missed anything for an hour."""
    TicketMisses.objects.filter(window__lt=_window(now) - _LATELY, missed__lt=_window(now) - _LATELY).delete()


def _take_both(own: _Budget, whole: _Budget, window: int) -> bool:
    # Whoever floods is turned away by reading alone; only who is let in writes.
    full = TicketMisses.objects.filter(network__in=(own.name, whole.name), window=window)
    most = dict((own, whole))
    if any(count >= most[name] for name, count in full.values_list("network", "count")):
        return False
    with transaction.atomic():
        if not _take(own, window):
            return False
        if _take(whole, window):
            return True
        _give_back(own.name, window)
        return False


def _take(budget: _Budget, window: int) -> bool:
    """Take a place in a budget; the condition is in the update itself, so that two who come at once cannot both have the last."""
    rows = TicketMisses.objects.filter(network=budget.name)
    if rows.filter(window=window, count__lt=budget.most).update(count=F("count") + 1):
        return True
    if rows.filter(window__lt=window).update(window=window, count=1):
        return True
    _, new = TicketMisses.objects.get_or_create(network=budget.name, defaults={"window": window, "count": 1})
    return new


def _give_back(name: str, window: int) -> None:
    TicketMisses.objects.filter(network=name, window=window, count__gt=0).update(count=F("count") - 1)


def _slip(network: str, code: str, at: int, secret: bytes) -> str:
    mark = hmac.digest(secret, f"ikm-slip-1 {network} {code} {at}".encode(), sha256).hex()[:32]
    return f"{at}.{mark}"


def _read(slip: str, network: str, code: str, *, now: datetime, secret: bytes) -> tuple[bool, bool]:
    """Tell whether a slip lets in now, and whether it is one at all."""
    at, _, _ = slip.partition(".")
    if not (at.isascii() and at.isdigit() and len(at) < 16):
        return False, False
    if not hmac.compare_digest(_slip(network, code, int(at), secret).encode(), slip.encode()):
        return False, False
    age = _seconds(now) - int(at)
    return WAIT_SECONDS <= age <= _SLIP_SECONDS, 0 <= age <= _SLIP_SECONDS


def _window(now: datetime) -> int:
    return _seconds(now) // WINDOW_SECONDS


def _seconds(now: datetime) -> int:
    return int(now.timestamp())
