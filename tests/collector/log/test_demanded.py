"""Kiosks demand the cosignatures that the policy names, from the collector's file over the enrolment to the kiosk's folder; and a collector that was set back."""

import shutil
import threading
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from collector.errors import CollectorError
from collector.evidence.doors.usb import Beside, carry_in
from collector.jobs import working
from collector.log import building, demanded, keeping, news, restoring, saw, witnesses
from collector.log.models import (
    KeptCheckpoint,
    KioskNews,
    KioskSaw,
    LoggedFact,
    LoggedPolicy,
    LogState,
    NightHeads,
    ThreadLeaf,
)
from collector.trust import public
from survey.log.checkpoint import read_checkpoint
from survey.log.cosignature import cosign
from survey.log.facts import BEGIN, WITNESSES, read_leaf
from survey.log.following import Believed
from survey.log.note import ED25519, VerifierKey, with_lines
from survey.log.witnessing import Answer
from survey.record.record import ALIVE
from survey.record.seen_log import SeenLog
from tests.collector.conftest import Arrive, OwnClock
from tests.collector.fake_kiosk import FakeKiosk
from tests.collector.log.remembering import hear, inbox
from tests.survey.log.keys import witness
from uplink.forwarder.log_inbox import LogInbox, believed_bytes
from witness.cosign.memory import Memory
from witness.cosign.server import serve

pytestmark = pytest.mark.django_db
MODELS = (LogState, KeptCheckpoint, LoggedFact, ThreadLeaf, NightHeads, LoggedPolicy, KioskNews)


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path / "data")


