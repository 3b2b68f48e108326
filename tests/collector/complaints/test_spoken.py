"""What was said comes together, is opened above the unit alone and with a reason, and is destroyed like words."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.auth.models import User
from django.test import Client

from collector import clock
from collector.accounts import roles
from collector.accounts.models import Office
from collector.complaints import arrivals, destroyed, retention, spoken
from collector.complaints.additions import act
from collector.complaints.destruction import overwrite
from collector.complaints.models import Level, Ticket, TicketAddition
from collector.complaints.withdrawal import withdraw
from collector.errors import CollectorError
from collector.evidence.models import HeldAttachment, Stream
from collector.evidence.proof.checking import check_stream
from collector.fleet.models import Unit
from collector.people.models import TrailEntry
from collector.trust import keyholder
from survey.record import ogg
from survey.record.complaint import AdditionKind
from survey.record.spoken import VOICE, new_speech
from tests.collector.accounts_of import person
from tests.collector.complaints.test_destruction import everywhere
from tests.collector.desk.test_desk import browser
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.filing import SETTLED, Filed, add, file_complaint, speak

pytestmark = pytest.mark.django_db

Arrive = Callable[..., list[object]]
SAID = ogg.silence(80)
"""In three parts."""
LATER = SETTLED + timedelta(days=1)
WHY = "to answer"


@pytest.fixture(autouse=True)
def _log() -> Iterator[None]:
    path = settings.IKM_DATA / destroyed.FILE
    path.unlink(missing_ok=True)
    yield
    path.unlink(missing_ok=True)


def spoken_ticket(
    kiosk: FakeKiosk, arrive: Arrive, speech: bytes = SAID, *, leave_out: tuple[int, ...] = ()
) -> tuple[Ticket, Filed]:
    filed = file_complaint(kiosk, "lama")
    speak(kiosk, filed.secrets, speech, leave_out=leave_out)
    arrive(kiosk.batch())
    arrivals.settle(SETTLED)
    return Ticket.objects.get(lookup=filed.secrets.lookup), filed


def rina() -> User:
    return person("rina", roles.EVALUATOR)


def heard(ticket: Ticket, number: int = 1, *, by: str = "wati") -> spoken.Speech:
    found = spoken.speech_of(ticket, user=person(by, roles.EVALUATOR), why=WHY, number=number)
    assert found is not None
    return found


def test_parts_come_together_byte_for_byte(kiosk: FakeKiosk, arrive: Arrive) -> None:
    ticket, _ = spoken_ticket(kiosk, arrive)
    rows = ticket.additions.order_by("part")
    assert [(one.kind, one.part, one.parts) for one in rows] == [("spoken", n, 3) for n in (1, 2, 3)]
    assert heard(ticket) == spoken.Speech(sound=SAID, parts=3, missing=(), destroyed=())
    assert heard(ticket, by="joko").seconds == 80


def test_parts_that_come_in_another_order_and_before_their_complaint(
    kiosk: FakeKiosk, arrive: Arrive
) -> None:
    filed = file_complaint(kiosk, "lama")
    first = speak(kiosk, filed.secrets, SAID)[0]
    last = len(kiosk.lines)
    arrive(kiosk.batch(last, last), kiosk.batch(first, last - 1))
    assert arrivals.settle(SETTLED) == 0, "they wait for their complaint"
    arrive(kiosk.batch())
    arrivals.settle(SETTLED)
    assert heard(Ticket.objects.get()).sound == SAID


@pytest.mark.parametrize("lost", [(1,), (2,), (3,), (1, 3)])
def test_a_part_that_is_missing_is_said_and_the_rest_can_be_heard(
    kiosk: FakeKiosk, arrive: Arrive, lost: tuple[int, ...]
) -> None:
    ticket, _ = spoken_ticket(kiosk, arrive, leave_out=lost)
    speech = heard(ticket)
    assert (speech.parts, speech.missing) == (3, lost)
    assert 0 < len(speech.sound) < len(SAID)
    assert speech.sound.startswith(SAID[:60])
    assert speech.seconds > 0


def test_a_part_that_the_kiosk_declared_lost_or_that_is_damaged_is_missing(
    kiosk: FakeKiosk, arrive: Arrive
) -> None:
    ticket, _ = spoken_ticket(kiosk, arrive)
    voices = HeldAttachment.objects.filter(name=VOICE).order_by("seq")
    HeldAttachment.objects.filter(pk=voices[0].pk).update(loss=b"signed", content=b"", salt=b"")
    HeldAttachment.objects.filter(pk=voices[1].pk).update(content=bytes(voices[1].content)[:-1] + b"!")
    assert heard(ticket).missing == (1, 2)


def test_two_recordings_are_two(kiosk: FakeKiosk, arrive: Arrive) -> None:
    filed = file_complaint(kiosk, "lama")
    speak(kiosk, filed.secrets, SAID, leave_out=(3,))
    speak(kiosk, filed.secrets, ogg.silence(5))
    arrive(kiosk.batch())
    arrivals.settle(SETTLED)
    ticket = Ticket.objects.get()
    assert len(spoken.recordings(ticket)) == 2
    assert heard(ticket).missing == (3,)
    assert heard(ticket, 2, by="joko").sound == ogg.silence(5)
    assert spoken.speech_of(ticket, user=rina(), why=WHY, number=3) is None


def test_a_complaint_with_a_voice_is_guarded_from_its_first_part_on(kiosk: FakeKiosk, arrive: Arrive) -> None:
    filed = file_complaint(kiosk, "lama", text="antre")
    arrive(kiosk.batch())
    arrivals.settle(SETTLED)
    ticket = Ticket.objects.get()
    assert (ticket.guarded, ticket.level) == (False, Level.UNIT)
    (first, *_) = speak(kiosk, filed.secrets, SAID, leave_out=(2, 3))
    arrive(kiosk.batch(first))
    arrivals.settle(LATER)
    ticket.refresh_from_db()
    assert (ticket.names_officer, ticket.guarded) == (True, True)
    assert ticket.level != Level.UNIT, "whoever stands above the desk holds it now"
    assert ticket.changed_at == LATER


def test_nobody_at_the_desk_hears_it(kiosk: FakeKiosk, arrive: Arrive, unit: Unit) -> None:
    """Not an officer there, nor an evaluator who is one too; to them the complaint is not here."""
    ticket, _ = spoken_ticket(kiosk, arrive)
    evaluator = person("sari", roles.EVALUATOR)
    assert spoken.may_hear(evaluator, ticket)
    Office.objects.create(
        user=evaluator, role=roles.UNIT_OFFICER, unit=unit, since=clock.now(), given_by="test"
    )
    for user in (person("budi", roles.UNIT_OFFICER, unit), evaluator, person("tono", None)):
        assert not spoken.may_hear(user, ticket)
        with pytest.raises(CollectorError) as refused:
            spoken.speech_of(ticket, user=user, why=WHY)
        assert refused.value.word == "ticket_unknown"
    assert not TrailEntry.objects.filter(action="complaint heard").exists()


def test_it_is_opened_with_a_reason_that_stands_in_the_trail_before_that(
    kiosk: FakeKiosk, arrive: Arrive, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket, _ = spoken_ticket(kiosk, arrive)
    user = rina()
    with pytest.raises(CollectorError) as refused:
        spoken.speech_of(ticket, user=user, why="  ")
    assert refused.value.word == "reading_why"
    opened = keyholder.opened
    noted: list[int] = []

    def listening(*given: object, **named: object) -> list[bytes | None]:
        noted.append(TrailEntry.objects.filter(action="complaint heard", who="rina", why=WHY).count())
        return opened(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(keyholder, "opened", listening)
    spoken.speech_of(ticket, user=user, why=WHY)
    assert noted == [1]


def test_the_desk_gives_one_file_that_no_browser_plays_guesses_at_or_keeps(
    kiosk: FakeKiosk, arrive: Arrive, unit: Unit
) -> None:
    ticket, _ = spoken_ticket(kiosk, arrive, leave_out=(2,))
    address = f"/meja/pengaduan/{ticket.number}/suara/1/"
    client = browser(rina())
    answer = client.post(address, {"why": WHY})
    assert answer.status_code == 200
    assert answer.content == heard(ticket).sound
    assert {name: answer[name] for name in ("Content-Type", "X-Content-Type-Options", "Cache-Control")} == {
        "Content-Type": "audio/ogg",
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "private, no-store",
    }
    assert answer["Content-Disposition"] == f'attachment; filename="pengaduan-{ticket.number}-1-2-dari-3.ogg"'
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    page = client.get(f"/meja/pengaduan/{ticket.number}/").content.decode()
    assert "Hanya 2 dari 3 bagian rekaman ini sampai" in " ".join(page.split())
    assert f'action="{address}"' in page
    assert client.get(address).status_code == 405, "nothing is opened by a link"
    assert client.post(address, {"why": ""}).status_code == 400
    assert client.post(f"/meja/pengaduan/{ticket.pk}/suara/2/", {"why": WHY}).status_code == 404
    assert client.post("/meja/pengaduan/999999/suara/1/", {"why": WHY}).status_code == 404
    officer = browser(person("budi", roles.UNIT_OFFICER, unit))
    assert officer.post(address, {"why": WHY}).status_code == 404, "to the desk it is not here"
    assert Client().post(address, {"why": WHY}).status_code == 302


def test_who_has_not_the_code_adds_no_voice(kiosk: FakeKiosk, arrive: Arrive) -> None:
    filed = file_complaint(kiosk, "lama")
    speak(kiosk, filed.secrets._replace(key=bytes(32)), SAID)
    arrive(kiosk.batch())
    arrivals.settle(SETTLED)
    ticket = Ticket.objects.get()
    assert not ticket.names_officer
    assert spoken.recordings(ticket) == ()
    assert not HeldAttachment.objects.filter(name=VOICE, destroyed_at=None).exists(), (
        "nobody would destroy it"
    )


@pytest.mark.django_db(transaction=True)
def test_taking_back_leaves_no_byte_of_the_voice(kiosk: FakeKiosk, arrive: Arrive) -> None:
    ticket, filed = spoken_ticket(kiosk, arrive)
    voices = [bytes(one.content) for one in HeldAttachment.objects.filter(name=VOICE)]
    pieces = [voice[at : at + 64] for voice in voices for at in range(0, len(voice) - 64, 512)]
    whole = everywhere()
    assert len([one for one in pieces if one in whole]) > len(pieces) // 2
    add(kiosk, filed.secrets, AdditionKind.WITHDRAWN)
    arrive(kiosk.batch(len(kiosk.lines)))
    arrivals.settle(LATER)
    overwrite(LATER + timedelta(hours=1))
    whole = everywhere()
    assert [one.hex() for one in pieces if one in whole] == []
    ticket.refresh_from_db()
    assert ticket.withdrawn_at == LATER
    assert ticket.about_officer, "it stays none of the desk's business"
    assert heard(ticket) == spoken.Speech(sound=b"", parts=3, missing=(), destroyed=(1, 2, 3))
    destroyed_of = TrailEntry.objects.filter(action="destroyed", subject__startswith="voice of complaint")
    assert destroyed_of.count() == 3
    assert [check_stream(stream).faults for stream in Stream.objects.all()] == [()]


def test_parts_that_come_after_the_withdrawal_are_destroyed_at_once(kiosk: FakeKiosk, arrive: Arrive) -> None:
    ticket, filed = spoken_ticket(kiosk, arrive, leave_out=(1, 2, 3))
    withdraw(ticket, LATER)
    (first, *_) = speak(kiosk, filed.secrets, SAID)
    arrive(kiosk.batch(first))
    arrivals.settle(LATER)
    assert not HeldAttachment.objects.filter(name=VOICE, destroyed_at=None).exists()
    ticket.refresh_from_db()
    assert TicketAddition.objects.filter(ticket=ticket).count() == 3


@pytest.mark.django_db(transaction=True)
def test_the_voice_goes_with_the_words_after_two_years(kiosk: FakeKiosk, arrive: Arrive) -> None:
    ticket, _ = spoken_ticket(kiosk, arrive)
    come = SETTLED
    assert (
        retention.soon(come + retention.TEXT_AFTER - timedelta(days=1), tickets=Ticket.objects.all()) == 1
    ), "the week speaks of it"
    retention.run(come + retention.TEXT_AFTER - timedelta(days=1), who="test")
    assert heard(ticket).sound == SAID
    retention.run(come + retention.TEXT_AFTER + timedelta(days=1), who="test")
    assert set(HeldAttachment.objects.filter(name=VOICE).values_list("content", "salt")) == {(b"", b"")}
    assert spoken.speech_of(ticket, user=rina(), why=WHY) == spoken.Speech(b"", 3, (), (1, 2, 3))


def test_a_backup_brings_no_voice_back(kiosk: FakeKiosk, arrive: Arrive) -> None:
    ticket, _ = spoken_ticket(kiosk, arrive)
    before = {one.pk: (one.salt, one.content) for one in HeldAttachment.objects.filter(name=VOICE)}
    withdraw(ticket, LATER)
    for pk, (salt, content) in before.items():
        HeldAttachment.objects.filter(pk=pk).update(salt=salt, content=content, destroyed_at=None)
    assert retention.replay(LATER) == 3
    assert not HeldAttachment.objects.filter(name=VOICE, destroyed_at=None).exists()


def test_a_page_can_add_no_part(kiosk: FakeKiosk, arrive: Arrive) -> None:
    """What came by the page has no record, and so nothing lies beside it."""
    ticket, _ = spoken_ticket(kiosk, arrive)
    addition = TicketAddition.objects.create(
        ticket=ticket, lookup=ticket.lookup, kind="spoken", at_ms=1, speech=new_speech(), part=1, parts=1
    )
    act(addition, ticket, LATER)
    assert heard(ticket) == spoken.Speech(sound=b"", parts=1, missing=(1,), destroyed=())
