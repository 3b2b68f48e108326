"""Why a stream of the true kiosk is foreign to its collector: each cause is an old copy that was put back."""

from enum import Enum

from survey.record.chain import stated_link
from survey.record.record import BOOT, decode
from survey.wire.messages import unpack_batch
from tests.campaign.campaign_world import CampaignWorld


class Cause(Enum):
    """What makes a stream foreign, as the collector's own rows show it."""

    BEGINNING_LOST = "the collector has lost its first record, which names the stream before it"
    BEGINNING_DAMAGED = (
        "its first record is damaged, and no boot that names the stream before it has come since"
    )
    PREDECESSOR_LOST = "the collector has lost the stream before it"
    SECOND_SUCCESSOR = "the stream before it has another successor: an old card"
    ANOTHER_HISTORY = "the stream before it went another way: an old card, hurt again before it was heard"
    NAMES_NONE = "it names no stream before it: a card from before its first record"
    UNKNOWN = "no reason"


def foreign_streams(world: CampaignWorld) -> list[tuple[str, Cause]]:
    """Give the streams that wait for a decision, in the order in which they were opened."""
    rows = world.rows("select id, uid from evidence_stream where standing = 'foreign' order by id")
    return [(str(uid), _cause(world, int(str(number)))) for number, uid in rows]


def _cause(world: CampaignWorld, number: int) -> Cause:
    if world.rows("select 1 from evidence_losthere where stream_id = ? and first = 1", number):
        return Cause.BEGINNING_LOST
    if not world.rows("select 1 from evidence_namedbefore where stream_id = ?", number):
        return _cause_of_none(_first_line(world, number))
    held = world.rows(
        "select held.standing, held.followed_seq from evidence_namedbefore named "
        "join evidence_stream held on held.uid = named.uid where named.stream_id = ? order by named.place",
        number,
    )
    if not held:
        # Two cards that were one each go on from a stream of which nothing was sent: the first of them to come in has its place.
        rivals = world.rows(
            "select 1 from evidence_namedbefore mine join evidence_namedbefore theirs "
            "on theirs.uid = mine.uid and theirs.stream_id <> mine.stream_id join evidence_stream rival "
            "on rival.id = theirs.stream_id where mine.stream_id = ? and rival.standing in ('counted', 'accepted')",
            number,
        )
        return Cause.SECOND_SUCCESSOR if rivals else Cause.PREDECESSOR_LOST
    standing, followed = held[0]
    if followed is not None or standing not in {"counted", "accepted"}:
        return Cause.SECOND_SUCCESSOR
    return Cause.ANOTHER_HISTORY


def _cause_of_none(first: bytes | None) -> Cause:
    if first is None:
        return Cause.UNKNOWN
    if stated_link(first) is not None:
        return Cause.BEGINNING_DAMAGED
    return Cause.NAMES_NONE if decode(first).kind == BOOT else Cause.UNKNOWN


def _first_line(world: CampaignWorld, number: int) -> bytes | None:
    rows = world.rows("select payload from evidence_rawbatch where stream_id = ? and first = 1", number)
    return unpack_batch(bytes(rows[0][0])).lines[0] if rows else None  # type: ignore[call-overload]
