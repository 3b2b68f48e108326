"""One group of messages, inside its transaction: look up, judge, keep, project.

`collector.evidence.intake.accept` owns the transaction and the retries; this module does what happens between begin and commit,
and `collector.evidence.intake.work` what each stream's share of it is.
"""

from collections import defaultdict, deque
from collections.abc import Mapping, Sequence

from collector.evidence.intake import attachments, projecting, refusals
from collector.evidence.intake.arrivals import UNEXPECTED, Message, RefusedMessage
from collector.evidence.intake.decided import Decided
from collector.evidence.intake.opening import Beginnings
from collector.evidence.intake.projecting import Projected
from collector.evidence.intake.senders import Sender, road, rows_of, senders_named
from collector.evidence.intake.work import Work
from collector.evidence.intake.writing import Writing
from collector.fleet.assignments import standings
from collector.trust import keys
from survey.wire.messages import Batch


def take(messages: Sequence[Message], *, last_try: bool = True) -> list[Decided]:
    """Judge and store a group inside the caller's transaction; answers in the order of the messages.

    Without `last_try` a meeting with another process in the projections' rows comes out, for the caller to begin again.
    """
    decided: dict[int, Decided] = {}
    streams: dict[tuple[str, str], list[tuple[int, Message, Batch]]] = defaultdict(list)
    senders = senders_named({message.batch.kiosk for message in messages if message.batch is not None})
    for tag, message in enumerate(messages):
        if message.batch is None:
            decided[tag] = message.refused or UNEXPECTED
        elif (why := road(message.arrival, message.batch, senders)) is not None or (
            why := _stripped(message.batch, senders[message.batch.kiosk])
        ) is not None:
            decided[tag] = why
        else:
            streams[message.batch.kiosk, message.batch.stream].append((tag, message, message.batch))
    rows = rows_of(senders, streams)
    stands = standings({senders[name].id for name, _ in streams})
    projected: list[Projected] = []
    writing = Writing()

    def settle() -> None:
        writing.flush()
        projecting.commit(projected, last_try=last_try)
        projected.clear()

    works: deque[Work] = deque()
    for (name, uid), arrived in streams.items():
        sender, row = senders[name], rows.get((name, uid))
        work = Work(name, uid, sender, row, arrived, standing=stands.get(sender.id), writing=writing)
        decided |= work.judge()
        works.append(work)
    # In the order they came: the first stream of a key is its lineage.
    beginnings = Beginnings([one for work in works if (one := work.beginning()) is not None])
    while works:  # one that is done leaves no more than what is to be written and projected
        work = works.popleft()
        writing.flush_for(work.sender.id)
        if work.adds:
            projected.extend(work.store(beginnings, settle))
            work.welcome(settle, last_try=last_try)
            if work.has_sisters:
                _renew([one for one in works if one.sender is work.sender], senders)
        work.keep_attachments()
        work.keep_contradictions()
    settle()
    refusals.count_decided(messages, decided)
    return [decided[tag] for tag in range(len(messages))]


def _renew(works: Sequence[Work], senders: Mapping[str, Sender]) -> None:
    """Tell the streams of one kiosk what is held of them now."""
    held = [(work, place) for work in works if (place := work.held) is not None]
    if held:
        rows = rows_of(senders, [place for _, place in held])
        for work, place in held:
            work.renew(rows[place])


def _stripped(batch: Batch, sender: Sender) -> RefusedMessage | None:
    return attachments.refusal_of(batch, [keys.verifier(key.public_key) for key in sender.keys])
