"""Test visits from the auditor's card to the verified release, and every way to void a visit that was none: each leaves it counted, or is named by both verifiers."""

import base64
import gzip
import json
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from collector.accounts import roles
from collector.challenges import declared
from collector.challenges.models import DeclaredTest, Verdict, VisitCard
from collector.errors import CollectorError
from collector.evidence.intake import rebuild
from collector.evidence.models import TakenOut
from collector.evidence.proof.verify_bundle import verify as verify_bundle
from collector.log import building
from collector.log.models import LoggedFact, LogState
from collector.releases import proof_file, publishing
from collector.releases.models import OpenedCounters, Release
from collector.scores.models import Response
from collector.scores.proof.export import export
from collector.visits import finding
from survey.record.chain import head_message, next_link
from survey.record.record import canonical
from survey.record.response import new_salt
from survey.record.ticket import new_code
from survey.record.visit_code import VisitCode, letters_of
from survey.record.visit_test import LogSize, VisitTest
from tests.collector.conftest import Arrive
from tests.collector.fake_kiosk import ELEMENTS, MORNING_MS, FakeKiosk, skm
from tests.collector.log.forging import forge_counters, forge_tests
from tests.collector.log.village import QUARTER, Card, counters_of
from tests.collector.log.visiting import declare, log_now, made, secret_of, visit, wrote
from tests.collector.log.world import World

pytestmark = [pytest.mark.browser, pytest.mark.django_db]
AFTER = date(2027, 1, 2)
PRESSED = (4, 3, 4, 3, 4, 3, 4, 3, 4)
BAD = (1, 1, 1, 2, 1, 1, 1, 1, 2)


def released(world: World) -> Release:
    if any(one.sent < one.kiosk.last or one.day < AFTER for one in world.village.cards):
        world.village.send(AFTER)
    release = world.village.publish()
    world.log()
    return release


def card_of(world: World, name: str = "balai") -> Card:
    return next(one for one in world.village.cards if one.kiosk.name == name)


