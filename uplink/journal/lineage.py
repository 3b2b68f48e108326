"""Whether this journal still is what it was: held against the head file and the collector's receipts.

A card that was set back to an old image, an end that is lost and a journal that was exchanged all show in the same way:
somebody credible knows a record that is not here, or another one under its number. Then numbers must not be given again: the stream is
left, and one that names it is begun.

The new stream also names what the left one named, whatever the collector has confirmed: two streams that are lost one after the other
would else take the first one's loss with them, and a collector that is set back would have nobody who tells it.
"""

import secrets
from collections.abc import Callable

from survey.record.chain import STREAM_BYTES, first_link
from survey.record.predecessors import CUT, DELETED, RESTORED, Chain, lengthened
from survey.wire.messages import Receipt, link_text
from uplink.journal.acknowledged import Receipts
from uplink.journal.head import KnownHead
from uplink.journal.segments.segment import Header

LinkAt = Callable[[int], bytes | None]
"""Give the link after a record, or None where that is not known here."""


def astray(
    header: Header,
    *,
    end: int,
    link_at: LinkAt,
    known: KnownHead | None,
    receipts: Receipts | None,
) -> Chain:
    """Give the predecessors of the stream that must be begun; empty where all is well.

    `end` is the last number that is here, were it by a damaged record; `known` is what the head file says, `receipts` are the
    collector's: those that were taken and the one that did not fit. Where damage hides whether that one fits, it counts as another
    history's: what the collector has under these numbers may be what this card had before it was set back.
    """
    if known is not None and known.stream != header.stream:
        if all(one.stream != known.stream for one in header.predecessors):
            return lengthened(known.as_predecessor(RESTORED), known.before)
        known = None
    ahead = receipts.ahead(header.stream) if receipts is not None else None
    taken = receipts.furthest(header.stream) if receipts is not None else None
    witnesses = [KnownHead(one.stream, one.through, one.link) for one in (taken, ahead) if one is not None]
    if known is not None:
        known = known._replace(before=())
        witnesses.append(known)
    branched = [one for one in witnesses if 0 < one.seq <= end and link_at(one.seq) not in {None, one.link}]
    if ahead is not None and ahead.through <= end and _is_hidden(ahead, taken, link_at):
        branched.append(KnownHead(ahead.stream, ahead.through, ahead.link))
    beyond = [one for one in witnesses if one.seq > end]
    if not branched and not beyond:
        return ()
    furthest = max((*branched, *beyond), key=lambda one: (one.seq, one.exact))
    told = ahead is not None and ahead.through >= furthest.seq
    predecessor = furthest.as_predecessor(RESTORED if branched or told else CUT)
    # Two ends of one stream: what this card had written since it was set back, and has lost, nobody else can tell of.
    own = (
        known if known is not None and known.seq > end else KnownHead(header.stream, end, link_at(end) or b"")
    )
    if predecessor.why == RESTORED and own.seq and own.link and own[:3] != furthest[:3]:
        predecessor = predecessor._replace(own_seq=own.seq, own_link=link_text(own.link))
    return lengthened(predecessor, header.predecessors)


def _is_hidden(ahead: Receipt, taken: Receipt | None, link_at: LinkAt) -> bool:
    """Tell whether damage hides if a receipt fits that was not taken, nor one beyond it."""
    return link_at(ahead.through) is None and (taken is None or taken.through < ahead.through)


class Birth:
    """Makes the header of a stream that is begun in an empty folder; what is known of those before it is named."""

    def __init__(self, public_key: bytes, known: KnownHead | None) -> None:
        self._key = public_key
        self.known = known

    def __call__(self) -> Header:
        """Make it; each is another stream."""
        known = self.known
        if known is None:
            return begun(self._key, predecessors=())
        return begun(self._key, predecessors=lengthened(known.as_predecessor(DELETED), known.before))


def begun(public_key: bytes, *, predecessors: Chain, boot: int = 0) -> Header:
    """Give the header of a new stream."""
    stream = secrets.token_hex(STREAM_BYTES)
    link = first_link(stream=stream, public_key=public_key)
    return Header(
        stream=stream, public_key=public_key, first=1, link=link, boot=boot, predecessors=predecessors
    )
