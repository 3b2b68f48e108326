"""Ask a collector from a Python program: typed rows, pages that follow one another, answers kept by their ETag, refusals as exceptions.

    from collector.api.client import Client

    with Client("https://ikm.example") as ikm:
        for release in ikm.releases(unit="sukamaju"):
            print(release.period, release.value)

It needs `requests` and nothing else of the collector: no Django, no database. A client is for one thread.
"""

import json
import os
import time
from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import TracebackType
from typing import Any, NamedTuple, Self, TypeVar
from urllib.parse import quote, urlsplit

import requests
from requests.auth import AuthBase

Row = TypeVar("Row", "ReleaseLine", "UnitLine", "KioskLine", "ComplaintLine")
_KEPT = 256
"""As many answers are kept, the ones asked for last."""
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})


class IkmError(Exception):
    """What is asked of a collector was not answered."""


class Unreachable(IkmError):  # noqa: N818 - it says what is the case
    """No collector answered: the network, the address, or something else that listens there."""


class Refused(IkmError):  # noqa: N818 - it is a refusal
    """The collector refused: `code` is stable and for programs, `message` and `remedy` are for people."""

    def __init__(self, status: int, code: str, message: str, remedy: str, wait_s: int | None = None) -> None:
        super().__init__(f"{code}: {message} ({remedy})")
        self.status = status
        self.code = code
        self.message = message
        self.remedy = remedy
        self.wait_s = wait_s
        """After how many seconds to ask again, where the collector said so."""


class ReleaseLine(NamedTuple):
    """A release as the list has it; `value` and `n` are None where too few answered."""

    address: str
    subject: str
    code: str
    period: str
    instrument: str
    edition: int
    state: str
    n: int | None
    value: float | None
    interval: tuple[float, float] | None
    category: str | None
    successor: str | None


class UnitLine(NamedTuple):
    """A unit."""

    code: str
    name: str
    region: str
    agency: str | None
    time_zone: str


class KioskLine(NamedTuple):
    """A kiosk and how it stands."""

    name: str
    unit: str | None
    place: str | None
    online: bool | None
    received_at: datetime | None
    backlog: int | None
    awaited: int
    lost: int
    settings_version: int
    revoked: bool


class ComplaintLine(NamedTuple):
    """A complaint, without a word of what was written."""

    number: str
    unit: str
    topics: tuple[str, ...]
    status: str
    level: str
    due_on: date | None


class Me(NamedTuple):
    """Whoever asks."""

    account: str
    offices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Kept:
    etag: str | None
    body: bytes


