"""The citizen's door: how a complaint stands, and what its citizen may do about it. Never what was written, nor the number.

**The code is the only authority, and it travels in the body of a POST.** One address, `/pengaduan/`, takes all: no address, log, history or
referrer holds a code. A QR code carries it behind the `#`, which browsers do not send; a script of ours puts it into the form.

**Why it is safe without a session, a cookie and a CSRF token.** A forged request is dangerous where the browser adds an authority that the
forger lacks: a cookie. Here is none. Each form holds the code again, and so whoever has the code may act and whoever has not cannot, from
whichever page the request comes. What a foreign page could still do is to try codes through its visitors' browsers and use up their networks'
budgets (`throttle`); so a request that the browser itself calls cross-site is refused.

**What is sent twice is done once.** Each page has a fresh random word in its forms; an addition is named by a hash of that, of what is asked
for and of what is written. A page that is loaded again sends the same, and finds it done.
"""

import hashlib
import re
import secrets
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from collector import clock
from collector.complaints import additions, life, throttle
from collector.complaints.models import CLOSED, Ticket, TicketAddition, TicketStatus
from collector.complaints.typed import fault
from collector.headers import WITH_SCRIPT
from collector.language import spoken
from collector.local import day_text, local_date, moment_of
from collector.trust import public
from collector.trust.sealing import seal
from survey.record.complaint import CONTACT_KEPT_DAYS, MAX_TEXT_CHARACTERS, AdditionKind, written_bytes
from survey.record.officers import speaks_of_officer
from survey.record.phone import read_phone
from survey.record.ticket import TicketSecrets, read_code, salt_of, secrets_of, show_code

CONSENT_VERSION = "page-1"
"""Of the words beside the number on `complaints/ticket.html`; other words are another version."""
MOST_ADDITIONS = 40
"""So much may be added to one complaint on its page."""
_ONCE = re.compile(r"[A-Za-z0-9_-]{22}")
_HANDS = ThreadPoolExecutor(2, thread_name_prefix="code")
"""Codes are worked out by these threads alone: each takes 16 MiB and a core's work, and what a thread once took the process keeps."""


@dataclass
class _Asked:
    """A request of somebody who has the code, and what the page says about it."""

    code: str
    ticket: Ticket
    now: datetime
    act: str = ""
    said: dict[str, object] = field(default_factory=dict)
    status: int = HTTPStatus.OK


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
def door(request: HttpRequest) -> HttpResponse:
    """Ask for a code, and show the complaint of the one that is sent."""
    if request.method != "POST":
        return _form(request, {})
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        raise PermissionDenied
    typed = request.POST.get("code", "")[:100]
    code = read_code(typed)
    if code is None:
        return _form(request, {"typed": typed, "fault": fault(typed)}, HTTPStatus.BAD_REQUEST)
    now = clock.now()
    network = throttle.network_of(get_adapter(request).get_client_ip(request))
    slip, secret = request.POST.get("slip", "")[:80], settings.SECRET_KEY.encode()
    place = throttle.enter(network, code, slip=slip, now=now, secret=secret)
    if isinstance(place, throttle.TurnedAway):
        told = {"code": show_code(code), "seconds": place.seconds, "slip": place.slip}
        response = _shown(request, "complaints/wait.html", told, HTTPStatus.TOO_MANY_REQUESTS)
        response["Retry-After"] = str(place.seconds)
        return response
    ticket = _found(code)
    if ticket is None:
        throttle.miss(place)
        return _form(request, {"typed": show_code(code), "unknown": True}, HTTPStatus.NOT_FOUND)
    throttle.hit(place)
    asked = _Asked(code, ticket, now, request.POST.get("act", ""))
    return _acted(request, asked)


def _found(code: str) -> Ticket | None:
    """Give a code's ticket. Where several records claim it, the one whose sealed key is the code's own; a forged one has none."""
    salt = salt_of(public.read(settings.IKM_KEYS).signing)
    own: TicketSecrets = _HANDS.submit(secrets_of, code, salt).result()
    found = _of_lookup(own.lookup)
    proven = [one for one in found if bytes(one.key) == own.key]
    unopened = [one for one in found if not one.key]
    return next(iter([*proven, *unopened]), None)


def _of_lookup(lookup: str) -> list[Ticket]:
    return list(Ticket.objects.select_related("unit").filter(lookup=lookup).order_by("pk")[:20])


