"""An attacker with an evaluator's account: collects every breakdown there is, at several times, and weighs what follows of a villager.

He knows more than he could: who stands in each group, and how answers are spread among all people. What he looks for are the
answers. Released totals are exact; a group's sums carry noise of which he knows the distribution and not the value. Two computations:
linear programming over the bounds of the noise, and for each person and question how likely each answer is after all that was seen,
which is what averaging over overlapping groups comes to at its best (normal approximation).
"""

import json
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import NamedTuple

import numpy as np
from django.test import Client
from numpy.typing import NDArray
from scipy.optimize import linprog

from collector.releases.cells.noise import Table
from collector.releases.models import Release
from collector.releases.people import unpack_basis
from tests.collector.scores.village import SKM

PERIODS = ("2026-11", "2026-TW4", "2026-S2", "2026")
SUBJECTS = ("unit=sukamaju", "unit=mekarsari", "region=18.01.05.2003", "region=18.01", "agency=desa")
VALUES = np.arange(SKM.lowest, SKM.highest + 1)

People = frozenset[int]
Numbers = NDArray[np.float64]


class Sums(NamedTuple):
    """What is known of a set of people: each question's sum of answers."""

    people: People
    sums: tuple[float, ...]


def answers_to(client: Client) -> dict[str, bytes]:
    """Give every answer of the breakdowns' door, by its address."""
    found = {}
    for subject in SUBJECTS:
        for period in PERIODS:
            address = f"/api/v1/breakdowns?{subject}&period={period}"
            response = client.get(address)
            found[address] = response.content if response.status_code == 200 else b""
    return found


def groups_in(seen: Mapping[str, bytes]) -> dict[People, tuple[float, ...]]:
    """Give the sets of people that single releases tell of, with each question's sum as far as it is told."""
    found: dict[People, tuple[float, ...]] = {}
    for content in filter(None, seen.values()):
        said = json.loads(content)
        if len(said["releases"]) != 1:
            continue  # added up from the others: `test_what_is_added_up_tells_nothing_new`
        cut = unpack_basis(bytes(Release.objects.get(address=said["releases"][0]).breakdown))
        for group in said["groups"]:
            people = frozenset(accumulate(cut[group["by"]][group["code"]]["who"]))  # type: ignore[index]
            found[people] = tuple(len(people) * group["elements"][key] for key in SKM.element_keys)
    return found


class Odds:
    """What follows of everybody's answers from exact sums and noisy ones."""

    def __init__(
        self, exact: Sequence[Sums], noisy: Sequence[Sums], *, spread: Sequence[float], by: Table | None
    ) -> None:
        """Take what is known, how answers are spread (a chance for each value), and the noise; None for no noise."""
        self.everybody = sorted(set().union(*(one.people for one in (*exact, *noisy))))
        place = {person: number for number, person in enumerate(self.everybody)}
        self._rows = np.zeros((len(exact) + len(noisy), len(self.everybody)))
        for row, one in enumerate((*exact, *noisy)):
            self._rows[row, [place[person] for person in one.people]] = 1
        self._sums = np.array([one.sums for one in (*exact, *noisy)])
        self._exact = len(exact)
        self._spread = np.array(spread)
        self._by = by
        rounding = [1e-3] * len(exact) + [1e-3 + (0.01 * len(one.people)) ** 2 / 12 for one in noisy]
        drawn = 2 * (by.variance + 1 / 12) if by is not None else 0.0
        self._variance = np.array(rounding) + np.array([0.0] * len(exact) + [drawn] * len(noisy))

    def chances(self, *, of_releases_alone: bool = False) -> Numbers:
        """Give, for each person, question and value, how likely that answer is."""
        rows = slice(None, self._exact) if of_releases_alone else slice(None)
        matrix, sums, variance = self._rows[rows], self._sums[rows], self._variance[rows]
        mean = self._spread @ VALUES
        between = self._spread @ VALUES**2 - mean**2
        every = np.linalg.inv(matrix @ matrix.T * between + np.diag(variance))
        left = sums - (matrix.sum(1) * mean)[:, None]
        found = []
        for person in range(len(self.everybody)):
            own = matrix[:, person]
            pull = every @ own  # the inverse without this person follows from the one with everybody
            weight = every + between * np.outer(pull, pull) / (1 - between * own @ pull)
            one, each = own @ weight @ own, own @ weight @ left
            away = VALUES - mean
            log = np.log(self._spread) + each[:, None] * away - 0.5 * one * away**2
            likely = np.exp(log - log.max(1, keepdims=True))
            found.append(likely / likely.sum(1, keepdims=True))
        return np.array(found)

    def bounds(self, person: int, question: int, *, of_releases_alone: bool = False) -> tuple[float, float]:
        """Give between what somebody's answer must lie, by linear programming."""
        reach = 2 * (self._by.maximum + 0.5) if self._by is not None else 0.0
        above, limits = [], []
        last = self._exact if of_releases_alone else len(self._rows)
        for number in range(last):
            row, told = self._rows[number], self._sums[number, question]
            size = row.sum()
            slack = 0.5 if number < self._exact else reach + 0.005 * size + 0.001
            if number < self._exact or told < SKM.highest * size - 0.01 * size:  # else it was cut off there
                above.append(row)
                limits.append(told + slack)
            if number < self._exact or told > SKM.lowest * size + 0.01 * size:
                above.append(-row)
                limits.append(slack - told)
        aim = np.zeros(len(self.everybody))
        aim[self.everybody.index(person)] = 1
        found = []
        for sign in (1, -1):
            solved = linprog(sign * aim, A_ub=np.array(above), b_ub=limits, bounds=(SKM.lowest, SKM.highest))
            assert solved.success, "the truth fits whatever was told"
            found.append(sign * solved.fun)
        return found[0], found[1]
