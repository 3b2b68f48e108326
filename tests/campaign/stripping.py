"""A carrier that leaves out what was complained about: the kiosk's own signed records, without their attachments."""

import json
import time
import urllib.error
import urllib.request

from survey.wire.messages import Batch, pack_batch
from tests.campaign.campaign_world import CampaignWorld
from tests.campaign.echo import Echo
from tests.campaign.proxy import Weather
from uplink.errors import UplinkError
from uplink.journal.enrolment import load_enrolment, verifier
from uplink.journal.home import KioskHome
from uplink.journal.reader import JournalReader
from uplink.journal.segments.frame import Entry

_WAIT_SECONDS = 4.0


def strip_attachments(world: CampaignWorld, echo: Echo) -> tuple[str, str | None]:
    """Be faster than the honest uplink with a stripped batch, at both doors; gives what became of it, and what is wrong."""
    for proxy in (world.broker_proxy, world.web_proxy):
        proxy.weather = Weather.CUT
    kiosk = load_enrolment(world.home).kiosk
    found = _stripped(world, kiosk)
    if found is None:
        return "nobody complained meanwhile", None
    batch, named = found
    payload = pack_batch(batch)
    echo.publish(f"ikm/v1/{kiosk}/up", payload)
    status, answer = _post(world.web_port, payload)
    if status == 0:
        return "sent to the broker, the web door was shut", None
    if status >= 400:
        return f"refused: {answer}", None
    if _held(world, batch.stream, named):
        return "taken: the attachment was there already", None
    return "taken", f"record {named} of {batch.stream} was receipted without its attachment"


def _stripped(world: CampaignWorld, kiosk: str) -> tuple[Batch, int] | None:
    """Wait for a complaint that is not confirmed yet, and make a batch of all up to it."""
    home, enrolment = KioskHome(world.home), load_enrolment(world.home)
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        try:
            reader = JournalReader(home.journal)
            header = reader.header()
            stream = header.stream if header is not None else ""
            after = home.confirmed(stream, kiosk=kiosk, verify=verifier(enrolment.collector_key))
            entries = reader.read(after + 1, most=200, most_bytes=200_000)
        except UplinkError:  # the journal is being damaged, or is gone
            entries = []
        end = next((place for place, entry in enumerate(entries) if _names_something(entry)), None)
        if end is not None:
            part = entries[: end + 1]
            batch = Batch(
                kiosk=kiosk,
                stream=stream,
                first=part[0].seq,
                lines=tuple(entry.line for entry in part),
                signature=part[-1].signature,
                prev=part[0].prev,
            )
            return batch, part[-1].seq
        time.sleep(0.2)
    return None


def _names_something(entry: Entry) -> bool:
    body = entry.get("body")
    return isinstance(body, dict) and bool(body.get("attached"))


def _post(port: int, payload: bytes) -> tuple[int, str]:
    """Gives 0 where nobody answers."""
    request = urllib.request.Request(f"http://127.0.0.1:{port}/api/v1/batches", data=payload, method="POST")
    request.add_header("Content-Type", "application/octet-stream")
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:
            return int(answer.status), ""
    except urllib.error.HTTPError as error:
        with error:
            try:
                return error.code, str(json.loads(error.read())["code"])
            except (ValueError, KeyError):
                return error.code, str(error.code)
    except OSError:
        return 0, ""


def _held(world: CampaignWorld, stream: str, seq: int) -> bool:
    query = (
        "select 1 from evidence_heldattachment a join evidence_stream s on s.id = a.stream_id"
        " where s.uid = ? and a.seq = ?"
    )
    return bool(world.rows(query, stream, seq))
