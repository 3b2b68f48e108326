"""What can be wrong, as a code with values: rooms that count and decide raise it, and only an edge makes a sentence of it.

`collector/words/` has one sentence a code and language, under `error.`.
"""

from collections.abc import Mapping

from collector.words.catalogue import CONSOLE, known, say


class CollectorError(Exception):
    """Base of this package's errors; its sentence says what to do."""

    def __init__(self, word: str, /, **values: object) -> None:
        """Take the key of the sentence, and what is put into it."""
        super().__init__(word, values)
        self.word = word
        self.values = values

    @classmethod
    def told(cls, word: str, values: Mapping[str, object]) -> "CollectorError":
        """Give an error that another process of ours had."""
        return cls(word, **values)

    def sentence(self, language: str) -> str:
        """Say it to a person."""
        key = f"error.{self.word}"
        return say(key, language, **self.values) if known(key) else self.word

    def for_page(self, language: str) -> str:
        """Say it on a page, as a whole sentence."""
        sentence = self.sentence(language)
        return f"{sentence[:1].upper()}{sentence[1:]}."

    def __str__(self) -> str:
        return self.sentence(CONSOLE)


class NotSetUp(CollectorError):  # noqa: N818 - named for the state, as `Refused` is
    """`ikm-collector setup` has not been run here, or by another user."""


class KeeperAway(CollectorError):  # noqa: N818 - named for the state
    """The keeper did not answer in time; whoever asked has lost nothing and may ask again."""


class EnrolmentRefused(CollectorError):  # noqa: N818 - it is a refusal
    """A kiosk's enrolment cannot be accepted; `code` is stable and goes to the kiosk."""

    def __init__(self, code: str, word: str, /, **values: object) -> None:
        super().__init__(word, **values)
        self.code = code