def notes(said: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {one[1]: one[2] for one in said["findings"] if one[0] == "note"}


@pytest.fixture
def tested(world: World) -> Release:
    """A quarter with one honest test visit at `balai`."""
    (card,) = made()
    world.log()
    numbers = visit(card_of(world), *PRESSED)
    declare(card_of(world), card.code, numbers, log=log_now())
    world.village.send()
    declared.settle()
    wrote(card.code, *PRESSED)
    return released(world)


def test_a_test_visit_is_published_in_the_clear_and_counted_nowhere(world: World, tested: Release) -> None:
    said = json.loads(bytes(tested.content))
    (told,) = said["tests"]
    assert told["answers"] == {
        "pulse@1": {"kepuasan": 4},
        "skm-2017@1": dict(zip(ELEMENTS, PRESSED, strict=True)),
    }
    assert told["wrote"] == told["answers"]
    assert (told["kiosk"], told["day"], said["tests_in_vain"]) == ("balai", "2026-11-20", [])
    assert said["n"] == 26
    kiosk = card_of(world).kiosk
    assert told["letters"] == letters_of(
        stream=kiosk.stream, number=told["number"], link=kiosk.links[told["number"]]
    ), "what the auditor was shown before he presented his card"
    assert counters_of(tested)["closed"] == {"n": 0, "kiosks": []}, "its counters are opened all the same"
    found = world.verify(tested)
    assert (found["code"], found["faults"], found["opened"], found["answers"]) == (0, set(), 26, 26)
    assert notes(found)["tested"] == {"kiosk": "balai", "n": 1}
    assert len(proof_file.of_release(tested) or b"") < 20_000


def test_the_page_of_a_release_shows_its_tests(world: World, tested: Release, client: Client) -> None:
    page = client.get(f"/r/{tested.address}/").content.decode()
    address = f"/log/tests/{tested.address}.json.gz"
    assert address in page
    assert client.get(address).content == proof_file.of_tests(tested)
    (told,) = json.loads(bytes(tested.content))["tests"]
    assert f"balai/{told['number']}</bdi> {told['letters']}" in page
    assert "terekam seperti yang ditekan auditor." in page
    assert "20 November 2026, <bdi>balai/" in page
    assert f"skm-2017@1: {' '.join(map(str, PRESSED))}<" in " ".join(page.split())


def test_a_rebuild_and_what_comes_in_later_leave_it_out(world: World, tested: Release) -> None:
    before = set(Response.objects.values_list("pk", flat=True))
    rebuild.rebuild(lambda _text: None)
    assert set(Response.objects.values_list("pk", flat=True)) == before
    assert DeclaredTest.objects.get().verdict == Verdict.TAKEN_OUT


def test_an_auditors_bundle_comes_to_the_same_number(world: World, tested: Release, tmp_path: Any) -> None:
    out = tmp_path / "berkas.zip"
    export(out, unit=world.village.unit, period=QUARTER, who="console:test", why="uji")
    report = verify_bundle(out)
    assert report.problems == ()
    assert any("were a test visit and count nowhere" in one for one in report.notes)
    TakenOut.objects.update(by=3)
    export(out, unit=world.village.unit, period=QUARTER, who="console:test", why="uji")
    assert any("left out without a declared test" in one for one in verify_bundle(out).problems)


def test_whoever_has_its_code_is_told_that_it_was_a_test(world: World, tested: Release) -> None:
    (told,) = json.loads(bytes(tested.content))["tests"]
    found = finding.find(VisitCode("balai", told["number"], told["letters"]))
    assert found is not None
    assert found.standing is finding.Standing.TESTED


def test_a_kiosk_that_recorded_something_else_is_named(world: World) -> None:
    (card,) = made()
    world.log()
    numbers = visit(card_of(world), 3, *PRESSED[1:])  # the build makes a three of the first four
    declare(card_of(world), card.code, numbers, log=log_now())
    world.village.send()
    declared.settle()
    wrote(card.code, *PRESSED)
    assert "test_differs" in world.verify(released(world))["faults"]


def test_a_test_that_no_auditor_vouches_for_is_said(world: World) -> None:
    """Staff has found a card and voids a bad visit with it: the visit is published, and nobody says that it was theirs."""
    (card,) = made()
    world.log()
    declare(card_of(world), card.code, visit(card_of(world), *BAD), log=log_now())
    assert "test_unwritten" in notes(world.verify(released(world)))


# A visit is declared a test in vain: it stays counted, and it is said.


def in_vain(world: World, why: Verdict, *, number: int = 27) -> None:
    release = released(world)
    said = json.loads(bytes(release.content))
    assert (said["tests"], said["n"]) == ([], number)
    assert said["tests_in_vain"] == [["balai", why.value, 1]]
    found = world.verify(release)
    assert (found["faults"], found["opened"]) == (set(), number), "the bad visit counts"
    assert notes(found)["test_in_vain"] == {"kiosk": "balai", "why": why.value, "n": 1}


def test_whoever_has_the_units_pin_and_no_card_voids_nothing(world: World) -> None:
    """Staff opens the desk with the unit's PIN and types letters that look like a card's."""
    card = card_of(world)
    numbers = visit(card, *BAD)
    card.kiosk.record("staff", {"action": "opened"}, after_ms=10_000)
    declare(card, new_code(), numbers, log=log_now())
    in_vain(world, Verdict.NO_CARD)


def test_a_card_of_another_kiosk_voids_nothing(world: World) -> None:
    (card,) = made("loket")
    world.log()
    declare(card_of(world), card.code, visit(card_of(world), *BAD), log=log_now())
    in_vain(world, Verdict.OTHER_KIOSK)


def test_a_card_that_was_logged_after_the_visit_voids_nothing(world: World) -> None:
    """The operator makes a card for staff who have just had a bad visit, while the kiosk still has the log of the night before."""
    before = log_now()
    (card,) = made()
    world.log()
    declare(card_of(world), card.code, visit(card_of(world), *BAD), log=before)
    in_vain(world, Verdict.LATE)


def test_a_card_that_is_in_no_log_voids_nothing(world: World) -> None:
    (card,) = made()
    declare(card_of(world), card.code, visit(card_of(world), *BAD), log=log_now())
    in_vain(world, Verdict.LATE)


def test_a_kiosk_that_has_seen_no_log_voids_nothing(world: World) -> None:
    (card,) = made()
    world.log()
    declare(card_of(world), card.code, visit(card_of(world), *BAD), log=None)
    in_vain(world, Verdict.UNSEEN)


def test_a_log_of_somebody_else_voids_nothing(world: World) -> None:
    (card,) = made()
    world.log()
    declare(card_of(world), card.code, visit(card_of(world), *BAD), log=LogSize("ikm-log/lain/1", 10_000))
    in_vain(world, Verdict.OTHER_LOG)


def test_an_earlier_visit_cannot_be_voided_any_more(world: World) -> None:
    """A copy of the card's program names a bad visit of an hour ago, after others were there."""
    (card,) = made()
    world.log()
    numbers = visit(card_of(world), *BAD)
    visit(card_of(world), *PRESSED)
    declare(card_of(world), card.code, numbers, log=log_now())
    in_vain(world, Verdict.NO_VISIT, number=28)


def test_a_declaration_of_other_links_voids_nothing(world: World) -> None:
    (card,) = made()
    world.log()
    numbers = visit(card_of(world), *BAD)
    declare(card_of(world), card.code, numbers, log=log_now(), links={one: bytes(32) for one in numbers})
    in_vain(world, Verdict.NO_VISIT)


def test_a_used_card_voids_nothing(world: World) -> None:
    """Staff has looked over the auditor's shoulder and types his card again."""
    (card,) = made()
    world.log()
    for values in (PRESSED, BAD):
        declare(card_of(world), card.code, visit(card_of(world), *values), log=log_now())
    world.village.send()
    assert declared.settle() == 1
    wrote(card.code, *PRESSED)
    release = released(world)
    said = json.loads(bytes(release.content))
    assert (len(said["tests"]), said["n"], said["tests_in_vain"]) == (1, 27, [["balai", "used", 1]])
    assert world.verify(release)["faults"] == set()


# The operator voids a visit all the same: both verifiers name it.


def test_an_operator_who_voids_a_visit_without_a_test_is_named(world: World) -> None:
    """A bad visit is taken out of rows and index by hand."""
    numbers = visit(card_of(world), *BAD)
    world.village.send()
    _take_out(numbers)
    release = world.village.publish()

    def keep_open(told: dict[str, Any]) -> dict[str, Any]:
        return told | {"kiosks": _opened(world, release), "closed": {"n": 0, "kiosks": []}}

    forge_counters(release, keep_open)
    world.log()
    assert "number_differs" in world.verify(release)["faults"]


def _take_out(numbers: tuple[int, ...]) -> None:
    from collector.evidence.models import Stream  # noqa: PLC0415 - only here

    stream = Stream.objects.get(kiosk__name="balai")
    TakenOut.objects.bulk_create(TakenOut(stream=stream, seq=one, by=1) for one in numbers)
    rebuild.rebuild(lambda _text: None)


def _opened(world: World, release: Release) -> list[dict[str, Any]]:
    """The counters of all kiosks, whatever they are opened for."""
    from collector.evidence.models import Stream  # noqa: PLC0415 - only here
    from collector.evidence.proof.closings import closings  # noqa: PLC0415
    from collector.releases.counted import _opened as opened_part  # noqa: PLC0415

    found = []
    for stream in Stream.objects.select_related("key", "kiosk").order_by("pk"):
        by_day = {one.told.day: opened_part(one, "/skm-2017@1") for one in closings(stream)}
        ends = {"begin": by_day["2026-10-01"], "end": by_day["2027-01-01"]}
        told = {end: one.to_json() if one is not None else None for end, one in ends.items()}
        key = bytes(stream.key.public_key).hex()
        found.append({"kiosk": stream.kiosk.name, "key": key, "stream": stream.uid, **told})
    return found


Change = Callable[[dict[str, Any]], dict[str, Any] | None]


def _changed(world: World, release: Release, change: Change) -> tuple[str, str]:
    """The file of a release's tests, in which each was changed."""
    file = json.loads(gzip.decompress(proof_file.of_tests(release) or b""))
    tests = [change(one) for one in json.loads(file["tests"])["tests"]]
    path = world.stranger.folder / "ubah.json"
    path.write_text(json.dumps(file | {"tests": canonical({"format": 1, "tests": tests}).decode()}))
    return "--tests", str(path)


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "change, fault",
    [
        (lambda one: one | {"card": 0}, "test_no_card"),
        (lambda one: one | {"key": "00" * 32}, "test_unproven"),
        (lambda one: one | {"signature": base64.b64encode(bytes(64)).decode()}, "test_unproven"),
        (lambda one: one | {"responses": one["responses"][1:]}, "test_unproven"),
        (
            lambda one: (
                one
                | {"responses": [row | {"line": row["line"].replace(":4", ":3")} for row in one["responses"]]}
            ),
            "test_unproven",
        ),
        (lambda one: None, "number_differs"),
    ],
)
def test_a_test_that_is_shown_otherwise_is_named(
    world: World, tested: Release, change: Change, fault: str
) -> None:
    assert {fault, "tests_replaced"} <= world.verify(tested, *_changed(world, tested, change))["faults"]


