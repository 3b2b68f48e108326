"""Telling every kiosk how far the log is, once a night: each remembers, and a log that went another way is caught by it.

A kiosk says in its state how far it has seen the log; the proof goes on from there. Most have seen the same, so proofs are made once a size.
"""

from collections.abc import Iterable, Sequence

from collector import clock
from collector.fleet.models import Kiosk, KioskState
from collector.log import building, keeping
from collector.log.models import KeptCheckpoint, KioskNews
from collector.trust import keyholder
from survey.health import uplink_health_of
from survey.log.checkpoint import SignedCheckpoint, read_checkpoint
from survey.log.witnessing import Offer
from survey.wire.log_news import LOG_NEWS_PREFIX, LogNews, log_news_text, seal_log_news

_AT_ONCE = 1_000
PUBLISHED_AT_ONCE = 500


def tell_all() -> int:
    """Make the news of the newest checkpoint for every kiosk in use that has none of it yet; gives for how many."""
    kept = building.latest()
    if kept is None:
        return 0
    signed = read_checkpoint(kept.note.encode())
    proofs: dict[int, tuple[bytes, ...]] = {}
    number = 0
    waiting = Kiosk.objects.filter(in_use=True).exclude(log_news__size__gte=kept.size).order_by("pk")
    while some := list(waiting.values_list("pk", "name")[:_AT_ONCE]):
        _tell(some, kept, signed, proofs)
        number += len(some)
    return number


def _tell(
    kiosks: Sequence[tuple[int, str]],
    kept: KeptCheckpoint,
    signed: SignedCheckpoint,
    proofs: dict[int, tuple[bytes, ...]],
) -> None:
    seen = _seen([pk for pk, _ in kiosks])
    texts = []
    for pk, name in kiosks:
        old = seen.get(pk, 0) if seen.get(pk, 0) <= kept.size else 0
        if old not in proofs:
            proofs[old] = keeping.consistency(old, kept.size)
        texts.append(log_news_text(LogNews(name, Offer(old, proofs[old], signed))))
    signatures = keyholder.held().sign([LOG_NEWS_PREFIX + text for text in texts])
    KioskNews.objects.bulk_create(
        [
            KioskNews(kiosk_id=pk, size=kept.size, message=seal_log_news(text, signature))
            for (pk, _), text, signature in zip(kiosks, texts, signatures, strict=True)
        ],
        update_conflicts=True,
        unique_fields=["kiosk"],
        update_fields=["size", "message", "published_at"],
    )


def _seen(kiosks: Iterable[int]) -> dict[int, int]:
    """Give how far kiosks say that they have seen the log."""
    found = {}
    for pk, health in KioskState.objects.filter(kiosk__in=list(kiosks)).values_list("kiosk_id", "health"):
        read = uplink_health_of(health)
        found[pk] = read.log_size if read is not None else 0
    return found


def unpublished() -> list[tuple[int, str, bytes]]:
    """Give `(id, kiosk name, message)` of some of the news that no broker holds yet."""
    waiting = KioskNews.objects.filter(published_at=None).select_related("kiosk").order_by("pk")
    return [(one.pk, one.kiosk.name, bytes(one.message)) for one in waiting[:PUBLISHED_AT_ONCE]]


def mark_published(ids: Iterable[int]) -> None:
    """Note that the broker holds these."""
    KioskNews.objects.filter(pk__in=list(ids)).update(published_at=clock.now())


def in_force(kiosk: str) -> bytes | None:
    """Give what a kiosk is told, or None where it is told nothing yet."""
    found = KioskNews.objects.filter(kiosk__name=kiosk).first()
    return bytes(found.message) if found is not None else None


def forks() -> list[str]:
    """Give the kiosks that say they were shown another history of the log."""
    told = KioskState.objects.filter(health__log_fork=True).order_by("kiosk__name")
    return list(told.values_list("kiosk__name", flat=True))
