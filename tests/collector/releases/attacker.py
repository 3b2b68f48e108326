"""An attacker without an account: collects every answer there is, at several times, and computes what follows of a villager.

He is given more than he could know: who stands in each published total. What he looks for are the answers. Each published number is a
sum over some people's answers, so all he can compute follows from linear programmes over them.
"""

import gzip
import io
import json
import re
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from django.test import Client
from scipy.optimize import linprog

from collector.releases.models import Release
from collector.releases.people import unpack_basis, unpack_members
from collector.scores.models import Response

LOWEST, HIGHEST, ELEMENTS = 1, 4, 9
_TRIED = (
    "/api/v1/indices?unit=sukamaju&period=2026-TW4",
    "/api/v1/indices?unit=sukamaju&from=2026-11-02&to=2026-11-02",
    "/api/v1/indices?unit=sukamaju&period=2026&by=service,kiosk&format=csv",
    "/api/v1/indices?unit=sukamaju&period=2026&by=age",
    "/unit/sukamaju/?period=2026-11-02..2026-11-03",
)
_ELSEWHERE = ("/static/", "/en/", "/akun/", "/meja/")
"""No numbers (files, the log-in), those of the Indonesian page once more (`test_english.py` holds each English page to that), or the desk's: what it
shows to whom is held in `tests/collector/desk`."""
_PRINTED = (".pdf", ".png")
"""Papers for printing say what their release says: the papers' own tests read every number back."""


def everything(client: Client) -> dict[str, bytes]:
    """Give every page, file and answer that can be had, by its address: all links are followed, all releases read in all formats."""
    found: dict[str, bytes] = {}
    waiting = ["/", "/region/18/", "/agency/desa/", "/api/v1/releases", "/api/v1/verdicts/sukamaju", *_TRIED]
    while waiting:
        address = waiting.pop()
        if address in found:
            continue
        answer = client.get(address)
        found[address] = _content(answer) if answer.status_code == 200 else f"{answer.status_code}".encode()
        text = found[address].decode()
        links = re.findall(r'href="(/[^"#]*)"', text)
        waiting += [link for link in links if not link.startswith(_ELSEWHERE) and not link.endswith(_PRINTED)]
        if address == "/api/v1/releases":
            for one in json.loads(text)["releases"]:
                waiting += [f"/api/v1/releases/{one['address']}.{form}" for form in ("json", "csv")]
                waiting.append(f"/r/{one['address']}/")
    return found


def _content(answer: Any) -> bytes:
    """Give what an answer says; of what is packed, what it says unpacked, and of an archive one file behind the other."""
    said = b"".join(answer.streaming_content) if answer.streaming else answer.content
    if said.startswith(b"\x1f\x8b"):
        return gzip.decompress(said)
    if not said.startswith(b"PK"):
        return bytes(said)
    with zipfile.ZipFile(io.BytesIO(said)) as archive:
        return b"\n".join(name.encode() + b"\n" + archive.read(name) for name in archive.namelist())


