"""What an operator can do with the counters that stand beside a release: change what was opened, and sign it anew under an own key."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.releases import counted
from collector.releases.models import OpenedCounters, Release
from survey.log.counter import read_told
from survey.record.chain import head_message, next_link
from survey.record.record import canonical, decode
from survey.record.tally import Opening

_PART = "/skm-2017@1"


def forge_counters(release: Release, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Open the counters, and change what was opened before anything is logged."""
    counted.open_missing()
    kept = OpenedCounters.objects.get(release=release)
    kept.content = canonical(change(json.loads(bytes(kept.content))))
    kept.save()


def forge_tests(release: Release, change: Callable[[list[Any]], list[Any]]) -> None:
    """Open the counters, and change what is shown of test visits before anything is logged."""
    counted.open_missing()
    kept = OpenedCounters.objects.get(release=release)
    shown = json.loads(bytes(kept.tests))
    kept.tests = canonical(shown | {"tests": change(shown["tests"])})
    told = json.loads(bytes(kept.content)) | {"tests": hashlib.sha256(kept.tests).hexdigest()}
    kept.content = canonical(told)
    kept.save()


def resigned(told: dict[str, Any], key: Ed25519PrivateKey, more: dict[str, int]) -> dict[str, Any]:
    """Sign a kiosk's counters anew under another key, with other sums: all that an operator can do with them."""
    made = dict(told)
    made["key"] = key.public_key().public_bytes_raw().hex()
    for end in ("begin", "end"):
        if told[end] is None:
            continue
        one = read_told(told[end])
        record = decode(one.line)
        body: dict[str, Any] = dict(record.body)
        sums = {name: value + more.get(end, 0) for name, value in one.counted.sums.items()}
        if one.salt:
            opening = Opening(
                told["stream"], int(body["upto"]), int(body.get("since", 0)), int(body.get("set_since", 0)),
                _PART, {"n": one.counted.n, "sums": sums}, one.salt,
            )  # fmt: skip
            body["sums"] = {**body["sums"], _PART: opening.commitment()}
        line = canonical({**json.loads(one.line), "body": body})
        message = head_message(stream=told["stream"], seq=record.seq, link=next_link(one.prev, line))
        made[end] = told[end] | {
            "line": line.decode(),
            "signature": base64.b64encode(key.sign(message)).decode(),
        }
        if one.salt:
            made[end]["sums"] = sums
    return made
