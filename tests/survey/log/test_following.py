"""A kiosk follows what its own policy believes, a change of it that the old quorum signed, and a second log that names what it saw."""

from collections.abc import Sequence

import pytest

from survey.log import tree
from survey.log.checkpoint import Checkpoint, SignedCheckpoint
from survey.log.cosignature import cosign
from survey.log.facts import BEGIN, WITNESSES, Leaf
from survey.log.following import ANYBODY, Believed, Followed, Heard, Proven, follow
from survey.log.note import with_lines
from survey.log.policy import read_policy
from survey.log.spoken import spoken
from survey.log.witnessing import Answer, Offer
from tests.survey.log.keys import Signer, check, subtrees_of, witness

OLD, NEW = Signer("ikm-log/x/1"), Signer("ikm-log/x/2")


def policy(*numbers: int, least: str = "all") -> str:
    lines = [f"witness s{one} {witness(one).key.text()}" for one in numbers]
    return "\n".join([*lines, f"group g {least} {' '.join(f's{one}' for one in numbers)}", "quorum g", ""])


class Log:
    """A log with its leaves."""

    def __init__(self, signer: Signer, entries: Sequence[bytes]) -> None:
        self.signer = signer
        self.entries = list(entries)

    def at(self, size: int, *numbers: int) -> SignedCheckpoint:
        """The checkpoint of so many leaves, cosigned by some."""
        signed = self.signer.checkpoint(size, tree.root_of(self._hashes()[:size]))
        lines = [cosign(signed.note, key=witness(one).key, at_s=9, sign=witness(one).sign) for one in numbers]
        return signed._replace(note=with_lines(signed.note, lines)) if lines else signed

    def heard(self, old: int, size: int, *numbers: int, change: int | None = None) -> Heard:
        hashes = tree.proof(tree.consistency_path(old, size), subtrees_of(self._hashes()))
        leaf = self.leaf(change, size) if change is not None else None
        return Heard(Offer(old, tuple(hashes), self.at(size, *numbers)), change=leaf)

    def leaf(self, number: int, size: int) -> Proven:
        hashes = tree.proof(tree.inclusion_path(number, size), subtrees_of(self._hashes()[:size]))
        return Proven(number, self.entries[number], tuple(hashes))

    def consistency(self, old: int, size: int) -> tuple[bytes, ...]:
        return tuple(tree.proof(tree.consistency_path(old, size), subtrees_of(self._hashes())))

    def _hashes(self) -> list[bytes]:
        return [tree.leaf_hash(one) for one in self.entries]


def says(text: str) -> bytes:
    return Leaf(WITNESSES, 5, {"policy": text}, {}).to_bytes()


def told(seen: Checkpoint | None, believed: Believed, heard: Heard) -> Followed:
    return follow(seen, believed, heard, key=OLD.key.public_key, check=check)


@pytest.fixture
def history() -> Log:
    """Ten leaves; the fifth names other witnesses, the eighth nobody at all."""
    entries = [f"{at}".encode() for at in range(10)]
    entries[4], entries[7] = says(policy(2, 3)), says(ANYBODY)
    return Log(OLD, entries)


def test_the_quorum_of_its_own_policy_is_demanded(history: Log) -> None:
    mine = Believed(policy(1, 2))
    assert told(None, mine, history.heard(0, 3, 1)).answer is Answer.UNCOSIGNED
    assert told(None, mine, history.heard(0, 3, 1, 3)).answer is Answer.UNCOSIGNED
    assert told(None, mine, history.heard(0, 3, 1, 2)).answer is Answer.GOES_ON
    assert told(None, Believed(), history.heard(0, 3)).answer is Answer.GOES_ON


def test_a_change_holds_once_the_old_quorum_has_signed_it(history: Log) -> None:
    seen, mine = history.at(3).point, Believed(policy(1, 2))
    refused = told(seen, mine, history.heard(3, 6, 2, 3, change=4))
    assert refused == Followed(Answer.UNCOSIGNED, mine), "the new quorum alone changes nothing"
    taken = told(seen, mine, history.heard(3, 6, 1, 2, change=4))
    assert (taken.answer, taken.believed) == (Answer.GOES_ON, Believed(policy(2, 3), 4, OLD.key.name))
    after = history.at(6).point
    assert told(after, taken.believed, history.heard(6, 8, 1, 2)).answer is Answer.UNCOSIGNED
    assert told(after, taken.believed, history.heard(6, 8, 2, 3)).answer is Answer.GOES_ON