class _Bearer(AuthBase):
    """The token, as `requests` has it: so that no `.netrc` takes its place, and no other host gets it."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self._token:
            request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class Client:
    """One collector, asked with a token or as anybody."""

    def __init__(
        self, address: str, *, token: str | None = None, timeout_s: float = 30, patience_s: float = 0
    ) -> None:
        """Give what to ask.

        Args:
            address: of the collector, such as `https://ikm.example`.
            token: where None, what the environment has as `IKM_TOKEN`, if anything.
            timeout_s: how long to wait for an answer.
            patience_s: how long to wait at most, in all, where the collector says when to ask again (it was asked too often, or its database is away); 0 raises at once.

        Raises:
            ValueError: that is no address, or a token would travel in clear to another machine.
        """
        parts = urlsplit(address)
        if parts.scheme not in ("https", "http") or not parts.hostname:
            raise ValueError(f"{address!r} is no address of a collector: https://…")
        text = os.environ.get("IKM_TOKEN", "") if token is None else token
        if text and parts.scheme == "http" and parts.hostname not in _LOOPBACK:
            raise ValueError("a token is sent over https only")
        self._address = f"{address.rstrip('/')}/api/v1/"
        self._timeout, self._patience = timeout_s, patience_s
        self._kept: OrderedDict[str, _Kept] = OrderedDict()
        self._session = requests.Session()
        self._session.auth = _Bearer(text)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let the connections go."""
        self._session.close()

    def releases(self, **asked: str) -> Iterator[ReleaseLine]:
        """Give what is published, the oldest first: by `unit`, `region`, `agency` or `ipp`, `period`, `instrument`; `newest="yes"` for what is in force."""
        for row in self._rows("releases", "releases", asked):
            low_high = row["interval"]
            yield _row(ReleaseLine, row, interval=tuple(low_high) if low_high is not None else None)

    def release(self, address: str) -> Mapping[str, Any]:
        """Give a release as it was frozen; `docs/releases.md` explains every key."""
        return self._said(f"releases/{quote(address, safe='')}.json")

    def release_table(self, address: str) -> str:
        """Give a release as CSV."""
        return self._got(f"releases/{quote(address, safe='')}.csv", {}).body.decode()

    def exports(self, **asked: str) -> list[Mapping[str, Any]]:
        """Give the data sets of open data with the addresses of their files: all, or those of a `region` or `agency`."""
        return list(self._said("exports", asked)["datasets"])

    def me(self) -> Me:
        """Tell who asks, with which offices."""
        said = self._said("me")
        return Me(said["account"], tuple(said["offices"]))

    def units(self) -> Iterator[UnitLine]:
        """Give the units in reach (scope `fleet`)."""
        for row in self._rows("units", "units", {}):
            yield _row(UnitLine, row)

    def kiosks(self) -> Iterator[KioskLine]:
        """Give the kiosks in reach with their health (scope `fleet`)."""
        for row in self._rows("kiosks", "kiosks", {}):
            moment = row["received_at"]
            yield _row(KioskLine, row, received_at=datetime.fromisoformat(moment) if moment else None)

    def complaints(self) -> Iterator[ComplaintLine]:
        """Give the complaints that the office sees, without their words (scope `complaints`)."""
        for row in self._rows("complaints", "complaints", {}):
            due = row["due_on"]
            yield _row(
                ComplaintLine,
                row,
                topics=tuple(row["topics"]),
                due_on=date.fromisoformat(due) if due else None,
            )

    def indices(self, **asked: str) -> Mapping[str, Any]:
        """Give numbers as they stand now, for auditors (scope `indices`): `unit="sukamaju", period="2026-TW4"`; `from` is asked as `from_`."""
        return self._said("indices", asked)

    def breakdowns(self, **asked: str) -> Mapping[str, Any]:
        """Give groups of what is released, for evaluators (scope `breakdowns`)."""
        return self._said("breakdowns", asked)

    def _rows(self, path: str, name: str, asked: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
        after: str | None = ""
        while after is not None:
            said = self._said(path, {**asked, "after": after} if after else asked)
            yield from said[name]
            after = said["next"]

    def _said(self, path: str, asked: Mapping[str, str] | None = None) -> Mapping[str, Any]:
        said = _object(self._got(path, asked or {}).body)
        if said is None:
            raise Unreachable(f"{self._address}{path} answers with what no collector says")
        return said

    def _got(self, path: str, asked: Mapping[str, str]) -> _Kept:
        waited = 0.0
        while True:
            try:
                return self._once(path, {name.rstrip("_"): value for name, value in asked.items()})
            except Refused as error:
                if error.wait_s is None or waited + error.wait_s > self._patience:
                    raise
                time.sleep(error.wait_s)
                waited += error.wait_s

    def _once(self, path: str, asked: Mapping[str, str]) -> _Kept:
        key = f"{path}?{sorted(asked.items())}"
        kept = self._kept.get(key)
        headers = {"If-None-Match": kept.etag} if kept is not None and kept.etag is not None else {}
        try:
            answer = self._session.get(
                self._address + path,
                params=asked,
                headers=headers,
                timeout=self._timeout,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise Unreachable(f"{self._address}{path}: {error}") from error
        if answer.status_code == 304 and kept is not None:
            self._kept.move_to_end(key)
            return kept
        if answer.status_code != 200:
            raise _refusal(answer)
        fresh = _Kept(answer.headers.get("ETag"), answer.content)
        self._kept[key] = fresh
        if len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return fresh


def _refusal(answer: requests.Response) -> IkmError:
    said = _object(answer.content) or {}
    if answer.status_code < 400 or not {"code", "message", "remedy"} <= set(said):
        return Unreachable(f"{answer.url} answers with {answer.status_code}, and not as a collector does")
    wait = answer.headers.get("Retry-After", "")
    return Refused(
        answer.status_code, str(said["code"]), str(said["message"]), str(said["remedy"]),
        int(wait) if wait.isascii() and wait.isdigit() else None,
    )  # fmt: skip


def _object(body: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(body)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _row(kind: type[Row], said: Mapping[str, Any], **read: Any) -> Row:
    """Give a row; what a newer collector says besides is passed over."""
    values: dict[str, Any] = {name: read.get(name, said.get(name)) for name in kind._fields}
    return kind(**values)
