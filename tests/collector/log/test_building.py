"""The log as it is built from what really happened: whole, gapless, unforked, and silent about who came."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client

from collector.errors import CollectorError
from collector.fleet import assignments, enrolment, tree
from collector.fleet.models import KioskKey, Unit
from collector.log import building, heads, keeping, restoring
from collector.log.models import KeptCheckpoint, LogState, ThreadLeaf
from collector.trust import public
from collector.trust.keyholder import sign
from survey.log import tree as merkle
from survey.log.checkpoint import read_checkpoint
from survey.log.facts import Leaf, read_leaf
from survey.log.note import ED25519, VerifierKey, is_signed
from tests.collector.conftest import Arrive, OwnClock
from tests.collector.fake_kiosk import FakeKiosk
from tests.survey.log.keys import check

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _own_folder(tmp_path: object, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "IKM_DATA", tmp_path)


def leaves() -> list[Leaf]:
    size = LogState.objects.get().size
    return [read_leaf(keeping.entry(size, number)) for number in range(size)]


def kinds() -> list[str]:
    return [one.kind for one in leaves() if one.kind != "instrument"]


def test_what_happened_to_a_kiosk_stands_in_the_log(kiosk: FakeKiosk, unit: Unit) -> None:
    built = building.build()
    found = {one.kind: one for one in leaves()}
    assert found["begin"].body == {"origin": "ikm-log/127.0.0.1/1", "after": ""}
    assert found["enrol"].body["key"] == kiosk.public_key.hex()
    assert (found["enrol"].body["kiosk"], found["assign"].body["unit"]) == (kiosk.name, "sukamaju")
    assert [one.of["sukamaju"].nth for one in leaves() if one.of] == [1, 2]
    assert leaves()[0].kind == "begin"
    assert built.size == len(leaves())


def test_a_checkpoint_is_signed_by_the_collector_and_covers_every_leaf(kiosk: FakeKiosk) -> None:
    note = building.build().note
    signed = read_checkpoint(note.encode())
    key = VerifierKey(signed.point.origin, ED25519, public.read(settings.IKM_KEYS).signing)
    assert is_signed(signed.note, [key], check)
    hashes = [merkle.leaf_hash(keeping.entry(signed.point.size, at)) for at in range(signed.point.size)]
    assert merkle.root_of(hashes) == signed.point.root


def test_nothing_is_logged_twice_and_a_night_adds_only_heads(kiosk: FakeKiosk, own_clock: OwnClock) -> None:
    first = building.build()
    assert building.build().facts == 0
    assert not building.is_due()
    own_clock.moment += timedelta(days=1)
    assert building.is_due()
    second = building.build()
    assert [one.kind for one in leaves()[first.size :]] == ["head"]
    shown = keeping.consistency(first.size, second.size)
    before, after = (read_checkpoint(one.note.encode()).point for one in (first, second))
    assert merkle.is_consistent(first.size, before.root, size=second.size, root=after.root, hashes=shown)


def test_a_move_and_a_revocation_are_due_at_once_and_stand_in_both_units_threads(
    kiosk: FakeKiosk, unit: Unit, own_clock: OwnClock
) -> None:
    building.build()
    other = tree.add_unit(
        code="mekarsari", name="Mekarsari", region=unit.region, agency=None, time_zone="Asia/Jakarta"
    )
    key = KioskKey.objects.select_related("kiosk").get()
    assignments.assign(key.kiosk, unit=other, place=tree.place_of(other), since=own_clock.now())
    assert building.is_due()
    building.build()
    moved = leaves()[-1]
    assert (moved.kind, moved.body["unit"], moved.body["from"]) == ("assign", "mekarsari", "sukamaju")
    assert {code: place.nth for code, place in moved.of.items()} == {"mekarsari": 2, "sukamaju": 3}
    assert (leaves()[-2].kind, set(leaves()[-2].of)) == ("enrol", {"mekarsari"}), (
        "whose key it is stands there too"
    )
    KioskKey.objects.update(revoked_at=own_clock.now())
    assert building.is_due()
    building.build()
    assert [(one.kind, set(one.of)) for one in leaves()[-2:]] == [
        ("revoke", {"sukamaju"}),
        ("revoke", {"mekarsari"}),
    ]
    assert leaves()[-1].of["mekarsari"].before == len(leaves()) - 3


def test_a_corrected_assignment_is_logged_beside_the_first(
    kiosk: FakeKiosk, unit: Unit, own_clock: OwnClock
) -> None:
    building.build()
    other = tree.add_unit(
        code="mekarsari", name="Mekarsari", region=unit.region, agency=None, time_zone="Asia/Jakarta"
    )
    key = KioskKey.objects.select_related("kiosk").get()
    since = key.kiosk.assignments.get().since
    assignments.assign(key.kiosk, unit=other, place=tree.place_of(other), since=since)
    own_clock.moment += timedelta(days=1)
    building.build()
    assert [one.body["unit"] for one in leaves() if one.kind == "assign"] == ["sukamaju", "mekarsari"]


def test_threads_have_no_gap(kiosk: FakeKiosk, unit: Unit) -> None:
    for number in range(5):
        FakeKiosk.enrolled(unit, name=f"k-{number:04}")
        building.build()
    ends = dict.fromkeys(("sukamaju",), -1)
    for number, leaf in enumerate(leaves()):
        for code, place in leaf.of.items():
            assert place.before == ends[code]
            ends[code] = number
    assert list(ThreadLeaf.objects.order_by("nth").values_list("nth", flat=True)) == list(
        range(1, ThreadLeaf.objects.count() + 1)
    )


def test_heads_tell_nobody_how_many_came(busy: FakeKiosk, own_clock: OwnClock, arrive: Arrive) -> None:
    """Two kiosks, one with sixty visits and one with none, over two nights: nothing but a name and a random-looking word differs."""
    FakeKiosk.enrolled(Unit.objects.get(), name="sepi")
    building.build()
    own_clock.moment += timedelta(days=1)
    building.build()
    found = [one for one in leaves() if one.kind == "head"]
    assert [one.body["kiosk"] for one in found] == [busy.name, "sepi"] * 2
    assert len({one.body["head"] for one in found}) == 4, "a head that did not move looks like any other"
    assert {frozenset(one.body) for one in found} == {frozenset({"day", "kiosk", "head"})}
    assert {len(one.to_bytes()) - len(str(one.body["kiosk"])) for one in found} == {
        len(found[0].to_bytes()) - len(str(found[0].body["kiosk"]))
    }


def test_a_head_opens_for_who_holds_what_opens_it(busy: FakeKiosk) -> None:
    building.build()
    ((head, number),) = heads.opened(busy.name)
    assert (head.stream, head.seq, head.link) == (busy.stream, busy.last, busy.links[busy.last])
    assert leaves()[number].body["head"] == head.commitment()
    for other in (head._replace(seq=head.seq - 1), head._replace(salt=bytes(16))):
        assert other.commitment() != head.commitment()


def test_the_log_is_served_as_files(client: Client, kiosk: FakeKiosk) -> None:
    assert client.get("/log/checkpoint").status_code == 404
    note = building.build().note
    answer = client.get("/log/checkpoint")
    assert (answer.content.decode(), answer.headers["Cache-Control"]) == (note, "public, max-age=5")
    size = read_checkpoint(note.encode()).point.size
    tile = client.get(f"/log/tile/entries/000.p/{size}")
    assert b"".join(tile.streaming_content) == keeping.read(keeping.tile_at(size, -1, 0))  # type: ignore[attr-defined]
    assert "immutable" in tile.headers["Cache-Control"]
    for path in (
        "tile/0/001",
        "tile/0/../checkpoint",
        "tile/0/000.p/999",
        "tile/9/000",
        "tile/entries/..%2f..",
    ):
        assert client.get(f"/log/{path}").status_code == 404


def test_a_database_that_was_set_back_signs_nothing_under_the_old_name(
    kiosk: FakeKiosk, own_clock: OwnClock
) -> None:
    first = building.build()
    own_clock.moment += timedelta(days=1)
    second = building.build()
    KeptCheckpoint.objects.filter(size=second.size).delete()
    LogState.objects.update(size=first.size, root=read_checkpoint(first.note.encode()).point.root)
    with pytest.raises(CollectorError) as caught:
        building.build()
    assert caught.value.word == "log_behind"
    assert keeping.given_out().point.size == second.size  # type: ignore[union-attr]
    building.begin_anew(restoring.newest())
    building.build()
    begun = leaves()[0]
    assert (begun.kind, begun.body["origin"]) == ("begin", "ikm-log/127.0.0.1/2")
    assert read_checkpoint(str(begun.body["after"]).encode()).point.size == second.size
    assert "enrol" in kinds()


def test_what_was_written_but_never_signed_is_written_over(
    kiosk: FakeKiosk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_message: bytes) -> bytes:
        raise CollectorError("not_set_up", path="", reason="")

    monkeypatch.setattr("collector.log.building.keyholder.sign", broken)
    with pytest.raises(CollectorError):
        building.build()
    assert keeping.given_out() is None
    monkeypatch.setattr("collector.log.building.keyholder.sign", sign)
    FakeKiosk.enrolled(Unit.objects.get(), name="sesudah")
    note = building.build().note
    size, root = read_checkpoint(note.encode()).point[1:]
    assert merkle.root_of([merkle.leaf_hash(keeping.entry(size, at)) for at in range(size)]) == root


def test_leaves_say_nothing_of_people(busy: FakeKiosk) -> None:
    enrolment.new_code(Unit.objects.get(), place=tree.place_of(Unit.objects.get()), who="sari")
    building.build()
    text = json.dumps([one.to_bytes().decode() for one in leaves()])
    assert "sari" not in text
    assert "answers" not in text