def _acted(request: HttpRequest, asked: _Asked) -> HttpResponse:
    words = request.POST.get("text", "").replace("\r\n", "\n").strip()
    match asked.act:
        case "withdraw" if asked.ticket.withdrawn_at is None:
            told = {"code": show_code(asked.code), "once": _fresh()}
            return _shown(request, "complaints/withdraw.html", told, HTTPStatus.OK)
        case "withdraw-sure":
            _add(request, asked, AdditionKind.WITHDRAWN)
        case "settled" | "unsettled":
            _add(request, asked, AdditionKind(asked.act))
        case "word":
            if not words or len(words) > MAX_TEXT_CHARACTERS:
                _wrong(asked, {"word_wrong": True, "words": words[: 2 * MAX_TEXT_CHARACTERS]})
            else:
                _add(request, asked, AdditionKind.WORD, words)
        case "number":
            typed = request.POST.get("phone", "")[:40]
            phone, agreed = read_phone(typed), request.POST.get("agreed") == "yes"
            if phone is None or not agreed:
                _wrong(asked, {"phone_wrong": phone is None, "unagreed": not agreed, "phone": typed})
            else:
                _add(request, asked, AdditionKind.NUMBER, phone)
    return _ticket(request, asked)


def _add(request: HttpRequest, asked: _Asked, kind: AdditionKind, written: str = "") -> None:
    """Keep and act upon an addition, once; what was written is sealed before the database sees it."""
    word = request.POST.get("once", "")
    if not _ONCE.fullmatch(word):
        _wrong(asked, {"incomplete": True})
        return
    once = hashlib.sha256(f"{word}\0{kind}\0{written}".encode()).hexdigest()[:32]
    with transaction.atomic():
        known = asked.ticket.additions.filter(once=once).exists()
        many = asked.ticket.additions.filter(stream_id=None).count() >= MOST_ADDITIONS
        if many and not known and kind is not AdditionKind.WITHDRAWN:
            _wrong(asked, {"too_many": True})
            return
        sealed = seal(written_bytes(written), public.read(settings.IKM_KEYS).seal_key) if written else b""
        addition, _ = TicketAddition.objects.get_or_create(
            ticket=asked.ticket,
            once=once,
            defaults={
                "lookup": asked.ticket.lookup,
                "at_ms": round(asked.now.timestamp() * 1000),
                "kind": kind,
                "sealed": sealed,
                "digest": hashlib.sha256(sealed).hexdigest() if sealed else "",
                "consent_version": CONSENT_VERSION if kind is AdditionKind.NUMBER else "",
            },
        )
        if kind is AdditionKind.WORD and speaks_of_officer(written):
            life.guard(asked.ticket, asked.now)
        additions.act(addition, asked.ticket, asked.now)
    asked.said["done"] = str(kind)
    asked.ticket = Ticket.objects.select_related("unit").get(pk=asked.ticket.pk)


def _wrong(asked: _Asked, said: Mapping[str, object]) -> None:
    asked.said |= said
    asked.status = HTTPStatus.BAD_REQUEST


def _ticket(request: HttpRequest, asked: _Asked) -> HttpResponse:
    ticket, zone = asked.ticket, asked.ticket.unit.time_zone
    own = ticket.additions.filter(kind__in=(AdditionKind.WORD, AdditionKind.NUMBER), settled_at__isnull=False)
    context = {
        "code": show_code(asked.code),
        "once": _fresh(),
        "ticket": ticket,
        "came": _day(moment_of(ticket.received_ms), zone),
        "withdrawn": _day(ticket.withdrawn_at, zone) if ticket.withdrawn_at is not None else "",
        "steps": [
            (step.status, _day(step.at, zone), step.answer)
            for step in ticket.steps.all()
            if step.status != TicketStatus.RECEIVED or step.answer
        ],
        "own": [(one.kind, _day(one.settled_at, zone)) for one in own if one.settled_at is not None],
        "closed": ticket.status in CLOSED,
        "may_settle": ticket.status == TicketStatus.ANSWERED,
        "may_reopen": life.may_reopen(ticket, asked.now),
        "most": MAX_TEXT_CHARACTERS,
        "contact_days": CONTACT_KEPT_DAYS,
        **asked.said,
    }
    return _shown(request, "complaints/ticket.html", context, asked.status)


def _day(moment: datetime, zone: str) -> str:
    return day_text(local_date(moment, zone), spoken())


def _form(request: HttpRequest, context: Mapping[str, object], status: int = HTTPStatus.OK) -> HttpResponse:
    response = _shown(request, "complaints/door.html", context, status)
    response["Content-Security-Policy"] = WITH_SCRIPT
    return response


def _shown(request: HttpRequest, template: str, context: Mapping[str, object], status: int) -> HttpResponse:
    response = render(request, template, dict(context), status=status)
    response["Cache-Control"] = "no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


def _fresh() -> str:
    return secrets.token_urlsafe(16)
