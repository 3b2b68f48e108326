"""Whom to believe: policies as C2SP words them, and what a checkpoint is worth under one."""

import pytest

from survey.log.cosignature import cosign
from survey.log.note import Note, with_lines
from survey.log.policy import read_policy
from survey.record.errors import Malformed
from tests.survey.log.keys import Signer, check, log, witness

SIGSUM = "sigsum.org+e4ade967+AZuUY6B08pW3QVHu8uvsrxWPcAv9nykap2Nb4oxCee+r"
W = {number: witness(number).key.text() for number in range(1, 7)}


def policy(*lines: str) -> str:
    return "\n".join([f"log {log().key.text()}", *lines, ""])


NESTED = policy(
    *(f"witness X{number} {W[number]}" for number in (1, 2, 3)),
    "group X-witnesses 2 X1 X2 X3",
    *(f"witness Y{number - 3} {W[number]}" for number in (4, 5, 6)),
    "group Y-witnesses any Y1 Y2 Y3",
    "group X-and-Y all X-witnesses Y-witnesses",
    "quorum X-and-Y",
)


def cosigned(*numbers: int, of: Signer | None = None) -> Note:
    note = (of or log()).checkpoint(9, bytes(32)).note
    return with_lines(
        note, [cosign(note, key=witness(one).key, at_s=5, sign=witness(one).sign) for one in numbers]
    )


@pytest.mark.parametrize(
    "numbers, holds",
    [((1, 2, 4), True), ((1, 3, 6), True), ((1, 4, 5), False), ((1, 2, 3), False), ((), False), ((1, 2, 3, 4, 5, 6), True)],
)  # fmt: skip
def test_the_policy_of_the_specification(numbers: tuple[int, ...], holds: bool) -> None:
    verdict = read_policy(NESTED).judge(cosigned(*numbers), check)
    assert verdict.is_signed
    assert verdict.is_witnessed is holds
    assert verdict.holds is holds
    assert len(verdict.cosigned) == len(numbers)


def test_without_a_known_log_nothing_holds() -> None:
    other = Signer("ikm.example/log", number=9)
    verdict = read_policy(policy("quorum none")).judge(cosigned(of=other), check)
    assert (verdict.is_signed, verdict.is_witnessed, verdict.holds) == (False, True, False)
    renamed = Signer("ikm.example/other")
    assert not read_policy(policy("quorum none")).judge(cosigned(of=renamed), check).is_signed


def test_spaces_tabs_comments_and_addresses_are_read() -> None:
    found = read_policy(
        f"\n\n# comment\nwitness\t  w1   {W[1]}   https://w1.example/ \n  witness w2   {W[2]}\n\n\t\t #comment\n"
        f"group   g1  all   w1 w2\n\n\t quorum   g1\nlog {log().key.text()} https://ikm.example/log"
    )
    assert found.groups["g1"] == (2, ("w1", "w2"))
    assert found.urls == {"w1": "https://w1.example/", "ikm.example/log": "https://ikm.example/log"}


@pytest.mark.parametrize(
    "lines",
    [
        (f"witness w1 {W[1]}",),
        ("quorum unknown",),
        ("quorum none", "quorum none"),
        (f"witness w1 {W[1]}", f"witness w1 {W[2]}", "quorum w1"),
        (f"witness w1 {W[1]}", f"witness w2 {W[1]}", "quorum w1"),
        (f"witness w1 {W[1]}", "group g -1 w1", "quorum g"),
        (f"witness w1 {W[1]}", "group g 2 w1", "quorum g"),
        (f"witness w1 {W[1]}", "group g 0 w1", "quorum g"),
        (f"witness w1 {W[1]}", "group g any w1", "group h any w1", "quorum g"),
        (f"witness w1 {W[1]}", "group g any g", "quorum g"),
        ("group g any", "quorum none"),
        (f"witness none {W[1]}", "quorum none"),
        (f"witness w1 {SIGSUM}", "quorum w1"),
        (f"log {W[1]}", "quorum none"),
        (f"log {log().key.text()}", "quorum none"),
        ("something else", "quorum none"),
    ],
)
def test_what_is_no_policy_is_refused(lines: tuple[str, ...]) -> None:
    with pytest.raises(Malformed):
        read_policy(policy(*lines))
