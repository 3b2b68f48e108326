"""When what is sent and asked: each report once, whatever breaks in between.

A report's key and the moment of trying are stored before the request begins. What may have been taken is asked for by our number, and goes out
again only after the other side said that it has none such. What was certainly not taken is tried again, later each time.
"""

import logging
import random
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple

from django.contrib.auth.models import User
from django.db import transaction

from collector.complaints.life import NotAllowed
from collector.errors import CollectorError
from collector.handover import exporting, facts, importing, topics
from collector.handover.importing import Told
from collector.handover.lapor.adapter import (
    Adapter,
    Asked,
    LaporError,
    MaybeTaken,
    NotTaken,
    Refused,
    Report,
    State,
)
from collector.handover.models import Handover, Stage
from collector.local import local_date
from collector.people import trail

AT_ONCE = 50
FIRST_WAIT = timedelta(minutes=2)
LONGEST_WAIT = timedelta(hours=12)
SURELY_OVER = timedelta(minutes=10)
"""A request that began so long ago has come to an end, one way or the other."""
ASK_EVERY = timedelta(hours=6)
_WORDS = 200

_STAGES = {NotTaken: Stage.WAITING, MaybeTaken: Stage.UNSURE, Refused: Stage.REFUSED}

log = logging.getLogger(__name__)


class Done(NamedTuple):
    """What one round did."""

    sent: int
    states: int
    troubles: int


class Courier:
    """Carries reports out and states back; one round is one `step`."""

    def __init__(
        self, adapter: Adapter, *, can_ask: bool, jitter: Callable[[], float] = random.random
    ) -> None:
        self._adapter = adapter
        self._can_ask = can_ask
        self._jitter = jitter

    def step(self, now: datetime) -> Done:
        """Send what is due, and ask for what is out.

        Raises:
            CollectorError: the holder of the keys is away, or the token cannot be read; nothing is lost.
        """
        Handover.objects.filter(stage=Stage.SENDING, sent_at__lt=now - SURELY_OVER).update(
            stage=Stage.UNSURE, due_at=now, trouble="the program ended while it was sent"
        )
        sent = troubles = 0
        for one in _due(Stage.WAITING, now):
            went = self._send(one, now)
            sent, troubles = sent + went, troubles + (not went)
        states = self._ask([*_due(Stage.UNSURE, now), *_due(Stage.TAKEN, now)], now) if self._can_ask else 0
        return Done(sent, states, troubles)

    def _send(self, one: Handover, now: datetime) -> bool:
        if not facts.is_passed_on(one.ticket):
            return self._keep(one, Stage.RETURNED, "it is not passed on any more")
        try:
            report = _report(one)
        except NotAllowed as error:
            return self._keep(one, Stage.REFUSED, error.word)
        claimed = Handover.objects.filter(pk=one.pk, stage=Stage.WAITING, tries=one.tries)
        one.tries, one.sent_at, one.stage, one.due_at = one.tries + 1, now, Stage.SENDING, None
        one.acknowledge_by = exporting.acknowledge_by(one.ticket, now)
        if not claimed.update(
            stage=one.stage, tries=one.tries, sent_at=now, due_at=None, acknowledge_by=one.acknowledge_by
        ):
            return False  # another process has it
        later = now + self._wait(one.tries)
        try:
            number = self._adapter.send(report)
        except LaporError as error:
            stage = _STAGES[type(error)]
            return self._keep(one, stage, str(error), due_at=None if stage == Stage.REFUSED else later)
        except CollectorError as error:  # the token: nothing was sent
            self._keep(one, Stage.WAITING, error.word, due_at=later)
            raise
        except BaseException:
            self._keep(one, Stage.UNSURE, "the program was stopped", due_at=later)
            raise
        return self._take(one, number, now)

    def _take(self, one: Handover, number: str, now: datetime) -> bool:
        told = importing.read_told(one, number=number, word="", on=None, answer="", today=_today(one, now))
        if not isinstance(told, Told):
            return self._keep(
                one, Stage.UNSURE, f"the number cannot be used: {told}", due_at=now + self._wait(one.tries)
            )
        with transaction.atomic():
            one.due_at = now + ASK_EVERY
            importing.settle(told, now=now)
            trail.note(
                who=one.by,
                action="report taken",
                subject=one.ticket.number,
                why=one.why,
                facts={"number": told.number},
            )
        return True

    def _ask(self, out: Sequence[Handover], now: datetime) -> int:
        if not out:
            return 0
        asked = [Asked(one.key, one.ticket.number, one.tracking_id) for one in out]
        try:
            answers = self._adapter.poll(asked)
        except NotTaken as error:
            for one in out:
                Handover.objects.filter(pk=one.pk).update(
                    due_at=now + self._wait(one.tries), trouble=f"not asked: {error}"[:_WORDS]
                )
            return 0
        return sum(self._hear(one, state, now) for one, state in zip(out, answers, strict=True))

    def _hear(self, one: Handover, state: State | None, now: datetime) -> bool:
        if state is None:
            if one.stage == Stage.UNSURE and one.sent_at is not None and now - one.sent_at >= SURELY_OVER:
                self._keep(one, Stage.WAITING, "it was not taken", due_at=now)
            else:
                Handover.objects.filter(pk=one.pk).update(due_at=now + self._wait(one.tries))
            return False
        told = importing.read_told(
            one,
            number=state.tracking_id,
            word=state.status,
            on=state.on,
            answer=state.answer,
            today=_today(one, now),
        )
        if not isinstance(told, Told):
            trouble = f"its state cannot be used: {told}"
            Handover.objects.filter(pk=one.pk).update(due_at=now + ASK_EVERY, trouble=trouble[:_WORDS])
            log.warning("report %s: %s", one.ticket.number, trouble)
            return False
        new = told.is_new
        with transaction.atomic():
            one.due_at = now + ASK_EVERY
            importing.settle(told, now=now)
        return new

    def _keep(self, one: Handover, stage: Stage, trouble: str, *, due_at: datetime | None = None) -> bool:
        Handover.objects.filter(pk=one.pk).update(stage=stage, trouble=trouble[:_WORDS], due_at=due_at)
        if trouble != one.trouble:  # once, and not each time
            log.warning("report %s: %s, now %s", one.ticket.number, trouble, stage)
        one.stage = stage
        return False

    def _wait(self, tries: int) -> timedelta:
        longest: timedelta = min(FIRST_WAIT * (1 << min(tries, 12)), LONGEST_WAIT)
        return longest * (0.5 + self._jitter() / 2)


def _due(stage: Stage, now: datetime) -> Sequence[Handover]:
    found = Handover.objects.filter(stage=stage, due_at__lte=now).order_by("due_at", "pk")
    return list(found.select_related("ticket__unit__region", "ticket__unit__agency")[:AT_ONCE])


def _report(one: Handover) -> Report:
    user = User.objects.filter(username=one.by, is_active=True).first()
    if user is None:
        raise NotAllowed("not_allowed", account=one.by, ticket=one.ticket.number)
    ticket = one.ticket
    words = facts.words_of([ticket], user=user, action=exporting.ACTION, why=one.why)[ticket.pk]
    row = exporting.row_of(ticket, words, public=False)
    return Report(
        key=one.key,
        number=row["nomor_tiket"],
        classification=row["klasifikasi"],
        title=row["judul"],
        text=row["isi"],
        happened_on=facts.came_on(ticket),
        place=row["lokasi"],
        agency=row["instansi_tujuan"],
        category=topics.names_of(ticket.topics),
        secret=True,
    )


def _today(one: Handover, now: datetime) -> date:
    return local_date(now, one.ticket.unit.time_zone)