def file_policy(folder: Path, numbers: Sequence[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the operator's file demand all of these witnesses."""
    lines = [f"witness s{one} {witness(one).key.text()}" for one in numbers]
    text = "\n".join([*lines, f"group g all {' '.join(f's{one}' for one in numbers)}", "quorum g", ""])
    path = folder / "kebijakan.txt"
    path.write_text(text)
    monkeypatch.setattr(settings, "IKM_LOG_POLICY", path)


def cosigned(*numbers: int) -> None:
    """Have witnesses cosign the newest checkpoint."""
    kept = building.latest()
    assert kept is not None
    note = read_checkpoint(kept.note.encode()).note
    lines = [cosign(note, key=witness(one).key, at_s=9, sign=witness(one).sign) for one in numbers]
    witnesses.take(with_lines(note, lines).message())


def enrolled(folder: Path, kiosk: str) -> LogInbox:
    """A kiosk's inbox as its enrolment leaves it."""
    told = demanded.for_enrolment()["log_policy"]
    believed = Believed(str(told["policy"]), int(str(told["number"])), str(told["origin"]))  # type: ignore[index]
    folder.mkdir(exist_ok=True)
    (folder / f"{kiosk}.policy").write_bytes(believed_bytes(believed))
    return inbox(folder, kiosk)


def message(kiosk: FakeKiosk) -> bytes:
    return bytes(KioskNews.objects.get(kiosk__name=kiosk.name).message)


def test_a_new_kiosk_is_told_whom_to_demand(
    kiosk: FakeKiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert demanded.for_enrolment() == {}
    file_policy(tmp_path, (1, 2), monkeypatch)
    before = demanded.for_enrolment()["log_policy"]
    assert before["number"] == -1  # type: ignore[index]
    building.build()
    told = demanded.for_enrolment()["log_policy"]
    leaf = read_leaf(keeping.entry(LogState.objects.get().size, told["number"]))  # type: ignore[index]
    assert (leaf.kind, leaf.body["policy"]) == (WITNESSES, told["policy"])  # type: ignore[index]
    assert before["policy"] == told["policy"]  # type: ignore[index]


def test_nothing_is_told_that_the_quorum_has_not_signed(
    kiosk: FakeKiosk, own_clock: OwnClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_policy(tmp_path, (1, 2), monkeypatch)
    working.keep_log()
    assert not KioskNews.objects.exists(), (
        "no honest collector makes a kiosk say that cosignatures are missing"
    )
    cosigned(1)
    assert news.tell_all() == 0
    cosigned(2)
    assert news.tell_all() == 1
    village = enrolled(tmp_path / "kios", kiosk.name)
    assert village.take(message(kiosk)) is Answer.GOES_ON
    hear(kiosk, village)
    own_clock.moment += timedelta(days=1)
    building.build()
    assert news.tell_all() == 0, "the newest is not signed yet, and what is signed was told"


def test_an_operator_who_leaves_the_witnesses_out_is_refused_and_shown(
    kiosk: FakeKiosk, own_clock: OwnClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_policy(tmp_path, (1, 2), monkeypatch)
    building.build()
    cosigned(1, 2)
    news.tell_all()
    village = enrolled(tmp_path / "kios", kiosk.name)
    assert village.take(message(kiosk)) is Answer.GOES_ON
    hear(kiosk, village)
    for numbers in ((3,), ()):  # another witness in the file, and none at all
        file_policy(tmp_path, numbers or (4,), monkeypatch)
        if not numbers:
            monkeypatch.setattr(settings, "IKM_LOG_POLICY", None)
            LoggedPolicy.objects.all().delete()
        own_clock.moment += timedelta(days=1)
        building.build()
        if numbers:
            cosigned(*numbers)
            LoggedPolicy.objects.exclude(text__contains="saksi-3").delete()
        news.tell_all()
        assert village.take(message(kiosk)) is Answer.UNCOSIGNED
        assert village.seen.to_status()["alarm"] == "uncosigned"
        hear(kiosk, village)
        assert news.alarms() == {"uncosigned": [kiosk.name]}


def test_an_honest_change_needs_the_old_quorum_once(
    kiosk: FakeKiosk, own_clock: OwnClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_policy(tmp_path, (1, 2), monkeypatch)
    building.build()
    cosigned(1, 2)
    news.tell_all()
    village = enrolled(tmp_path / "kios", kiosk.name)
    assert village.take(message(kiosk)) is Answer.GOES_ON
    hear(kiosk, village)
    old = village.seen.policy
    file_policy(tmp_path, (2, 3), monkeypatch)
    own_clock.moment += timedelta(days=1)
    building.build()
    cosigned(2, 3)
    assert news.tell_all() == 0, "the kiosk would not believe it"
    cosigned(1)
    assert news.tell_all() == 1
    assert village.take(message(kiosk)) is Answer.GOES_ON
    assert village.seen.policy == LoggedPolicy.objects.order_by("-number")[0].number > old
    hear(kiosk, village)
    own_clock.moment += timedelta(days=1)
    building.build()
    cosigned(2, 3)
    assert news.tell_all() == 1, "the old one is not needed any more"
    assert village.take(message(kiosk)) is Answer.GOES_ON
    assert len(message(kiosk)) < 1_600


def test_a_policy_that_no_leaf_holds_is_said(
    kiosk: FakeKiosk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_policy(tmp_path, range(1, 60), monkeypatch)
    with pytest.raises(CollectorError) as told:
        building.build()
    assert told.value.word == "log_policy_long"


# Sticks.


def test_news_go_by_stick_and_come_back_with_what_the_kiosk_saw(
    kiosk: FakeKiosk, own_clock: OwnClock, tmp_path: Path
) -> None:
    from survey.wire.carriage import RECEIPT_FOLDER, SEALED, log_name  # noqa: PLC0415
    from survey.wire.sealing import CARRIED  # noqa: PLC0415
    from uplink.journal.sealing import seal  # noqa: PLC0415

    building.build()
    village, stick = inbox(tmp_path, kiosk.name), tmp_path / "stik"
    stick.mkdir()
    beside = Beside(log_for=news.tell, saw_log=saw.note_carried)
    sizes = []
    for _ in range(3):
        own_clock.moment += timedelta(days=1)
        building.build()
        kiosk.record("alive", {"screen": "idle"})
        content = SEALED + seal(
            kiosk.batch(1, kiosk.last), public.read(settings.IKM_KEYS).seal_key, info=CARRIED
        )
        (stick / "a.ikm").write_bytes(content)
        if village.seen.size:
            (stick / log_name(kiosk.name)).write_bytes((tmp_path / f"{kiosk.name}.log").read_bytes())
        carry_in(stick, who="console:test", beside=beside)
        assert village.take((stick / RECEIPT_FOLDER / log_name(kiosk.name)).read_bytes()) is Answer.GOES_ON
        sizes.append(village.seen.size)
    assert sizes == sorted(set(sizes)), "each time it goes on from what the stick said"
    assert KioskSaw.objects.get().size == sizes[1]


def test_junk_on_a_stick_is_nobodys_memory(kiosk: FakeKiosk) -> None:
    assert saw.note_carried(b"IKL1junk") is None
    assert not KioskSaw.objects.exists()


# What kiosks sign, and a collector that was set back.


def seen_by(village: LogInbox) -> SeenLog:
    status = village.seen.to_status()
    return SeenLog.from_fields(status)


def arrived(kiosk: FakeKiosk, seen: SeenLog, arrive: Arrive) -> None:
    kiosk.record(ALIVE, {"screen": "idle", "log": seen._asdict()})
    assert arrive(kiosk.batch(1, kiosk.last))


def test_an_alive_record_shows_what_was_seen_and_cannot_invent_it(
    kiosk: FakeKiosk, arrive: Arrive, tmp_path: Path
) -> None:
    building.build()
    news.tell_all()
    village = inbox(tmp_path, kiosk.name)
    village.take(message(kiosk))
    honest = seen_by(village)
    arrived(kiosk, honest._replace(size=honest.size + 5), arrive)
    assert not KioskSaw.objects.exists(), "the log has not signed that"
    arrived(kiosk, honest, arrive)
    assert KioskSaw.objects.get().size == honest.size
    building.build()


def set_back() -> None:
    """Have the collector lose the log with its disk: database and files."""
    for model in MODELS:
        model.objects.all().delete()
    shutil.rmtree(keeping.folder())


def test_a_collector_that_lost_its_log_learns_from_a_kiosk_and_is_followed(
    kiosk: FakeKiosk, own_clock: OwnClock, arrive: Arrive, tmp_path: Path
) -> None:
    for _ in range(3):
        own_clock.moment += timedelta(days=1)
        building.build()
    news.tell_all()
    village = inbox(tmp_path, kiosk.name)
    assert village.take(message(kiosk)) is Answer.GOES_ON
    set_back()
    building.build()
    hear(kiosk, village)
    arrived(kiosk, seen_by(village), arrive)
    own_clock.moment += timedelta(days=1)
    with pytest.raises(CollectorError) as told:
        building.build()
    assert told.value.word == "log_behind", "nothing more is signed under the old name"
    call_command("log", "begin", "--why", "kartu rusak")
    first = read_leaf(keeping.entry(LogState.objects.get().size, 0))
    named = read_checkpoint(str(first.body["after"]).encode()).point
    assert (first.kind, named.size, named.root.hex()) == (BEGIN, village.seen.size, village.seen.root)
    assert news.tell_all() == 1
    assert village.take(message(kiosk)) is Answer.GOES_ON
    assert village.seen.origin.endswith("/2")
    hear(kiosk, village)
    own_clock.moment += timedelta(days=1)
    building.build()
    news.tell_all()
    assert village.take(message(kiosk)) is Answer.GOES_ON
    assert news.alarms() == {}


def test_a_second_log_that_forgets_a_kiosk_is_refused_by_it_and_shown(
    kiosk: FakeKiosk, own_clock: OwnClock, tmp_path: Path
) -> None:
    building.build()
    early = keeping.given_out()
    assert early is not None
    for _ in range(2):
        own_clock.moment += timedelta(days=1)
        building.build()
    news.tell_all()
    village = inbox(tmp_path, kiosk.name)
    village.take(message(kiosk))
    hear(kiosk, village)
    building.begin_anew(early)
    building.build()
    news.tell_all()
    assert village.take(message(kiosk)) is Answer.OTHER_LOG
    assert village.seen.to_status()["alarm"] == "other_log"
    hear(kiosk, village)
    assert news.alarms() == {"other_log": [kiosk.name]}


def test_a_kiosk_that_slept_follows_by_the_files_that_were_put_aside(
    kiosk: FakeKiosk, own_clock: OwnClock, tmp_path: Path
) -> None:
    building.build()
    news.tell_all()
    village = inbox(tmp_path, kiosk.name)
    village.take(message(kiosk))
    hear(kiosk, village)
    for _ in range(2):
        own_clock.moment += timedelta(days=1)
        building.build()
    building.begin_anew(restoring.newest())
    building.build()
    news.tell_all()
    assert village.take(message(kiosk)) is Answer.GOES_ON
    assert village.seen.origin.endswith("/2")


@pytest.fixture
def memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Memory]:
    """A witness on the network, whom the policy names."""
    key = VerifierKey("ikm-log/127.0.0.1/1", ED25519, public.read(settings.IKM_KEYS).signing)
    found = Memory(tmp_path / "saksi")
    own = found.begin(name="saksi.example", log_key=key.text())
    server = serve(found, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    policy = tmp_path / "policy"
    policy.write_text(f"witness desa {own.text()} http://127.0.0.1:{server.server_address[1]}\nquorum desa\n")
    monkeypatch.setattr(settings, "IKM_LOG_POLICY", policy)
    yield found
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_collector_that_lost_its_log_learns_from_a_witness(
    kiosk: FakeKiosk, own_clock: OwnClock, memory: Memory
) -> None:
    for _ in range(2):
        own_clock.moment += timedelta(days=1)
        building.build()
        assert witnesses.ask_all() == ["desa"]
    set_back()
    building.build()
    found = restoring.newest()
    assert found.point == memory.seen
    set_back()
    for model in (KioskSaw,):
        model.objects.all().delete()
    with pytest.raises(CommandError):
        call_command("log", "begin", "--why", "tidak ada yang tahu")


def test_a_log_that_is_put_aside_twice_is_not_written_over(kiosk: FakeKiosk, own_clock: OwnClock) -> None:
    kept = set()
    for _ in range(2):
        for model in MODELS:
            model.objects.all().delete()
        own_clock.moment += timedelta(days=1)
        kept.add(building.build().note)
        keeping.put_aside("ikm-log/127.0.0.1/1")
    found = {path.read_text() for path in settings.IKM_DATA.glob("log-*/checkpoint")}
    assert found == kept
    assert len(found) == 2