def test_without_the_file_of_its_tests_nothing_is_said_of_the_number(world: World, tested: Release) -> None:
    bare = world.stranger.runs(world.village.proof(tested), capsys=world._capsys)
    assert (bare["faults"], bare["opened"]) == ({"tests_not_given"}, 0)


def test_proofs_that_are_left_out_are_named(world: World) -> None:
    """The operator hides what its tests were: the file that goes with the release holds one of two."""
    release = _twice_tested(world)
    forge_tests(release, lambda tests: tests[:1])
    world.log()
    assert {"tests_left_out", "number_differs"} <= world.verify(release)["faults"]


def test_a_test_that_stands_in_no_thread_is_named(world: World) -> None:
    """The operator takes a visit out and logs nothing of it: the card could be used for another one later."""
    release = _twice_tested(world)
    one = DeclaredTest.objects.order_by("pk")[0]
    LoggedFact.objects.create(key=f"tested/{one.stream.uid}/{one.seq}", number=0)
    world.log()
    assert world.verify(release)["faults"] == {"test_not_logged"}


def _twice_tested(world: World) -> Release:
    cards = made("balai", 2)
    world.log()
    for card in cards:
        declare(card_of(world), card.code, visit(card_of(world), *PRESSED), log=log_now())
    world.village.send()
    declared.settle()
    return world.village.publish()


