"""Speaking instead of writing: what can happen while somebody does, and what it asks the world to do.

What was said is in none of these: whoever performs the effects holds it, until it is sent or forgotten.
"""

from typing import NamedTuple

from survey.named import Bare, distinct


@distinct
class Recorded(NamedTuple):
    """What was said is recorded; so many seconds."""

    seconds: int


class NotRecorded(Bare):
    """Nothing could be recorded."""

    __slots__ = ()


class Replayed(Bare):
    """What was said has been played to its end."""

    __slots__ = ()


SpeechEvent = Recorded | NotRecorded | Replayed


@distinct
class Record(NamedTuple):
    """Record what is said, for at most so many seconds, then say `Recorded` or `NotRecorded`."""

    seconds: float


class StopRecording(Bare):
    """Record no more; what was said until now counts."""

    __slots__ = ()


class Replay(Bare):
    """Play what was said, then say `Replayed`."""

    __slots__ = ()


class ForgetSpeech(Bare):
    """Record and play no more, and forget what was said."""

    __slots__ = ()


SpeechEffect = Record | StopRecording | Replay | ForgetSpeech
