"""Whom to believe (c2sp.org/tlog-policy): a file with a log's key, the witnesses' keys, and how many of them must have cosigned."""

from collections.abc import Mapping
from typing import NamedTuple

from survey.log.cosignature import Cosigned, cosigned_by
from survey.log.note import COSIGNATURE, ED25519, Check, Note, VerifierKey, is_signed, read_key
from survey.record.errors import Malformed

NOBODY = "none"
MAX_POLICY_BYTES = 64 * 1024
_MOST_LINES = 500


class Group(NamedTuple):
    """So many of these have to have cosigned; each is a witness or another group."""

    least: int
    members: tuple[str, ...]


class Verdict(NamedTuple):
    """What a policy says of a checkpoint."""

    is_signed: bool
    """By a log that the policy names, under its own name."""
    cosigned: Mapping[str, Cosigned]
    """Of the witnesses, by the policy's names for them, those that have."""
    is_witnessed: bool
    """By as many as the policy demands."""

    @property
    def holds(self) -> bool:
        """Whether the checkpoint is to be believed."""
        return self.is_signed and self.is_witnessed


class Policy(NamedTuple):
    """Which logs and witnesses are known, and who must have cosigned."""

    logs: tuple[VerifierKey, ...]
    witnesses: Mapping[str, VerifierKey]
    groups: Mapping[str, Group]
    quorum: str
    urls: Mapping[str, str]
    """Where a witness is asked, by its name; logs by their origin."""

    def witness_part(self) -> str:
        """Give the policy without the logs' lines, in one form: what a leaf says of it, and a kiosk keeps."""
        lines = [
            " ".join(filter(None, ("witness", name, key.text(), self.urls.get(name, ""))))
            for name, key in self.witnesses.items()
        ]
        lines += [f"group {name} {one.least} {' '.join(one.members)}" for name, one in self.groups.items()]
        return "".join(f"{line}\n" for line in [*lines, f"quorum {self.quorum}"])

    def judge(self, note: Note, check: Check) -> Verdict:
        """Say who signed and who cosigned a checkpoint."""
        origin = note.text.partition("\n")[0]
        own = [key for key in self.logs if key.name == origin]
        found = {name: cosigned_by(note, key, check) for name, key in self.witnesses.items()}
        cosigned = {name: one for name, one in found.items() if one is not None}
        return Verdict(is_signed(note, own, check), cosigned, self._has(self.quorum, frozenset(cosigned)))

    def _has(self, name: str, cosigned: frozenset[str]) -> bool:
        if name == NOBODY:
            return True
        group = self.groups.get(name)
        if group is None:
            return name in cosigned
        return sum(self._has(one, cosigned) for one in group.members) >= group.least


def read_policy(text: str) -> Policy:
    """Read a policy's file.

    Raises:
        Malformed: a line is not as it should be (`policy`, with its number), or a key is none (`vkey`).
    """
    lines = text.split("\n")
    if len(lines) > _MOST_LINES:
        raise Malformed("policy", f"a policy has at most {_MOST_LINES} lines")
    reading = _Reading()
    for number, line in enumerate(lines, start=1):
        words = line.replace("\t", " ").split()
        if not words or words[0].startswith("#"):
            continue
        try:
            reading.take(words)
        except Malformed as error:
            raise Malformed(error.code, f"line {number}: {error}") from error
    return reading.done()


class _Reading:
    def __init__(self) -> None:
        self._logs: list[VerifierKey] = []
        self._witnesses: dict[str, VerifierKey] = {}
        self._groups: dict[str, Group] = {}
        self._used: set[str] = set()
        self._urls: dict[str, str] = {}
        self._quorum = ""

    def take(self, words: list[str]) -> None:
        """Take a line, by its words."""
        match words:
            case ["log", key, *url] if len(url) <= 1:
                self._logs.append(_key(key, ED25519, self._logs))
                self._urls |= dict.fromkeys([self._logs[-1].name], url[0]) if url else {}
            case ["witness", name, key, *url] if len(url) <= 1:
                found = _key(key, COSIGNATURE, list(self._witnesses.values()))
                self._witnesses[self._fresh(name)] = found
                self._urls |= dict.fromkeys([name], url[0]) if url else {}
            case ["group", name, least, *members] if members:
                self._groups[self._fresh(name)] = Group(_least(least, len(members)), tuple(members))
                for one in members:
                    if one not in self._witnesses and (one not in self._groups or one == name):
                        raise Malformed("policy", f"{one} is not defined above")
                    if one in self._used:
                        raise Malformed("policy", f"{one} is a member twice")
                    self._used.add(one)
            case ["quorum", name] if not self._quorum:
                if name != NOBODY and name not in self._witnesses and name not in self._groups:
                    raise Malformed("policy", f"{name} is not defined above")
                self._quorum = name
            case _:
                raise Malformed(
                    "policy", "log, witness, group or quorum, each with its words, and one quorum alone"
                )

    def done(self) -> Policy:
        """Give the policy."""
        if not self._quorum:
            raise Malformed("policy", "the policy does not say its quorum")
        return Policy(tuple(self._logs), self._witnesses, self._groups, self._quorum, self._urls)

    def _fresh(self, name: str) -> str:
        if name == NOBODY or name in self._witnesses or name in self._groups:
            raise Malformed("policy", f"{name} is defined twice")
        return name


def _key(text: str, kind: int, known: list[VerifierKey]) -> VerifierKey:
    key = read_key(text)
    if key.kind != kind:
        raise Malformed("policy", "the key is of another kind: a log signs, a witness cosigns")
    if key.public_key in {one.public_key for one in known}:
        raise Malformed("policy", "the same key stands there twice")
    return key


def _least(text: str, number: int) -> int:
    least = {"all": number, "any": 1}.get(text) or (int(text) if text.isascii() and text.isdecimal() else 0)
    if not 1 <= least <= number:
        raise Malformed("policy", f"a group of {number} needs all, any, or 1 to {number}")
    return least
