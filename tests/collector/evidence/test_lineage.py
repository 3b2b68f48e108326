"""One key, one lineage: what does not fit is kept, shown, alarmed and not counted until somebody decides by name."""

import json
import logging
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command

from collector.accounts import roles
from collector.complaints import retention
from collector.complaints.models import Ticket
from collector.evidence.intake.rebuild import project_again, rebuild
from collector.evidence.models import HeldAttachment, Stream
from collector.evidence.proof import verify_command
from collector.fleet.models import Kiosk, Unit
from collector.local import moment_of
from collector.people.models import TrailEntry
from collector.scores.ask.queries import IndexQuestion, indices
from collector.scores.ask.scope import Scope
from collector.scores.proof.held import holdings
from survey.index.periods import parse
from survey.record.attachment import attach
from survey.wire.messages import link_text
from tests.collector.accounts_of import person
from tests.collector.fake_kiosk import MORNING_MS, FakeKiosk, skm
from tests.collector.judged import judge

pytestmark = pytest.mark.django_db

Arrive = Callable[..., list[object]]
PERIOD = parse("2026-11")
DAY = 86_400_000


def ikm(unit: Unit) -> tuple[int | None, str]:
    result = indices(IndexQuestion(Scope(unit=unit.code), parse("2026"), smallest_group=1)).whole
    return result.n, str(result.index.value) if result.index is not None else ""


def standings() -> list[str]:
    return list(Stream.objects.order_by("pk").values_list("standing", flat=True))


def administrator() -> str:
    return person("wati", roles.ADMINISTRATOR).get_username()


@pytest.fixture
def stolen(busy: FakeKiosk) -> FakeKiosk:
    """A second stream under the key of a card: forty days of best ratings, eight a day, all in the past."""
    thief = FakeKiosk(busy.name, busy.key)
    thief.clock_ms = MORNING_MS - 40 * DAY
    thief.record("boot", {"software": "1"})
    for _ in range(40):
        for _ in range(8):
            thief.record("response", skm(4, visit=thief.last + 1))
        thief.up_ms += DAY - 8 * 60_000
    return thief


