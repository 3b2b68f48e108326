"""The end of keys: under which keys of a kiosk nothing is taken any more, and everybody whom that is told.

One act, by hand or by an enrolment under the same name, has four effects. The doors take nothing under the key from this moment on. The
kiosk's certificate stands in a list, which the broker reads anew (`collector.fleet.revoked`). What the broker retains for a kiosk without any
good key is cleared. And the kiosk is told by a signed word, over the broker while it is still connected, and over HTTPS whenever it asks.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from collector import clock
from collector.fleet import present
from collector.fleet.models import Kiosk, KioskEnding, KioskKey, KioskSettings
from collector.trust import keyholder
from survey.wire.ended import Ended, pack_ended

_AT_ONCE = 100


def end(kiosk: Kiosk, *, why: str, now: datetime) -> int:
    """End all keys of a kiosk; gives how many there were. Call it in the transaction of what else that means.

    Raises:
        CollectorError: the holder of the keys is away; nothing is ended.
    """
    number = KioskKey.objects.filter(kiosk=kiosk, revoked_at=None).update(
        revoked_at=now, revoked_why=why[:200]
    )
    if not number:
        return 0
    keys = KioskKey.objects.filter(kiosk=kiosk).exclude(revoked_at=None).order_by("-revoked_at", "-pk")
    ended = Ended(
        kiosk=kiosk.name,
        keys=tuple(bytes(one) for one in keys.values_list("public_key", flat=True)),
        at=round(now.timestamp() * 1000),
    )
    message = pack_ended(ended, keyholder.sign)
    KioskEnding.objects.update_or_create(kiosk=kiosk, defaults={"message": message, "published_at": None})
    # What the broker is about to lose it gets again, should the kiosk be enrolled anew.
    newest = KioskSettings.objects.filter(kiosk=kiosk).order_by("-version").values("pk")[:1]
    KioskSettings.objects.filter(pk__in=list(newest.values_list("pk", flat=True))).update(published_at=None)
    present.keep(Kiosk.objects.filter(pk=kiosk.pk))
    return number


def word_for(kiosk: str) -> bytes | None:
    """Give the signed word on which keys of a kiosk have ended; None where none has."""
    found = KioskEnding.objects.filter(kiosk__name=kiosk).first()
    return bytes(found.message) if found is not None else None


def word_for_unused(kiosk: str) -> bytes | None:
    """Give that word where the kiosk has no good key at all: whoever asks in its name is meant."""
    word = word_for(kiosk)  # nearly nobody has one
    return word if word is not None and without_good_key().filter(name=kiosk).exists() else None


def without_good_key() -> QuerySet[Kiosk]:
    """Give the kiosks that had keys and have none that is good, not even to bring history in."""
    good = KioskKey.objects.filter(kiosk=OuterRef("pk"), revoked_at=None)
    return Kiosk.objects.filter(~Exists(good), ending__isnull=False)


def unpublished() -> list[tuple[int, str, bytes, bool]]:
    """Give `(id, kiosk name, message, whether the kiosk has no good key)` of what the broker was not told."""
    waiting = list(KioskEnding.objects.filter(published_at=None).select_related("kiosk")[:_AT_ONCE])
    unused = set(
        without_good_key().filter(pk__in=[one.kiosk_id for one in waiting]).values_list("pk", flat=True)
    )
    return [(one.pk, one.kiosk.name, bytes(one.message), one.kiosk_id in unused) for one in waiting]


def say_again(kiosks: Iterable[int]) -> None:
    """Have the broker told once more of kiosks that spoke though no key of theirs is good: what that left there is cleared too."""
    unused = without_good_key().filter(pk__in=list(kiosks)).values("pk")
    KioskEnding.objects.filter(kiosk__in=unused).update(published_at=None)


def mark_published(ids: Iterable[int]) -> None:
    """Note that the broker was told."""
    with transaction.atomic():
        KioskEnding.objects.filter(pk__in=list(ids)).update(published_at=clock.now())
