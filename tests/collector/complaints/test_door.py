"""The citizen's door: the code in a POST alone, what is shown and what never, and each act once."""

import re
from collections.abc import Mapping

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client

from collector.complaints.life import CITIZEN, Words, step
from collector.complaints.models import Ticket, TicketAddition, TicketMisses, TicketStatus
from collector.complaints.sealing import opened
from collector.evidence.models import HeldAttachment
from collector.fleet.models import Unit
from collector.local import moment_of
from collector.trust.kinds import Errand
from collector.trust.sealing import seal
from survey.record.complaint import written_bytes
from survey.record.ticket import ALPHABET, new_code, show_code
from tests.collector.complaints.filed import TEXT_OF_IT, filed
from tests.collector.conftest import OwnClock
from tests.collector.releases.test_english import TOLD_APART, heard, numbers

pytestmark = pytest.mark.django_db

PHONE = "081234567890"
ERRAND = Errand("rina", "to answer")


def post(client: Client, code: str, language: str = "", **more: str) -> tuple[int, str]:
    answer = client.post(f"{language}/pengaduan/", {"code": code, **more})
    assert not answer.cookies
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Robots-Tag"] == "noindex"
    return answer.status_code, answer.content.decode()


def once_of(page: str) -> str:
    found = re.search(r'name="once" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def act(client: Client, code: str, what: str, **more: str) -> str:
    _, page = post(client, code)
    status, page = post(client, code, act=what, once=once_of(page), **more)
    assert status == 200
    return page


def test_the_form_asks_by_post_and_runs_our_own_script_alone(client: Client) -> None:
    answer = client.get("/pengaduan/")
    page = answer.content.decode()
    assert answer.status_code == 200
    assert 'method="post" action="/pengaduan/"' in page
    assert re.findall(r"<script[^>]*>", page) == ['<script src="/static/complaints/code.js">']
    assert "script-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert client.get("/en/pengaduan/").status_code == 200
    assert client.get(f"/t/{new_code()}").status_code == 404


def answered(ticket: Ticket) -> None:
    """Answer a complaint, whoever does."""
    now = moment_of(ticket.received_ms)
    step(ticket, TicketStatus.ANSWERED, who="rina", now=now, words=Words("Loket ditambah."))


def test_a_code_in_the_address_is_not_looked_at(client: Client, unit: Unit) -> None:
    _, code = filed(unit)
    page = client.get(f"/pengaduan/?code={code}").content.decode()
    assert show_code(code) not in page.replace(code, "")
    assert "Sampai di mana" not in page


def test_a_complaint_shows_its_steps_and_answers_and_nothing_written(
    client: Client, unit: Unit, own_clock: OwnClock
) -> None:
    ticket, code = filed(unit, phone=PHONE, topics=("pungli",))
    Ticket.objects.filter(pk=ticket.pk).update(due_on="2026-12-15")
    ticket.refresh_from_db()
    step(ticket, TicketStatus.HANDLED, who="rina", now=own_clock.now(), words=Words(answer="Loket ditambah."))
    status, page = post(client, show_code(code).lower())
    assert status == 200
    shown = (
        "Diterima",
        "Ditindaklanjuti",
        "Loket ditambah.",
        "9 November 2026",
        "15 Desember 2026",
        "Balai Desa Sukamaju",
    )
    assert [one for one in shown if one not in page] == []
    assert [one for one in (TEXT_OF_IT, PHONE, "rina", "pungli", ticket.lookup) if one in page] == []
    _, english = post(client, code, "/en")
    assert "15 December 2026" in english
    assert not TicketMisses.objects.filter(count__gt=0).exists(), "a hit counts against nobody"


def test_a_code_that_nothing_came_of_yet_is_told_of_the_road_and_counts_as_a_miss(client: Client) -> None:
    status, page = post(client, new_code())
    assert status == 404
    assert "Belum ada kabar" in page
    assert "beberapa hari" in page
    assert TicketMisses.objects.get(network="127.0.0.0/24").count == 1


def swapped(code: str) -> str:
    other = next(one for one in range(11) if code[one] != code[one + 1])
    return code[:other] + code[other + 1] + code[other] + code[other + 2 :]


@pytest.mark.parametrize(
    "typed, words",
    [
        ("", "Tulis kode"),
        ("ACDE 3467 MNPQO", "mungkin yang tertulis: D, Q"),
        ("ACDE 3467 MNPQ1", "mungkin yang tertulis: 7, T, J"),
        ("ACDE 3467 MNPQ?", "<b>?</b>"),
        ("ACDE 3467 MNPQ", "yang Anda tulis 12"),
        (swapped(new_code()), "dua huruf tertukar"),
    ],
)
def test_what_can_be_no_code_is_explained_without_looking_anything_up(
    client: Client, typed: str, words: str
) -> None:
    with connection.execute_wrapper(refuse):
        status, page = post(client, typed)
    assert (status, words in page) == (400, True)


def refuse(*_: object) -> object:
    raise AssertionError("the database was asked")


@pytest.mark.parametrize("place", range(13))
def test_every_wrong_letter_is_noticed(client: Client, place: int) -> None:
    code = new_code()
    other = next(one for one in ALPHABET if one != code[place])
    assert post(client, code[:place] + other + code[place + 1 :])[0] == 400


def test_a_word_is_sealed_before_the_database_sees_it(client: Client, unit: Unit) -> None:
    ticket, code = filed(unit)
    seen: list[str] = []

    def watch(execute, sql, params, many, context):  # type: ignore[no-untyped-def]  # Django's signature
        seen.append(f"{sql} {params!r}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        page = act(client, code, "word", text="Besoknya\r\ndiminta lagi")
    assert "Tambahan Anda tersimpan" in page
    assert [one for one in seen if "Besoknya" in one or "diminta" in one or code in one] == []
    addition = TicketAddition.objects.get()
    (plain,) = opened([bytes(addition.sealed)], errand=ERRAND)
    assert plain is not None
    assert plain == "Besoknya\ndiminta lagi"
    assert (addition.kind, addition.ticket, addition.stream_id) == ("word", ticket, None)
    assert addition.settled_at is not None
    ticket.refresh_from_db()
    assert ticket.changed_at == addition.settled_at
    assert "Besoknya" not in post(client, code)[1]


@pytest.mark.parametrize(
    "what, more, words",
    [
        ("word", {"text": "  "}, "Tulis sesuatu"),
        ("word", {"text": "x" * 501}, "Tulis sesuatu"),
        ("number", {"phone": "0812", "agreed": "yes"}, "tidak dapat dihubungi"),
        ("number", {"phone": PHONE}, "Centang bila Anda setuju"),
        ("settled", {"once": "short"}, "tidak lengkap"),
    ],
)
def test_what_cannot_be_taken_is_said_beside_the_field_and_keeps_what_was_typed(
    client: Client, unit: Unit, what: str, more: Mapping[str, str], words: str
) -> None:
    _, code = filed(unit)
    _, page = post(client, code)
    status, page = post(client, code, **{"act": what, "once": once_of(page), **more})
    assert (status, words in page) == (400, True)
    assert TicketAddition.objects.count() == 0
    assert more.get("phone", "") in page


def test_another_number_takes_the_place_of_the_first_which_is_destroyed(client: Client, unit: Unit) -> None:
    _, code = filed(unit, phone=PHONE)
    act(client, code, "number", phone="+62 813 9999 8888", agreed="yes")
    assert HeldAttachment.objects.get(name="contact").destroyed_at is not None
    addition = TicketAddition.objects.get(stream_id=None)
    (plain,) = opened([bytes(addition.sealed)], errand=ERRAND)
    assert plain is not None
    assert plain == "081399998888"
    assert addition.consent_version == "page-1"
    act(client, code, "number", phone="0857 1111 2222", agreed="yes")
    addition.refresh_from_db()
    assert (bytes(addition.sealed), addition.destroyed_at is None) == (b"", False)


def test_settled_closes_and_unsettled_opens_again(client: Client, unit: Unit) -> None:
    ticket, code = filed(unit)
    _, page = post(client, code)
    assert 'value="settled"' not in page
    assert 'value="unsettled"' not in page
    answered(ticket)
    page = act(client, code, "settled")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.closed_at is None) == (TicketStatus.DONE, False)
    assert 'value="settled"' not in page
    act(client, code, "unsettled")
    ticket.refresh_from_db()
    assert ticket.closed_at is None


def test_the_same_request_sent_again_does_nothing_twice(client: Client, unit: Unit) -> None:
    ticket, code = filed(unit)
    _, page = post(client, code)
    once = once_of(page)
    for _ in range(3):
        status, page = post(client, code, act="word", once=once, text="lagi")
        assert (status, "Tambahan Anda tersimpan" in page) == (200, True)
    assert TicketAddition.objects.count() == 1
    post(client, code, act="word", once=once, text="dan ini")
    assert TicketAddition.objects.count() == 2, "another text from the page before is another word"
    answered(ticket)
    for _ in range(2):
        post(client, code, act="settled", once=once)
    assert ticket.steps.filter(who=CITIZEN).count() == 1


def test_taking_back_is_asked_once_more_and_leaves_nothing_to_do(client: Client, unit: Unit) -> None:
    ticket, code = filed(unit, phone=PHONE)
    act(client, code, "word", text="lagi")
    page = act(client, code, "withdraw")
    ticket.refresh_from_db()
    assert ticket.withdrawn_at is None
    assert "Cabut pengaduan ini?" in page
    once = once_of(page)
    for _ in range(2):
        status, page = post(client, code, act="withdraw-sure", once=once)
        assert (status, "Dicabut oleh Anda" in page, "<form" in page) == (200, True, False)
    ticket.refresh_from_db()
    assert ticket.withdrawn_at is not None
    assert {bytes(one.content) for one in HeldAttachment.objects.all()} == {b""}
    assert {bytes(one.sealed) for one in TicketAddition.objects.all()} == {b""}
    assert post(client, code, act="word", once=once, text="satu lagi")[0] == 200
    assert TicketAddition.objects.filter(kind="word").exclude(sealed=b"").count() == 0


def test_so_much_can_be_added_and_taking_back_is_always_possible(client: Client, unit: Unit) -> None:
    ticket, code = filed(unit)
    for number in range(40):
        TicketAddition.objects.create(
            ticket=ticket, lookup=ticket.lookup, at_ms=number, kind="word", once=str(number)
        )
    _, page = post(client, code)
    once = once_of(page)
    status, page = post(client, code, act="word", once=once, text="terlalu")
    assert (status, "terlalu banyak tambahan" in page) == (400, True)
    assert "Dicabut oleh Anda" in post(client, code, act="withdraw-sure", once=once)[1]


def test_who_has_not_the_code_cannot_act_and_a_foreign_page_cannot_try(client: Client, unit: Unit) -> None:
    ticket, code = filed(unit)
    _, page = post(client, code)
    assert post(client, new_code(), act="withdraw-sure", once=once_of(page))[0] == 404
    ticket.refresh_from_db()
    assert ticket.withdrawn_at is None
    strict = Client(enforce_csrf_checks=True)
    assert strict.post("/pengaduan/", {"code": code}).status_code == 200
    for site, status in (("cross-site", 403), ("same-site", 403), ("same-origin", 200), ("none", 200)):
        answer = strict.post("/pengaduan/", {"code": code}, headers={"Sec-Fetch-Site": site})
        assert answer.status_code == status, site


def test_of_several_records_that_claim_a_code_the_one_with_its_key_is_shown(
    client: Client, unit: Unit
) -> None:
    ticket, code = filed(unit)
    forged = Ticket.objects.get(pk=ticket.pk)
    forged.pk, forged.stream_id, forged.key = None, 77, b"x" * 32
    forged.save()
    Ticket.objects.filter(pk=ticket.pk).update(due_on="2026-12-15")
    assert "15 Desember 2026" in post(client, code)[1]
    Ticket.objects.filter(pk=ticket.pk).delete()
    assert post(client, code)[0] == 404, "a record that only repeats the lookup is nobody's complaint"


def test_each_answer_is_said_in_english_with_the_same_numbers(client: Client, unit: Unit) -> None:
    ticket, code = filed(unit, phone=PHONE)
    Ticket.objects.filter(pk=ticket.pk).update(due_on="2026-12-15")
    asked: tuple[tuple[str, dict[str, str]], ...] = (
        (code, {}),
        ("ACDO", {}),
        ("ACDE", {}),
        (swapped(code), {}),
        (new_code(), {}),
        (code, {"act": "word", "once": "x" * 22}),
        (code, {"act": "number", "phone": "0", "once": "x" * 22}),
        (code, {"act": "word", "text": "x", "once": "x" * 22}),
        (code, {"act": "number", "phone": PHONE, "agreed": "yes", "once": "x" * 22}),
        (code, {"act": "settled"}),
        (code, {"act": "settled", "once": "x" * 22}),
        (code, {"act": "unsettled", "once": "x" * 22}),
        (code, {"act": "withdraw"}),
        (code, {"act": "withdraw-sure", "once": "x" * 22}),
    )
    for typed, more in asked:
        status, page = post(client, typed, **more)
        english_status, english = post(client, typed, "/en", **more)
        page, english = (re.sub(r'name="once" value="[^"]+"', "", one) for one in (page, english))
        assert english_status == status
        assert numbers(english) == numbers(page), more
        said = heard(english)
        assert [line for line in said.splitlines() if TOLD_APART.search(line)] == [], more


def test_the_collector_seals_as_kiosks_do() -> None:
    from collector.trust import public  # noqa: PLC0415 - beside the one thing compared
    from uplink.journal import sealing as kiosk  # noqa: PLC0415

    key = public.read(settings.IKM_KEYS).seal_key
    both = [seal(written_bytes("words"), key), kiosk.seal(written_bytes("words"), key)]
    assert opened(both, errand=ERRAND) == ["words", "words"]
    assert [len(one) for one in both] == [36 + 256 + 16] * 2
    assert both[0][:4] == both[1][:4]
    assert both[0][4:] != both[1][4:], "each is sealed with a key of its own"
