"""What the collector tells each kiosk of its log: the newest checkpoint, its cosignatures, and the proof that it goes on from what the kiosk saw last.

So every kiosk is a witness: it remembers, and a log that shows it another history than before is caught in the village. A newer one replaces an older one.
"""

import base64
import binascii
from typing import NamedTuple

from survey.log.checkpoint import SignedCheckpoint, read_body
from survey.log.following import Heard, Proven
from survey.log.note import Note, read_lines
from survey.log.tree import HASH_BYTES, MOST_HASHES
from survey.log.witnessing import Offer
from survey.named import distinct
from survey.record.chain import Sign, Verify
from survey.record.errors import Malformed
from survey.record.record import canonical, parse_object, whole
from survey.wire.envelope import open_text, seal_text
from survey.wire.messages import kiosk_name

_MAGIC = b"IKL1"
LOG_NEWS_PREFIX = b"ikm-log-news-1\x00"
"""What the collector's signature covers begins with it."""
MAX_LOG_NEWS_BYTES = 16 * 1024


@distinct
class LogNews(NamedTuple):
    """The newest checkpoint, for one kiosk."""

    kiosk: str
    heard: Heard


def pack_log_news(news: LogNews, sign: Sign) -> bytes:
    """Give the message, signed with the collector's key."""
    text = log_news_text(news)
    return seal_log_news(text, sign(LOG_NEWS_PREFIX + text))


def log_news_text(news: LogNews) -> bytes:
    """Give what is signed, behind `LOG_NEWS_PREFIX`."""
    heard = news.heard
    point = heard.offer.checkpoint.point
    said: dict[str, object] = {
        "kiosk": news.kiosk,
        "old": heard.offer.old,
        "hashes": [_text(one) for one in heard.offer.hashes],
        "origin": point.origin,
        "size": point.size,
        "root": _text(point.root),
        "lines": "".join(line.text() for line in heard.offer.checkpoint.note.lines),
    }
    if heard.change is not None:
        said["change"] = _proven_fields(heard.change)
    if heard.first is not None:
        said |= {"first": _proven_fields(heard.first), "before": [_text(one) for one in heard.before]}
    return canonical(said)


def seal_log_news(text: bytes, signature: bytes) -> bytes:
    """Give the message of a text and its signature."""
    return seal_text(_MAGIC, text, signature)


def unpack_log_news(payload: bytes, verify: Verify) -> LogNews:
    """Read the message and check the collector's signature of it; the checkpoint's own are checked by whoever judges the offer.

    Raises:
        Malformed: the envelope's codes, or `log_news_json`, `log_news_size`, `log_news_field`, `log_news_signature`, or what is
            in it is no checkpoint (`checkpoint`, `note`).
    """
    text, signature = open_text(_MAGIC, payload, limit=MAX_LOG_NEWS_BYTES)
    if not verify(signature, LOG_NEWS_PREFIX + text):
        raise Malformed("log_news_signature", "the news of the log is not signed by this kiosk's collector")
    fields = parse_object(text, what="log_news", limit=MAX_LOG_NEWS_BYTES)
    origin, lines = fields.get("origin"), fields.get("lines")
    if not isinstance(origin, str) or not isinstance(lines, str):
        raise Malformed("log_news_field", "news of the log name their origin and carry signature lines")
    size = whole(fields, "size", lowest=0, code="log_news_field")
    root = base64.b64encode(_hash(fields.get("root"))).decode()
    note = Note(f"{origin}\n{size}\n{root}\n", read_lines(lines))
    return LogNews(
        kiosk=kiosk_name(fields, code="log_news_field"),
        heard=Heard(
            Offer(
                whole(fields, "old", lowest=0, code="log_news_field"),
                _hashes(fields.get("hashes")),
                SignedCheckpoint(read_body(note.text), note),
            ),
            change=_proven(fields["change"]) if "change" in fields else None,
            first=_proven(fields["first"]) if "first" in fields else None,
            before=_hashes(fields.get("before", [])),
        ),
    )


def _proven_fields(proven: Proven) -> dict[str, object]:
    return {
        "number": proven.number,
        "entry": proven.entry.decode(),
        "hashes": [_text(one) for one in proven.hashes],
    }


def _proven(value: object) -> Proven:
    if not isinstance(value, dict) or not isinstance(entry := value.get("entry"), str):
        raise Malformed("log_news_field", "a leaf comes with its entry")
    number = whole(value, "number", lowest=0, code="log_news_field")
    return Proven(number, entry.encode(), _hashes(value.get("hashes")))


def _hashes(value: object) -> tuple[bytes, ...]:
    if not isinstance(value, list) or len(value) > MOST_HASHES:
        raise Malformed("log_news_field", f"a proof has at most {MOST_HASHES} hashes")
    return tuple(_hash(one) for one in value)


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode().rstrip("=")


def _hash(text: object) -> bytes:
    try:
        found = base64.b64decode(text + "=", validate=True) if isinstance(text, str) else b""
    except (binascii.Error, ValueError):
        found = b""
    if len(found) != HASH_BYTES:
        raise Malformed("log_news_field", "a hash has 32 bytes in base64")
    return found