def test_what_an_auditor_wrote_cannot_be_changed_afterwards(world: World, tested: Release) -> None:
    """Neither the note nor the leaf: what the release tells opens what the log held before it."""
    (leaf,) = (json.loads(one) for one in _entries() if b'"t":"wrote"' in one)
    assert set(leaf) == {"t", "logged_ms", "card", "wrote"}, "nobody reads there what was pressed"
    assert world.verify(tested, *_changed(world, tested, lambda one: one | {"salt": "00" * 16}))[
        "faults"
    ] >= {"test_note_altered"}
    none = world.verify(tested, *_changed(world, tested, lambda one: one | {"wrote": None, "salt": ""}))
    assert "test_note_altered" in none["faults"]


def test_the_letters_bind_the_kiosk_to_what_is_shown(world: World, tested: Release) -> None:
    """Without this an operator could print the right letters beside another record."""
    (told,) = json.loads(bytes(tested.content))["tests"]
    code = f"balai/{told['number']} {told['letters']}"
    assert notes(world.verify(tested, "--code", code))["code_holds"]["number"] == told["number"]
    other = code[:-1] + ("4" if code[-1] != "4" else "3")
    assert world.verify(tested, "--code", other)["faults"] == {"code_differs"}
    assert "code_unknown" in notes(
        world.verify(tested, "--code", f"loket/{told['number']} {told['letters']}")
    )


def test_a_note_is_not_taken_once_a_release_told_what_was_recorded(world: World) -> None:
    (card,) = made()
    world.log()
    declare(card_of(world), card.code, visit(card_of(world), *PRESSED), log=log_now())
    world.village.send()
    declared.settle()
    released(world)
    with pytest.raises(CommandError, match="a release has shown"):
        call_command("card", "wrote", card.code, "--smiley", "4")