def test_three_hundred_and_twenty_invented_ratings_change_no_index_and_are_named(
    unit: Unit,
    busy: FakeKiosk,
    stolen: FakeKiosk,
    arrive: Arrive,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = ikm(unit)
    assert judge(unit, PERIOD, tmp_path).holds
    (outcome,) = arrive(stolen.batch())
    assert outcome.new == 321, "all of it is kept, and receipted so that no kiosk waits for ever"
    assert ikm(unit) == before
    assert [one.levelno for one in caplog.records if "foreign stream" in one.message] == [logging.ERROR]
    found = judge(unit, PERIOD, tmp_path)
    assert (found.audit.integrity, found.audit.completeness, found.audit.lineage) == (True, True, False)
    assert found.remarks(stolen.stream) == ["foreign_stream"]
    with pytest.raises(SystemExit) as ended:
        call_command("audit", "--unit", "sukamaju", "--period", "2026-11")
    assert ended.value.code == 1
    assert "PROBLEM  foreign stream: it does not fit" in capsys.readouterr().out
    assert verify_command.main([str(tmp_path / "judged.zip")]) == 3
    assert "foreign stream" in capsys.readouterr().out
    for words in (("list",), ("show", busy.name)):
        call_command("kiosk", *words)
        assert f"{stolen.stream[:8]}: 321 records FOREIGN, not counted" in capsys.readouterr().out
    rebuild(lambda _line: None)
    project_again(Kiosk.objects.get().pk, lambda: None)
    assert ikm(unit) == before
    assert [one.received for one in holdings(unit)] == [61]


def test_more_of_a_foreign_stream_is_kept_and_not_counted_either(
    unit: Unit, stolen: FakeKiosk, arrive: Arrive
) -> None:
    before = ikm(unit)
    arrive(stolen.batch(1, 10))
    arrive(stolen.batch(11))
    assert (standings(), ikm(unit)) == (["counted", "foreign"], before)
    assert Stream.objects.get(uid=stolen.stream).through == 321


def test_an_administrator_lets_a_stream_in_by_name_and_reason(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A kiosk that lost its journal and every memory of it."""
    lost = FakeKiosk(busy.name, busy.key)
    lost.record("boot", {"software": "1"})
    lost.responses(4, 4, 4)
    text = attach("text", b"gelap di tangga")
    lost.record("complaint", {"lookup": "ab" * 16, "visit": 9}, attachments=[text])
    arrive(lost.batch())
    assert (ikm(unit)[0], Ticket.objects.count(), HeldAttachment.objects.count()) == (60, 0, 1)
    call_command("stream", "list")
    assert lost.stream in capsys.readouterr().out
    words = ("stream", "accept", lost.stream[:8], "--as", administrator(), "--why", "card seen, journal lost")
    call_command(*words)
    assert "4 records" not in capsys.readouterr().err
    assert (ikm(unit)[0], standings()) == (63, ["counted", "accepted"])
    assert Ticket.objects.count() == 1
    assert bytes(HeldAttachment.objects.get().content) == b"gelap di tangga"
    found = judge(unit, PERIOD, tmp_path)
    assert found.holds
    assert "accepted it: card seen, journal lost" in found.text
    entry = TrailEntry.objects.get(action="stream accepted")
    assert (entry.why, entry.who.startswith("wati (")) == ("card seen, journal lost", True)
    with pytest.raises(CommandError, match="is accepted already"):
        call_command(*words)
    before = ikm(unit)
    rebuild(lambda _line: None)
    assert ikm(unit) == before
    lost.responses(1)
    arrive(lost.batch(6, 6))
    after = lost.successor()
    arrive(after.batch())
    assert standings() == ["counted", "accepted", "counted"]
    assert ikm(unit)[0] == 64


def test_a_stream_that_was_let_in_takes_no_place_from_the_one_that_fits(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    """A card that was set back: what went on from its copy was let in, and then the card itself loses its end."""
    copy = FakeKiosk(busy.name, busy.key)
    copy.predecessors = [{"stream": busy.stream, "seq": 30, "link": link_text(bytes(32)), "why": "cut"}]
    copy.start()
    copy.responses(4, 4)
    arrive(copy.batch())
    call_command("stream", "accept", copy.stream[:8], "--as", administrator(), "--why", "card set back")
    busy.responses(3, 3, 3)
    arrive(busy.successor().batch())
    assert standings() == ["counted", "accepted", "counted"]
    found = judge(unit, PERIOD, tmp_path)
    assert "foreign_counted" not in found.remarks()
    (lost,) = [one for one in found.faults(busy.stream) if one[0] == "cut"]
    assert lost == ("cut", 62, 64), "the three that its successor knows of"


def test_a_refused_stream_stays_as_evidence_and_uncounted(
    unit: Unit, stolen: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    before = ikm(unit)
    arrive(stolen.batch())
    call_command("stream", "refuse", stolen.stream, "--as", administrator(), "--why", "the card was stolen")
    rebuild(lambda _line: None)
    assert (standings(), ikm(unit)) == (["counted", "refused"], before)
    found = judge(unit, PERIOD, tmp_path)
    assert found.holds
    assert found.remarks(stolen.stream) == ["stream_refused"]


@pytest.mark.django_db(transaction=True)
def test_the_words_of_a_stream_that_nobody_let_in_are_destroyed_at_their_date(
    busy: FakeKiosk, arrive: Arrive
) -> None:
    odd = FakeKiosk(busy.name, busy.key)
    body = {"lookup": "ab" * 16, "visit": 1}
    odd.record("complaint", body, attachments=[attach("text", b"gelap di tangga")])
    arrive(odd.batch())
    now = moment_of(MORNING_MS + 7 * DAY)
    for years, left in ((1, 1), (3, 0)):
        later = now + timedelta(days=365 * years)
        retention.run(later, who="a test")
        assert HeldAttachment.objects.filter(destroyed_at=None).count() == left
    assert TrailEntry.objects.exclude(action="kiosk certified").get().action == "destroyed"


def test_only_an_administrator_decides_and_only_on_a_stream_that_is_there(
    stolen: FakeKiosk, arrive: Arrive
) -> None:
    arrive(stolen.batch())
    get_user_model().objects.create_user("budi")
    for who in ("budi", "nobody"):
        with pytest.raises(CommandError, match="may not do this here"):
            call_command("stream", "accept", stolen.stream, "--as", who, "--why", "x")
    name = administrator()
    for text in ("", "zz"):
        with pytest.raises(CommandError, match="no stream here begins with"):
            call_command("stream", "accept", text, "--as", name, "--why", "x")
    assert standings() == ["counted", "foreign"]


def test_a_successor_that_fits_counts_by_itself(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    after = busy.successor(why="deleted")
    after.responses(4)
    arrive(after.batch())
    assert (standings(), ikm(unit)[0]) == (["counted", "counted"], 61)
    found = judge(unit, PERIOD, tmp_path)
    assert found.holds
    assert found.remarks() == ["follows"]
    third = after.successor(why="restored")
    arrive(third.batch())
    assert standings() == ["counted"] * 3
    assert judge(unit, PERIOD, tmp_path).holds


def test_a_successor_with_another_link_is_foreign(unit: Unit, busy: FakeKiosk, arrive: Arrive) -> None:
    for seq in (61, 30):
        arrive(busy.successor(seq=seq, link=bytes(32)).batch())
    assert standings() == ["counted", "foreign", "foreign"]


def test_a_second_successor_of_one_stream_is_foreign(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    arrive(busy.successor().batch())
    twin = busy.successor()
    arrive(twin.batch())
    assert standings() == ["counted", "counted", "foreign"]
    assert judge(unit, PERIOD, tmp_path).remarks(twin.stream) == ["foreign_stream"]


def test_a_tail_that_never_came_is_named_by_number(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    """The predecessor ended at 77, 61 were received, 16 are missing; and where they come after all, nothing is."""
    busy.responses(*[3] * 16)
    after = busy.successor()
    arrive(after.batch())
    found = judge(unit, PERIOD, tmp_path)
    assert found.faults(busy.stream) == [("cut", 62, 77)]
    assert (found.audit.integrity, found.audit.completeness, found.audit.lineage) == (True, False, True)
    assert "1..77: 61 received, 16 missing" in found.text
    arrive(busy.batch(62), received_ms=MORNING_MS + 8 * DAY)
    assert judge(unit, PERIOD, tmp_path).holds
    assert ikm(unit)[0] == 76


def test_a_tail_that_comes_with_another_link_is_another_history(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    busy.responses(3)
    arrive(busy.successor(link=bytes(32)).batch())
    arrive(busy.batch(62))
    assert judge(unit, PERIOD, tmp_path).faults(busy.stream) == [("forked", 62, 62)]


def test_what_a_card_wrote_after_it_was_set_back_and_lost_is_named_by_its_successor(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    """Nobody else can tell how far the other way had gone."""
    back = busy.copy()
    back.responses(1, 1)
    busy.responses(3, 3, 3)
    arrive(busy.batch(62))
    arrive(busy.successor(why="restored", own=back).batch())
    assert judge(unit, PERIOD, tmp_path).faults(busy.stream) == [("forked", 63, 63)]


def test_what_is_held_beyond_the_joint_stays_counted_and_is_named(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    arrive(busy.successor(seq=58, why="cut").batch())
    found = judge(unit, PERIOD, tmp_path)
    assert found.holds
    assert "goes on before its end: 3 records beyond that are held and counted" in found.text
    assert ikm(unit)[0] == 60


def test_a_stream_that_goes_on_behind_its_successor_is_a_copied_card(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    arrive(busy.successor().batch())
    busy.responses(1, 1)
    arrive(busy.batch(62), received_ms=MORNING_MS + 8 * DAY)
    found = judge(unit, PERIOD, tmp_path)
    assert (found.holds, found.remarks(busy.stream)) == (False, ["outlived"])
    assert "went on after stream" in found.text
    assert [one.levelno for one in caplog.records if "a card was copied" in one.message] == [logging.ERROR]
    assert ikm(unit)[0] == 62, "both branches are kept and counted; a person must look"


def test_streams_of_a_lineage_come_in_any_order(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    """Three lives of a card, the middle one on a stick that comes last, and the first one after the third."""
    kiosk.responses(4, 3, 4)
    second = kiosk.successor()
    second.responses(4, 4)
    third = second.successor()
    third.responses(4)
    arrive(second.batch())
    found = judge(unit, PERIOD, tmp_path)
    assert (found.audit.completeness, found.remarks()) == (False, ["follows", "none_received"])
    arrive(kiosk.batch())
    assert standings() == ["counted", "counted"]
    fourth = third.successor(alone=True)
    fourth.responses(1)
    arrive(fourth.batch())
    assert standings() == ["counted", "counted", "foreign"]
    arrive(third.batch())
    assert standings() == ["counted"] * 4
    assert (judge(unit, PERIOD, tmp_path).holds, ikm(unit)[0]) == (True, 7)


def test_an_old_stream_and_its_successor_arrive_in_one_group(
    unit: Unit, kiosk: FakeKiosk, arrive: Arrive
) -> None:
    kiosk.responses(4, 3)
    after = kiosk.successor()
    after.responses(2)
    arrive(kiosk.batch(), after.batch())
    assert (standings(), ikm(unit)[0]) == (["counted", "counted"], 3)


def test_a_stream_counted_in_secret_is_found_by_audit_and_verify(
    unit: Unit, stolen: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    """Somebody with the database sets the standing by hand: the streams' own first records tell."""
    arrive(stolen.batch())
    Stream.objects.update(standing="counted")
    rebuild(lambda _line: None)
    found = judge(unit, PERIOD, tmp_path)
    assert (found.audit.lineage, found.remarks(stolen.stream)) == (
        False,
        ["foreign_counted", "before_enrolment"],
    )


@pytest.mark.parametrize(
    "predecessor",
    [
        {"stream": "x", "seq": 1, "link": "AAAA", "why": "cut"},
        {"stream": "0" * 32, "seq": 1, "link": "not base64!", "why": "cut"},
        {"stream": "0" * 32, "seq": -1, "link": "", "why": "cut"},
        {"stream": "0" * 32},
        "text",
    ],
)
def test_a_predecessor_that_makes_no_sense_is_none(
    unit: Unit, busy: FakeKiosk, arrive: Arrive, predecessor: object
) -> None:
    odd = FakeKiosk(busy.name, busy.key)
    odd.record("boot", {"software": "1", "predecessors": [predecessor]})
    (outcome,) = arrive(odd.batch())
    assert outcome.new == 1
    assert standings() == ["counted", "foreign"]


def test_the_audit_as_json_names_codes_and_values(
    unit: Unit, busy: FakeKiosk, stolen: FakeKiosk, arrive: Arrive, capsys: pytest.CaptureFixture[str]
) -> None:
    arrive(stolen.batch())
    with pytest.raises(SystemExit):
        call_command("audit", "--unit", "sukamaju", "--period", "2026-11", "--json")
    facts = json.loads(capsys.readouterr().out)
    assert facts["lineage"] is False
    assert [(one["standing"], one["remarks"]) for one in facts["streams"]] == [
        ("counted", []),
        ("foreign", [{"code": "foreign_stream", "breaks": "lineage", "records": 321}]),
    ]
