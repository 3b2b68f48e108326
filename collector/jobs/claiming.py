"""Who does which piece: a piece is taken by one conditional update, so no two workers ever have the same one."""

from django.db.models import Exists, F, OuterRef, QuerySet

from collector import clock
from collector.errors import CollectorError
from collector.jobs.alive import is_alive
from collector.jobs.asking import PACKING
from collector.jobs.models import JobState, Piece, PieceState

MOST_TRIES = 3
"""A piece whose worker died so often is given up: it may be what killed them."""
_AHEAD = 8
"""Pieces looked at before asking again: others take some of them meanwhile."""


def claim(worker: str) -> Piece | None:
    """Take the next piece; None where there is none to take now. Small jobs go before large ones."""
    while True:
        waiting = list(_free().values_list("pk", flat=True)[:_AHEAD])
        for pk in waiting:
            # Of the piece's own columns alone: PostgreSQL looks at those again once another worker's update has committed, but not
            # at what a subquery found before.
            taken = Piece.objects.filter(pk=pk, state=PieceState.WAITING).update(
                state=PieceState.TAKEN, worker=worker, taken_at=clock.now(), tries=F("tries") + 1
            )
            if taken:
                return Piece.objects.select_related(
                    "job__asked_by", "release__unit", "release__successor", "unit__region", "unit__agency"
                ).get(pk=pk)
        if not waiting:
            return None


def how_many(most: int) -> int:
    """Give how many pieces can be taken now, at most so many."""
    return len(_free().values_list("pk", flat=True)[:most])


def give_back_of_the_dead() -> int:
    """Free what workers hold that are no more; gives how many pieces. One that was tried too often is given up."""
    held = Piece.objects.filter(state=PieceState.TAKEN)
    freed = 0
    for worker in held.values_list("worker", flat=True).distinct():
        if is_alive(worker):
            continue
        of_it = held.filter(
            worker=worker
        )  # by its name: nobody else's are touched, whoever took what meanwhile
        of_it.filter(tries__gte=MOST_TRIES).update(
            state=PieceState.FAILED, done_at=clock.now(), why=CollectorError("job_killed").sentence("id")
        )
        freed += of_it.filter(tries__lt=MOST_TRIES).update(state=PieceState.WAITING, worker="")
    return freed


def end(piece: Piece, worker: str, *, state: PieceState, why: str = "") -> bool:
    """Note how a piece ended; False where it is this worker's no more."""
    return bool(
        Piece.objects.filter(pk=piece.pk, state=PieceState.TAKEN, worker=worker).update(
            state=state, done_at=clock.now(), why=why[:2_000]
        )
    )


def _free() -> QuerySet[Piece]:
    """Give the pieces that can be taken: the packing only after all others have ended."""
    unfinished = Piece.objects.filter(
        job=OuterRef("job"), place__gt=PACKING, state__in=(PieceState.WAITING, PieceState.TAKEN)
    )
    return (
        Piece.objects.filter(state=PieceState.WAITING, job__state=JobState.OPEN)
        .exclude(Exists(unfinished), place=PACKING)
        .order_by("job__total", "job_id", "place")
    )
