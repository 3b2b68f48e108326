"""Whom kiosks demand cosignatures of: the policy's file stands in the log, and so does every change of it.

A kiosk goes over to a newer policy when the one that it has is met by a checkpoint that holds the change. So until the last kiosk has heard of it, those
whom it had before are asked to cosign too.
"""

from collections.abc import Iterator, Mapping
from functools import partial

from collector.errors import CollectorError
from collector.log import witnesses
from collector.log.models import LoggedPolicy, LogState
from collector.log.sources import Fact, Source
from survey.log import facts
from survey.log.facts import MAX_LEAF_BYTES
from survey.log.following import AT_ENROLMENT

_ROOM = 256
"""Of a leaf, for what stands in it besides."""


def for_enrolment() -> Mapping[str, object]:
    """Give what a new kiosk is told: the policy that was logged last, or the one that will be; nothing where nobody cosigns."""
    kept, state = LoggedPolicy.objects.order_by("-number").first(), LogState.objects.filter(pk=1).first()
    if kept is not None and state is not None:
        return {"log_policy": {"number": kept.number, "origin": state.origin, "policy": kept.text}}
    text = _text()
    return {"log_policy": {"number": AT_ENROLMENT, "origin": "", "policy": text}} if text else {}


def _text() -> str:
    """Give the policy as a leaf has it; empty where there is none.

    Raises:
        CollectorError: it cannot be read (`log_policy`), or is too long for a leaf (`log_policy_long`).
    """
    found = witnesses.policy()
    text = found.witness_part() if found is not None else ""
    if len(text.encode()) > MAX_LEAF_BYTES - _ROOM:
        raise CollectorError("log_policy_long", most=MAX_LEAF_BYTES - _ROOM)
    return text


def _facts() -> Iterator[Fact]:
    text = _text()
    if text:
        yield Fact(
            "witnesses", facts.WITNESSES, partial(dict, {"policy": text}), stamp=witnesses.stamp_of(text)
        )


SOURCE = Source("witnesses", lambda: witnesses.stamp_of(_text()), _facts)