def test_a_test_that_is_settled_after_its_period_came_out_is_said(
    world: World, client: Client, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stick with the declaration came late: the visit counts in what is out, both verifiers and the page say so, and the evaluator is told."""
    (card,) = made()
    world.log()
    declare(card_of(world), card.code, visit(card_of(world), *PRESSED), log=log_now())
    world.village.send()
    DeclaredTest.objects.update(verdict=Verdict.NO_VISIT)  # as if the declaration had not come in yet
    release = released(world)
    page = f"/r/{release.address}/"
    assert "sesudah rilis ini terbit" not in client.get(page).content.decode()
    DeclaredTest.objects.update(verdict=Verdict.OPEN)
    assert declared.settle() == 1
    world.log()
    said = world.verify(release)
    assert (said["faults"], notes(said)["test_settled_later"]) == (set(), {"kiosk": "balai", "n": 1})
    assert "sesudah rilis ini terbit" in client.get(page).content.decode()
    assert "after this release came out" in client.get(f"/en{page}").content.decode()
    capsys.readouterr()
    call_command("card", "list")
    assert f"counts in {release.address}" in capsys.readouterr().out
    with pytest.raises(
        CollectorError, match="fewer than 5"
    ):  # as every correction that would tell one person from all
        publishing.correct(release, who="console:test", why="kunjungan uji")


def test_a_test_visit_is_no_visitor(world: World) -> None:
    """Neither in the rate of answers nor in how visits began and ended: only the auditor was there."""
    for value in (4, 3, 4, 2, 3):
        visit(card_of(world), value, *[3] * 8, day=date(2026, 11, 18))
    (card,) = made()
    world.log()
    declare(card_of(world), card.code, visit(card_of(world), *PRESSED), log=log_now())
    world.village.send()
    declared.settle()
    said = json.loads(bytes(released(world).content))
    assert (said["visits"], said["n"], said["pulse"]["n"]) == (5, 31, 5)
    assert sum(one["count"] for one in said["endings"]) in (0, 31)


def test_a_card_that_was_logged_after_the_visit_is_named_though_the_operator_takes_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = log_now()
    (card,) = made()
    world.log()
    declare(card_of(world), card.code, visit(card_of(world), *BAD), log=before)
    monkeypatch.setattr(declared, "_looked_at", lambda *_: Verdict.TAKEN_OUT)
    assert "test_card_late" in world.verify(released(world))["faults"]


def test_one_card_for_two_visits_is_named_though_the_operator_takes_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second one's card is taken out of the first one's row, so that the database has no objection."""
    (card,) = made()
    world.log()
    declare(card_of(world), card.code, visit(card_of(world), *BAD), log=log_now())
    world.village.send(date(2026, 11, 25))
    declared.settle()
    first = DeclaredTest.objects.get()
    other = VisitCard.objects.create(
        leaf="00" * 32, kiosk=first.stream.kiosk, made_at=world.village.clock.now(), made_by="x"
    )
    declare(card_of(world), card.code, visit(card_of(world), *BAD, day=date(2026, 11, 27)), log=log_now())
    world.village.send()
    real, first.card = first.card, other
    first.save()
    monkeypatch.setattr(declared, "_looked_at", lambda *_: Verdict.TAKEN_OUT)
    declared.settle()
    assert DeclaredTest.objects.filter(verdict=Verdict.TAKEN_OUT).count() == 2
    release = world.village.publish()

    def same_card(tests: list[Any]) -> list[Any]:
        return [one | {"card": tests[1]["card"]} for one in tests]

    world.village.log()
    OpenedCounters.objects.filter(release=release).delete()
    forge_tests(release, same_card)
    assert real is not None
    assert "test_card_again" in world.verify(world.village.proof(release))["faults"]


def test_what_a_kiosk_did_not_declare_is_no_test(world: World, tested: Release) -> None:
    """The operator has the release tell of a test that a key of his own has signed."""
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415 - only here

    own = Ed25519PrivateKey.generate()
    stream = card_of(world).kiosk.stream

    def sign(one: dict[str, Any]) -> dict[str, Any]:
        line, prev = one["test"]["line"].encode(), base64.b64decode(one["test"]["prev"])
        message = head_message(stream=stream, seq=json.loads(line)["seq"], link=next_link(prev, line))
        return one | {
            "key": own.public_key().public_bytes_raw().hex(),
            "signature": base64.b64encode(own.sign(message)).decode(),
        }

    assert "test_unproven" in world.verify(tested, *_changed(world, tested, sign))["faults"]


# Cards.


def test_nothing_in_the_log_tells_whose_card_it_is(world: World) -> None:
    codes = [*made("balai", 3), *made("loket", 3)]
    world.log()
    leaves = [json.loads(one) for one in _entries() if b'"t":"card"' in one]
    assert sorted(one["card"] for one in leaves) == sorted(one.leaf for one in codes)
    assert {frozenset(one) for one in leaves} == {frozenset({"t", "logged_ms", "card"})}, (
        "no kiosk, no unit, no thread"
    )
    assert [one["card"] for one in leaves] == sorted(one["card"] for one in leaves), (
        "nor in which order they were made"
    )


def _entries() -> list[bytes]:
    from collector.log import keeping  # noqa: PLC0415 - only here

    size = LogState.objects.get().size
    return [keeping.entry(size, number) for number in range(size)]


def test_a_cards_code_is_kept_nowhere(world: World) -> None:
    (card,) = made()
    secret = secret_of(card.code).hex()
    kept = VisitCard.objects.get()
    assert secret not in str(vars(kept))
    assert card.code not in str(vars(kept))


def test_the_command_makes_lists_and_writes(
    world: World, tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "kartu.pdf"
    call_command("card", "make", "--kiosk", "balai", "--number", "3", "--why", "semester II", str(out))
    assert out.read_bytes()[:5] == b"%PDF-"
    assert VisitCard.objects.count() == 3
    (card,) = made()
    call_command("card", "wrote", card.code, "--smiley", "4", "--answers", ",".join("4" * 9))
    assert VisitCard.objects.get(leaf=card.leaf).wrote == {
        "pulse@1": {"kepuasan": 4},
        "skm-2017@1": dict.fromkeys(VisitCard.objects.get(leaf=card.leaf).wrote["skm-2017@1"], 4),
    }
    world.log()
    declare(card_of(world), new_code(), visit(card_of(world), *BAD), log=log_now())
    world.village.send()
    capsys.readouterr()
    call_command("card", "list")
    said = capsys.readouterr().out
    assert "4 cards, 0 used" in said
    assert "no_card" in said


def test_whoever_is_rated_makes_no_cards(world: World, tmp_path: Any) -> None:
    """Neither an officer of the unit nor an auditor who is one as well; an auditor does."""
    from django.contrib.auth.models import User  # noqa: PLC0415 - only here

    from collector.accounts.models import Office  # noqa: PLC0415

    def account(name: str, *given: str) -> None:
        user = User.objects.create_user(name)
        for role in given:
            unit = world.village.unit if role == roles.UNIT_OFFICER else None
            Office.objects.create(
                user=user, role=role, unit=unit, since=world.village.clock.now(), given_by="x"
            )

    account("petugas", roles.UNIT_OFFICER)
    account("keduanya", roles.UNIT_OFFICER, roles.AUDITOR)
    account("inspektur", roles.AUDITOR)
    for name in ("petugas", "keduanya"):
        with pytest.raises(CommandError):
            call_command("card", "make", "--kiosk", "balai", "--as", name, str(tmp_path / "x.pdf"))
    assert VisitCard.objects.count() == 0
    call_command("card", "make", "--kiosk", "balai", "--as", "inspektur", str(tmp_path / "x.pdf"))
    assert VisitCard.objects.get().made_by.startswith("inspektur")


def test_a_clock_that_is_set_later_brings_no_test_back(
    kiosk: FakeKiosk, arrive: Arrive, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The kiosk did not know the time when the auditor was there: all of that boot is dated anew, and what was taken out stays out."""
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)
    kiosk.record("boot", {"software": "1"})
    kiosk.responses(4, 3)
    (card,) = made(kiosk.name)
    building.build()
    kiosk.reboot()
    kiosk.record("boot", {"software": "1"})
    kiosk.responses(2)
    numbers = (kiosk.record("response", skm(*PRESSED, visit=77, salt=new_salt())),)
    test = VisitTest(77, numbers[0], secret_of(card.code), {numbers[0]: kiosk.links[numbers[0]]}, log_now())
    declared_at = kiosk.record("test", test.to_body())
    arrive(kiosk.batch())
    assert Response.objects.count() == 4
    assert declared.settle() == 1
    assert Response.objects.count() == 3
    dated = Response.objects.order_by("pk").last()
    assert dated is not None
    before = dated.at_ms
    kiosk.record("clock", {"source": "ntp", "reason": "sync"}, at=MORNING_MS + 7_200_000, sync=True)
    arrive(kiosk.batch(declared_at + 1))
    dated.refresh_from_db()
    assert dated.at_ms != before, "the boot was dated anew"
    assert Response.objects.count() == 3
    rows = set(Response.objects.values_list("pk", "at_ms"))
    rebuild.rebuild(lambda _text: None)
    assert set(Response.objects.values_list("pk", "at_ms")) == rows
