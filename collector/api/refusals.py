"""One form of every refusal below `/api/v1/`: `code`, `message`, and `remedy`, what to do about it. Codes are stable."""

import json

from django.http import HttpResponse
from django.http.response import HttpResponseBase

_USUAL = {
    400: ("bad_request", "this cannot be asked", "see /api/v1/docs for what this address takes"),
    401: ("token", "this needs a token that works", "send Authorization: Bearer TOKEN; `ikm-collector token add` makes one"),
    403: ("not_yours", "this is not for you", "ask with an account or a token whose office may"),
    404: ("unknown", "there is nothing here", "see /api/v1/docs for the addresses, and look at the code asked for"),
    405: ("method", "this address does not take that method", "use one that the header Allow names"),
    409: ("conflict", "this contradicts what is there", "read what is there, then ask again"),
    413: ("too_large", "this is too large", "send less at once"),
    415: ("content_type", "this content type is not read here", "send what /api/v1/docs names"),
    422: ("parameters", "a parameter makes no sense", "look at what the message names, and at /api/v1/docs"),
    429: ("too_often", "too many requests in this minute", "wait for as many seconds as the header Retry-After says"),
    500: ("failed", "something failed here", "ask again later; tell whoever runs this collector when it stays so"),
    503: ("away", "the database cannot be asked now: its server is changing, or has too much to do", "ask again after as many seconds as the header Retry-After says"),
}  # fmt: skip
"""By status: the code where nothing better is known, its sentence, and the remedy."""
_REMEDIES = {
    "cursor": "take `next` of the page before as it is, or leave `after` out to begin anew",
    "scope": "make a token with that scope: `ikm-collector token add`",
}
"""By code, where the status alone does not say what to do."""


class Refused(Exception):  # noqa: N818 - it is a refusal
    """What is asked cannot be answered, with its code."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message


def refusal(status: int, code: str = "", message: str = "") -> HttpResponse:
    """Give a refusal."""
    return in_form(HttpResponse(json.dumps({"code": code, "message": message}), status=status))


def in_form(response: HttpResponse) -> HttpResponse:
    """Bring a refusal into the one form, whoever made it; its headers and what else it says stay."""
    said = _said(response)
    usual = _USUAL.get(response.status_code, _USUAL[400 if response.status_code < 500 else 500])
    code = said.get("code") or usual[0]
    told = {
        **(said if "code" in said else {}),
        "code": code,
        "message": said.get("message") or usual[1],
        "remedy": _REMEDIES.get(str(code), usual[2]),
    }
    response.content = json.dumps(told, ensure_ascii=False).encode()
    response["Content-Type"] = "application/json"
    return response


def is_refusal(response: HttpResponseBase) -> bool:
    """Tell whether an answer is a refusal."""
    return response.status_code >= 400


def _said(response: HttpResponse) -> dict[str, object]:
    try:
        said = json.loads(response.content)
    except ValueError:
        return {}
    return said if isinstance(said, dict) else {}
