"""Whether this journal still is what it was: held against the head file and the collector's receipts.

A card that was set back to an old image, an end that is lost and a journal that was exchanged all show in the same way:
somebody credible knows a record that is not here, or another one under its number. Then numbers must not be given again: the stream is
left, and one that names it is begun.
"""

import secrets
from collections.abc import Callable

from survey.record.bodies import CUT, DELETED, RESTORED, Predecessor
from survey.record.chain import STREAM_BYTES, first_link
from survey.wire.messages import link_text
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
) -> Predecessor | None:
    """Give the predecessor of the stream that must be begun, or None where all is well.

    `end` is the last number that is taken here, were it by a damaged record. `known` is what the head file says, `receipts` are the
    collector's: those that were taken and the one that did not fit.
    """
    if known is not None and known.stream != header.stream:
        followed = header.predecessor is not None and header.predecessor.stream == known.stream
        if not followed:
            return known.as_predecessor(RESTORED)
        known = None
    ahead = receipts.ahead(header.stream) if receipts is not None else None
    taken = receipts.furthest(header.stream) if receipts is not None else None
    witnesses = [KnownHead(one.stream, one.through, one.link) for one in (taken, ahead) if one is not None]
    if known is not None:
        witnesses.append(known)
    branched = [one for one in witnesses if 0 < one.seq <= end and link_at(one.seq) not in {None, one.link}]
    beyond = [one for one in witnesses if one.seq > end]
    if not branched and not beyond:
        return None
    furthest = max((*branched, *beyond), key=lambda one: one.seq)
    told = ahead is not None and ahead.through >= furthest.seq
    predecessor = furthest.as_predecessor(RESTORED if branched or told else CUT)
    # Two ends of one stream: what this card had written since it was set back, and has lost, nobody else can tell of.
    own = (
        known if known is not None and known.seq > end else KnownHead(header.stream, end, link_at(end) or b"")
    )
    if predecessor.why != RESTORED or own.seq == 0 or not own.link or own == furthest:
        return predecessor
    return predecessor._replace(own_seq=own.seq, own_link=link_text(own.link))


class Birth:
    """Makes the header of a stream that is begun in an empty folder; what is known of one before it is named."""

    def __init__(self, public_key: bytes, known: KnownHead | None) -> None:
        self._key = public_key
        self.known = known

    def __call__(self) -> Header:
        """Make it; each is another stream."""
        return begun(self._key, predecessor=self.known.as_predecessor(DELETED) if self.known else None)


def begun(public_key: bytes, *, predecessor: Predecessor | None, boot: int = 0) -> Header:
    """Give the header of a new stream."""
    stream = secrets.token_hex(STREAM_BYTES)
    link = first_link(stream=stream, public_key=public_key)
    return Header(
        stream=stream, public_key=public_key, first=1, link=link, boot=boot, predecessor=predecessor
    )
