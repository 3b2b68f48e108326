"""What became of all that citizens wrote: in the audit of their unit, and in the week of whoever works on it, before it is too late."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from collector import clock
from collector.accounts import roles
from collector.complaints import retention
from collector.complaints.withdrawal import withdraw
from collector.desk.week import week_of
from collector.evidence.models import HeldAttachment
from collector.evidence.proof.audit import Audit, audit
from collector.evidence.proof.audit_output import as_html, as_json, as_text
from collector.fleet.models import Unit
from collector.local import moment_of
from survey.index.periods import parse
from survey.record.attachment import LostAttachment, lost_message
from survey.wire.messages import pack_batch, unpack_batch
from tests.collector.accounts_of import person
from tests.collector.complaints.filed import RECEIVED_MS, filed, sealed
from tests.collector.conftest import OwnClock
from tests.collector.fake_kiosk import FakeKiosk

pytestmark = pytest.mark.django_db

CAME = moment_of(RECEIVED_MS)
OLD = CAME + timedelta(days=731)


def audited(unit: Unit) -> Audit:
    return audit(unit, parse("2026-11"), now=clock.now())


def counts(unit: Unit) -> dict[str, int]:
    """Give the counts of a unit, which its text, its page and its JSON say alike."""
    found = audited(unit)
    whole = json.loads(as_json(found))
    assert whole["attachments"] == found.attachments
    each = [one["attachments"] for one in whole["streams"]]
    assert {name: sum(one[name] for one in each) for name in ("named", "held", "destroyed", "lost")} == {
        name: number for name, number in found.attachments.items() if name != "never"
    }
    line = "All texts and contacts of this unit: {named} named, {held} held, {destroyed} destroyed".format(
        **found.attachments
    )
    assert line in as_text(found)
    assert f"Semua teks dan kontak unit ini: {found.attachments['named']} disebut" in as_html(found, "id")
    return found.attachments


def test_what_is_held_is_counted_over_all_kiosks(unit: Unit) -> None:
    filed(unit, phone="081234567890")
    filed(unit)
    assert counts(unit) == {"named": 6, "held": 6, "destroyed": 0, "lost": 0, "never": 0}
    assert audited(unit).holds


@pytest.mark.django_db(transaction=True)
def test_what_was_destroyed_at_its_date_or_taken_back_is_accounted_for(unit: Unit) -> None:
    withdraw(filed(unit).ticket, CAME)
    filed(unit)
    assert counts(unit) == {"named": 4, "held": 2, "destroyed": 2, "lost": 0, "never": 0}
    retention.run(OLD, who="console:test")
    assert counts(unit) == {"named": 4, "held": 0, "destroyed": 4, "lost": 0, "never": 0}
    assert audited(unit).holds


def test_what_never_came_breaks_completeness(unit: Unit) -> None:
    filed(unit)
    HeldAttachment.objects.filter(name="text").delete()
    assert counts(unit) == {"named": 2, "held": 1, "destroyed": 0, "lost": 0, "never": 1}
    assert not audited(unit).completeness


def test_what_the_kiosk_declared_lost_is_counted_so(
    unit: Unit, kiosk: FakeKiosk, arrive: Callable[..., list[object]]
) -> None:
    text, filing = sealed("text", b"x"), sealed("filing", b"x")
    seq = kiosk.record("complaint", {"visit": 1, "lookup": "0" * 32}, attachments=(text, filing))
    message = lost_message(stream=kiosk.stream, seq=seq, name="text", digest=text.digest)
    beside = ((seq, LostAttachment("text", kiosk.key.sign(message))), (seq, filing))
    arrive(pack_batch(unpack_batch(kiosk.batch())._replace(attachments=beside)))
    assert counts(unit) == {"named": 2, "held": 1, "destroyed": 0, "lost": 1, "never": 0}
    assert audited(unit).holds


def test_the_week_says_that_the_text_of_an_open_complaint_ends_soon(unit: Unit, own_clock: OwnClock) -> None:
    filed(unit, topics=("pungli",))
    filed(unit)
    officer, evaluator = person("wati", roles.UNIT_OFFICER, unit), person("rina", roles.EVALUATOR)

    def ending(user: object) -> list[str]:
        return [one.title for one in week_of(user).entries if "dimusnahkan" in one.title]  # type: ignore[arg-type]  # an account

    own_clock.moment = CAME + timedelta(days=695)
    assert ending(evaluator) == []
    own_clock.moment = CAME + timedelta(days=705)
    assert ending(officer) == ["Isi 1 pengaduan terbuka dimusnahkan dalam 30 hari"]
    assert ending(evaluator) == ["Isi 2 pengaduan terbuka dimusnahkan dalam 30 hari"]
