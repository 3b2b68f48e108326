"""The streams before a stream: whom it follows, and those before: a *chain* of predecessors, the nearest first.

A stream that is lost before anything of it was sent takes with it what it said of the one before, and a collector that is set back
forgets what it had heard. So each successor says it again.
"""

from typing import NamedTuple

from survey.record.fields import Fields

# Why a stream was begun behind another one (`Predecessor.why`).
RESTORED = "restored"
"""The card had gone back in time: the collector knew records of this stream that the journal did not."""
DELETED = "deleted"
"""The journal was gone; the head file beside it remembered how far it had come."""
CUT = "cut"
"""The journal had lost its end; the head file remembered how far it had come."""

MOST_PREDECESSORS = 8
"""So many are named at most: where there were more, the newest seven and the oldest, which is the likeliest to be known."""


class Predecessor(NamedTuple):
    """A stream before this one, and how far it had come as far as this kiosk knows."""

    stream: str
    seq: int
    link: str
    """The link after record `seq`, in base64 without padding."""
    why: str
    """`restored`, `deleted` or `cut`: why it was left."""
    own_seq: int = 0
    """How far this card itself had come in that stream, where that is another history; 0 where it is not."""
    own_link: str = ""
    """The link after record `own_seq` of that history."""
    exact: bool = False
    """Whether it is certain that nothing was written behind `seq`: else it may have been the last seconds' records more."""

    def to_fields(self) -> dict[str, object]:
        """Give it as it stands in a body."""
        own = {"own_seq": self.own_seq, "own_link": self.own_link} if self.own_seq else {}
        exact = {"exact": True} if self.exact else {}
        return {"stream": self.stream, "seq": self.seq, "link": self.link, "why": self.why, **own, **exact}

    @classmethod
    def from_fields(cls, fields: Fields) -> "Predecessor":
        """Read it.

        Raises:
            Malformed: a field is of another type, under the code of `fields`.
        """
        return cls(
            stream=fields.text("stream"),
            seq=fields.whole("seq"),
            link=fields.text("link"),
            why=fields.text("why"),
            own_seq=fields.whole_or("own_seq", 0),
            own_link=fields.text_or("own_link", ""),
            exact=fields.flag_or("exact", default=False),
        )


Chain = tuple[Predecessor, ...]
"""The streams before one, the nearest first; each once, `MOST_PREDECESSORS` at most. Empty where there is none."""


def lengthened(nearest: Predecessor, before: Chain) -> Chain:
    """Give the chain of a stream that follows `nearest`, which followed `before`; a stream that comes twice is the nearer one."""
    named = (nearest, *(one for one in before if one.stream != nearest.stream))
    return named if len(named) <= MOST_PREDECESSORS else (*named[: MOST_PREDECESSORS - 1], named[-1])


def chain_to_list(chain: Chain) -> list[dict[str, object]]:
    """Give a chain as it stands in a body."""
    return [one.to_fields() for one in chain]


def chain_from_fields(fields: Fields, key: str) -> Chain:
    """Read the chain under `key`; empty where there is none.

    Raises:
        Malformed: it is too long, names a stream twice, or a field is of another type, under the code of `fields`.
    """
    chain = tuple(map(Predecessor.from_fields, fields.inners(key, most=MOST_PREDECESSORS)))
    if len({one.stream for one in chain}) < len(chain):
        raise fields.bad(f"{key} names a stream once")
    return chain