def test_nobody_goes_back_to_what_the_log_said_once(history: Log) -> None:
    """A weaker policy that stood in the log before is no newer one: else an old leaf would undo every change."""
    late = Believed(policy(2, 3), 8, OLD.key.name)
    answer = told(history.at(8).point, late, history.heard(8, 10, 2, 3, change=7))
    assert answer == Followed(Answer.GOES_ON, late)


def test_a_change_that_is_in_no_log_or_is_no_policy_is_not_taken(history: Log) -> None:
    mine, seen = Believed(policy(1)), history.at(3).point
    honest = history.heard(3, 9, 1)
    forged = Proven(4, says(ANYBODY), history.leaf(4, 9).hashes)
    assert told(seen, mine, honest._replace(change=forged)).believed == mine
    assert told(seen, mine, honest._replace(change=history.leaf(5, 9))).believed == mine
    assert told(seen, mine, honest._replace(change=history.leaf(4, 9))).believed.number == 4


def test_a_fork_is_a_fork_though_nobody_cosigned_it(history: Log) -> None:
    other = Log(OLD, [b"x", *history.entries[1:]])
    assert told(history.at(3).point, Believed(policy(1, 2)), other.heard(3, 6)).answer is Answer.FORK


def second(history: Log, named: SignedCheckpoint) -> Log:
    begin = Leaf(BEGIN, 7, {"origin": NEW.key.name, "after": named.note.message()}, {}).to_bytes()
    return Log(NEW, [begin, b"a", b"b"])


def anew(history: Log, named: int, seen: int, *numbers: int) -> Heard:
    log = second(history, history.at(named))
    before = history.consistency(seen, named) if seen < named else ()
    return Heard(Offer(0, (), log.at(3, *numbers)), first=log.leaf(0, 3), before=before)


@pytest.mark.parametrize("seen, named", [(6, 6), (3, 6), (6, 10)])
def test_a_second_log_that_names_what_was_seen_is_followed(history: Log, seen: int, named: int) -> None:
    answer = told(history.at(seen).point, Believed(policy(1)), anew(history, named, seen, 1))
    assert answer.answer is Answer.GOES_ON


def test_a_second_log_needs_the_cosignatures_too(history: Log) -> None:
    answer = told(history.at(6).point, Believed(policy(1)), anew(history, 6, 6))
    assert answer.answer is Answer.UNCOSIGNED


def test_a_second_log_that_forgets_what_was_seen_is_not_followed(history: Log) -> None:
    assert told(history.at(6).point, Believed(), anew(history, 3, 6)).answer is Answer.OTHER_LOG
    unproven = anew(history, 10, 6)._replace(before=())
    assert told(history.at(6).point, Believed(), unproven).answer is Answer.OTHER_LOG
    nameless = anew(history, 6, 6)._replace(first=None)
    assert told(history.at(6).point, Believed(), nameless).answer is Answer.OTHER_LOG


def test_a_second_log_that_names_another_history_is_a_fork(history: Log) -> None:
    other = Log(OLD, [b"x", *history.entries[1:]])
    heard = anew(other, 6, 6, 1)
    assert told(history.at(6).point, Believed(policy(1)), heard).answer is Answer.FORK


def test_a_first_leaf_of_somebody_elses_log_is_not_believed(history: Log) -> None:
    stranger = Signer(OLD.key.name, number=7)
    named = Log(stranger, history.entries).at(6)
    log = second(history, named)
    heard = Heard(Offer(0, (), log.at(3)), first=log.leaf(0, 3))
    assert told(history.at(6).point, Believed(), heard).answer is Answer.OTHER_LOG


def test_a_policy_comes_back_as_a_leaf_has_it() -> None:
    whole = read_policy(
        f"log {OLD.key.text()}\n# jangan\n" + policy(1, 2, least="1").replace("\ngroup", " https://s2\ngroup")
    )
    part = read_policy(whole.witness_part())
    assert (part.witnesses, part.groups, part.quorum) == (whole.witnesses, whole.groups, whole.quorum)
    assert part.urls["s2"] == "https://s2"
    assert part.logs == ()
    assert part.witness_part() == whole.witness_part()


def test_three_words_say_a_root() -> None:
    words = {spoken(bytes([one] * 32)) for one in range(256)}
    assert len(words) == 256
    assert all(len(one.split()) == 3 for one in words)
    assert spoken(b"") == ""
