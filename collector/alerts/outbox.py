"""Messages on their way: a message is taken by one conditional update, so no two workers ever have the same one.

Who is killed between taking and sending lives no more, and its message is free at once. Whether it had left already nobody knows: it goes
again, under the same key, by which webhook and mail know the repeat; elsewhere the text says that it may be one.
"""

import logging
from datetime import timedelta

from django.db.models import F, QuerySet

from collector import clock
from collector.alerts import sending
from collector.alerts.models import Message, MessageState, Receiver
from collector.jobs.alive import is_alive

log = logging.getLogger(__name__)
MOST_TRIES = 12
_FIRST_WAIT = timedelta(seconds=15)
_LONGEST_WAIT = timedelta(hours=1)


def claim(worker: str) -> Message | None:
    """Take the next message; None where there is none to take now."""
    free = Message.objects.filter(state=MessageState.WAITING, not_before__lte=clock.now())
    for pk in list(free.order_by("not_before", "pk").values_list("pk", flat=True)[:8]):
        taken = Message.objects.filter(pk=pk, state=MessageState.WAITING).update(
            state=MessageState.TAKEN, worker=worker, tries=F("tries") + 1
        )
        if taken:
            return Message.objects.select_related("receiver").get(pk=pk)
    return None


def give_back_of_the_dead() -> int:
    """Free what workers hold that are no more; gives how many."""
    held = Message.objects.filter(state=MessageState.TAKEN)
    freed = 0
    for worker in held.order_by().values_list("worker", flat=True).distinct():
        if not is_alive(worker):
            freed += held.filter(worker=worker).update(state=MessageState.WAITING, worker="")
    return freed


def send(message: Message) -> bool:
    """Send a message that was taken; where it fails it waits, longer each time, and at last is given up."""
    receiver = message.receiver
    now = clock.now()
    try:
        sending.send(receiver, key=message.key, body=message.body, tries=message.tries)
    except OSError as error:
        why = str(error)[:300] or type(error).__name__
        Receiver.objects.filter(pk=receiver.pk).update(last_error=why)
        is_last = message.tries >= MOST_TRIES
        wait = min(_FIRST_WAIT * 2 ** (message.tries - 1), _LONGEST_WAIT)
        state = MessageState.GIVEN_UP if is_last else MessageState.WAITING
        _mine(message).update(state=state, worker="", not_before=now + wait)
        log.warning("%s was not told: %s", receiver.name, why)
        return False
    _mine(message).update(state=MessageState.SENT, worker="", sent_at=now)
    Receiver.objects.filter(pk=receiver.pk).exclude(last_error="").update(last_error="")
    return True


def send_waiting(worker: str) -> int:
    """Send all that can be sent now; gives how many went."""
    sent = 0
    while (message := claim(worker)) is not None:
        sent += send(message)
    return sent


def _mine(message: Message) -> QuerySet[Message]:
    return Message.objects.filter(pk=message.pk, state=MessageState.TAKEN, worker=message.worker)
