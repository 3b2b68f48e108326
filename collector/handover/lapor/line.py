"""One request to the other side: bounded in time and size, never redirected, and each failure said as what became of the report."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

import requests

from collector.handover.lapor.adapter import MaybeTaken, NotTaken, Refused

MOST_BYTES = 1024 * 1024
_PIECE = 16 * 1024
_NOT_TAKEN = (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS)
_WRONG_SETTINGS = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
)
"""What is ours to mend: the report is not to blame, and stays for later."""


class Timeouts(NamedTuple):
    """Seconds until we give up."""

    connect: float
    read: float


def post(url: str, body: bytes, *, headers: Mapping[str, str], timeouts: Timeouts) -> bytes:
    """Send a body and give the answer's.

    Raises:
        NotTaken: no connection, or an answer that says so.
        MaybeTaken: the request left, and no whole answer came, or one of a broken server.
        Refused: the other side refuses what was sent.
    """
    try:
        with requests.post(
            url, data=body, headers=dict(headers), timeout=timeouts, allow_redirects=False, stream=True
        ) as answer:
            content = _read(answer)
            status = answer.status_code
    except (requests.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.InvalidURL) as error:
        raise NotTaken(f"no connection: {type(error).__name__}") from error
    except requests.ConnectionError as error:
        if _never_left(error):
            raise NotTaken("no connection") from error
        raise MaybeTaken("the connection broke") from error
    except requests.RequestException as error:
        raise MaybeTaken(f"no answer: {type(error).__name__}") from error
    if status == HTTPStatus.OK:
        return content
    if status in _NOT_TAKEN or status in _WRONG_SETTINGS or 300 <= status < 400:
        raise NotTaken(f"status {status}")
    if 400 <= status < 500:
        raise Refused(f"status {status}")
    raise MaybeTaken(f"status {status}")


def _read(answer: requests.Response) -> bytes:
    content = b""
    for piece in answer.iter_content(_PIECE):
        content += piece
        if len(content) > MOST_BYTES:
            raise MaybeTaken("the answer is too large")
    return content


def _never_left(error: requests.ConnectionError) -> bool:
    """Tell whether not even a connection was made: urllib3 says so deep inside."""
    return "NewConnectionError" in repr(error) or "NameResolutionError" in repr(error)