class Knowledge:
    """What follows from everything that was collected."""

    def __init__(self) -> None:
        self._totals: dict[frozenset[int], dict[str, float]] = defaultdict(dict)
        """Each published set of people, with the totals of their answers: an element's, or `all` of the nine together."""
        self.others: defaultdict[str, list[frozenset[int]]] = defaultdict(list)
        """Sets that totals of another kind are known of: who pressed a smiley, and for each question who answered it at all."""

    def learn(self, seen: Mapping[str, bytes]) -> None:
        """Take in what was collected."""
        for address, content in seen.items():
            if address.startswith("/api/v1/releases/") and address.endswith(".json"):
                self._read(json.loads(content))

    def _read(self, said: Mapping[str, Any]) -> None:
        index = said["index"]
        if said.get("pulse"):
            self.others["pulse"].append(frozenset(_members(said["address"], "pulse")))
        if index is None:
            return
        if index.get("other_policy"):
            members = _members(said["address"])
            for place in range(ELEMENTS):
                self.others[f"question {place}"] += [
                    frozenset(one for one, label in members.items() if label != "i"),
                    frozenset(one for one, label in members.items() if label != "i" or _answered(one, place)),
                ]
        for people, told in _sets(said):
            totals = self._totals[frozenset(people)]
            totals["all"] = round(told["value"] * told["n"] * ELEMENTS / 25)
            for element in told.get("elements", ()):
                totals[element["key"]] = round(element["nrr"] * element["n"])

    @property
    def sets(self) -> list[frozenset[int]]:
        """Every set of people that a total is known of."""
        return list(self._totals)

    def blocks(self, sets: Sequence[frozenset[int]] | None = None) -> list[list[int]]:
        """Give the people who stand in exactly the same sets."""
        sets = self.sets if sets is None else sets
        found: defaultdict[tuple[bool, ...], list[int]] = defaultdict(list)
        for person in sorted(set().union(*sets)):
            found[tuple(person in one for one in sets)].append(person)
        return list(found.values())

    def bounds(self, person: int) -> tuple[float, float]:
        """Give between what the sum of somebody's nine answers must lie, by linear programming over everybody's."""
        everybody = sorted(set().union(*self.sets))
        place = {one: number for number, one in enumerate(everybody)}
        equations, totals = [], []
        for people, known in self._totals.items():
            row = np.zeros(len(everybody))
            row[[place[one] for one in people]] = 1
            equations.append(row)
            totals.append(known["all"])
        aim = np.zeros(len(everybody))
        aim[place[person]] = 1
        limits = (LOWEST * ELEMENTS, HIGHEST * ELEMENTS)
        found = []
        for sign in (1, -1):
            # A total is rounded by half an answer at most.
            above = np.vstack([np.array(equations), -np.array(equations)])
            slack = np.concatenate([np.array(totals) + 0.5, 0.5 - np.array(totals)])
            solved = linprog(sign * aim, A_ub=above, b_ub=slack, bounds=limits)
            assert solved.success
            found.append(sign * solved.fun)
        return found[0], found[1]


def said_by_group(size: int, total: float) -> tuple[float, float]:
    """Give what the total of a group says of everybody in it alike."""
    low, high = LOWEST * ELEMENTS, HIGHEST * ELEMENTS
    return max(low, total - (size - 1) * high), min(high, total - (size - 1) * low)


def pairs_that_differ_by_few(sets: list[frozenset[int]], smallest: int = 5) -> Iterator[tuple[int, int]]:
    """Give pairs of obtainable totals between which one to four people stand."""
    for one in sets:
        for other in sets:
            if 0 < len(one - other) < smallest:
                yield len(one - other), len(other)


def small_blocks(blocks: list[list[int]], smallest: int = 5) -> Counter[int]:
    """Count blocks that are too small, by their size."""
    return Counter(len(block) for block in blocks if len(block) < smallest)


def _sets(said: Mapping[str, Any]) -> Iterator[tuple[set[int], Mapping[str, Any]]]:
    """Give every set of people a release tells a total of, and what it tells."""
    index = said["index"]
    if "counted" in said:
        people: set[int] = set()
        for atom in said["counted"]:
            people |= {one for one, label in _members(atom["address"]).items() if label != "i"}
        yield people, index
        return
    members = _members(said["address"])
    complete = {one for one, label in members.items() if label != "i"}
    yield complete, index
    if index["without_flagged"] and index["without_flagged"]["n"] != index["n"]:
        yield {one for one in complete if members[one].startswith("c0")}, index["without_flagged"]
    for service in index["services"]:
        yield {one for one in complete if members[one].endswith("/" + service["code"])}, service


def _members(address: str, what: str = "members") -> dict[int, str]:
    basis: Any = unpack_basis(bytes(Release.objects.get(address=address).basis))
    return unpack_members(basis[what])


def _answered(person: int, place: int) -> bool:
    return Response.objects.get(pk=person).answers[place] != "-"
