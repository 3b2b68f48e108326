"""The operator's own attacks, on data that the real intake took in, each named by both verifiers that a stranger has."""

import base64
import hashlib
import json
import threading
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from collector.evidence.intake import rebuild
from collector.evidence.models import RawBatch, Stream
from collector.fleet import assignments, tree
from collector.fleet.models import Kiosk, KioskKey
from collector.log import building, keeping, witnesses
from collector.log.models import KeptCheckpoint, LoggedFact, LoggedPolicy, LogState
from collector.releases import proof_file
from collector.releases.models import Release
from collector.trust import public
from survey.log.checkpoint import read_checkpoint
from survey.log.cosignature import cosign
from survey.log.note import COSIGNATURE, ED25519, Note, VerifierKey, with_lines
from tests.collector.log.conftest import NOVEMBER
from tests.collector.log.forging import forge_counters, resigned
from tests.collector.log.village import QUARTER, moment
from tests.collector.log.world import Stranger, World
from tests.survey.log.keys import Signer
from witness.cosign import command as cosigning
from witness.cosign.memory import Memory
from witness.cosign.server import serve
from witness.verify import command

pytestmark = [pytest.mark.browser, pytest.mark.django_db]


def test_an_honest_release_is_proven_to_a_stranger(world: World, released: Release) -> None:
    said = world.verify(released)
    assert (said["code"], said["faults"], said["opened"], said["answers"]) == (0, set(), 26, 26)
    assert len(proof_file.of_release(released) or b"") < 20_000


def test_the_file_holds_no_answer_and_no_daily_counter(world: World, released: Release) -> None:
    proof = world.village.proof(released)
    for text in (proof["counters"], json.dumps(proof["leaves"])):
        for word in ("answers", "complete", "incomplete", "partial", "visit", "2026-11-10"):
            assert word not in text
    days = [
        json.loads(one["line"])["body"]["day"]
        for told in _told(world, released)
        for one in (told["begin"], told["end"])
    ]
    assert set(days) == {"2026-10-01", "2027-01-01"}


def _told(world: World, release: Release) -> list[dict[str, Any]]:
    return list(json.loads(world.village.proof(release)["counters"])["kiosks"])


def test_a_kiosk_that_came_from_another_unit_is_proven_there(world: World) -> None:
    """Its enrolment stands in the thread of each unit where it stood; a move that is told afterwards is named though it is its first one there."""
    here = world.village.unit
    world.village.unit = tree.add_unit(
        code="mekarsari", name="M", region=here.region, agency=None, time_zone="Asia/Jakarta"
    )
    card, late = world.village.card("pindahan"), world.village.card("belakangan")
    world.village.unit = here
    world.village.clock.moment = moment(date(2026, 9, 29))
    world.log()
    world.village.clock.moment = moment(date(2026, 9, 30))
    _move(world, "pindahan", date(2026, 9, 30))
    world.log()
    for one in (card, late):
        one.serve(NOVEMBER, 4, 3, 4, 4, 3, 4)
    world.village.send()
    release = world.village.publish()
    world.log()
    said = world.verify(release)
    assert (said["faults"], said["opened"], said["answers"]) == (set(), 32, 32)
    _move(world, "belakangan", date(2026, 9, 30))
    world.log()
    assert {"moved_afterwards", "kiosk_left_out"} <= world.verify(release)["faults"]


def _move(world: World, kiosk: str, since: date) -> None:
    unit = world.village.unit
    assignments.assign(
        Kiosk.objects.get(name=kiosk), unit=unit, place=tree.place_of(unit), since=moment(since)
    )


# Attacks on the log.


def test_a_forked_log_is_a_fork_to_whoever_kept_a_checkpoint(
    world: World, released: Release, tmp_path: Path
) -> None:
    kept = tmp_path / "titik-periksa"
    assert world.verify(released, "--remember", str(kept))["code"] == 0
    seen = read_checkpoint(kept.read_bytes()).point
    _rewrite_history(world)
    world.log()
    said = world.verify(released, "--remember", str(kept), "--log", str(keeping.folder()))
    assert "log_shorter" in said["faults"], "it is shorter than what was seen"
    for _ in range(5):
        world.village.clock.moment += timedelta(days=1)
        world.log()
    said = world.verify(released, "--remember", str(kept), "--log", str(keeping.folder()))
    assert "fork" in said["faults"], "it has grown past it, and does not begin with it"
    assert read_checkpoint(kept.read_bytes()).point == seen, "the old one is kept as evidence"


def _rewrite_history(world: World) -> None:
    """Have the log made anew under the old name, as if a kiosk had never been enrolled."""
    for model in (LogState, KeptCheckpoint, LoggedFact, LoggedPolicy):
        model.objects.all().delete()
    building.ThreadLeaf.objects.all().delete()
    building.NightHeads.objects.all().delete()
    keeping.put_aside("lama")
    world.village.clock.moment += timedelta(hours=1)


def test_a_checkpoint_without_cosignatures_is_not_believed(world: World, released: Release) -> None:
    proof = world.village.proof(released)
    text, _, lines = proof["checkpoint"].rpartition("\n\n")
    proof["checkpoint"] = text + "\n\n" + lines.splitlines()[0] + "\n"
    assert world.verify(proof)["faults"] == {"cosignatures_missing"}
    world.stranger = Stranger(world.stranger.folder, quorum="2")
    assert world.verify(released)["faults"] == set()
    one = "\n".join(
        line for line in world.village.proof(released)["checkpoint"].split("\n") if "saksi-2" not in line
    )
    assert world.verify(world.village.proof(released) | {"checkpoint": one})["faults"] == {
        "cosignatures_missing"
    }


def test_a_cosignature_of_somebody_else_is_none(world: World, released: Release) -> None:
    """The operator signs as witness with a key of his own, under the witness's name and under his own."""
    proof = world.village.proof(released)
    note = read_checkpoint(proof["checkpoint"].encode()).note
    bare = Note(note.text, tuple(line for line in note.lines if "saksi" not in line.name))
    for name in ("saksi-1.example", "saksi-9.example"):
        own = Signer(name, number=77, kind=COSIGNATURE)
        line = cosign(bare, key=own.key, at_s=1_800_000_000, sign=own.sign)
        assert world.verify(proof | {"checkpoint": with_lines(bare, [line]).message()})["faults"] == {
            "cosignatures_missing"
        }


def test_a_log_under_the_operators_other_key_is_not_believed(world: World, released: Release) -> None:
    proof = world.village.proof(released)
    text = proof["checkpoint"].partition("\n\n")[0] + "\n"
    key = Ed25519PrivateKey.generate()
    name = VerifierKey("ikm-log/127.0.0.1/1", ED25519, key.public_key().public_bytes_raw())
    line = base64.b64encode(name.key_id + key.sign(text.encode())).decode()
    proof["checkpoint"] = f"{text}\n— {name.name} {line}\n"
    assert world.verify(proof)["faults"] == {"log_not_signed", "cosignatures_missing"}


def test_a_dropped_enrolment_leaves_a_gap(world: World, released: Release) -> None:
    proof = world.village.proof(released)
    for number, text in list(proof["leaves"].items()):
        if json.loads(text)["t"] == "enrol" and json.loads(text)["kiosk"] == "loket":
            del proof["leaves"][number]
    assert {"thread_gap", "kiosk_not_logged"} <= world.verify(proof)["faults"]


def test_a_kiosk_that_was_dropped_from_the_release_is_named(world: World) -> None:
    """The operator leaves the bad kiosk out, counts the other alone, and logs that."""
    world.village.send()
    release = world.village.publish()
    forge_counters(
        release, lambda told: told | {"kiosks": told["kiosks"][:1], "closed": {"n": 0, "kiosks": []}}
    )
    world.log()
    assert {"kiosk_left_out", "number_differs"} <= world.verify(release)["faults"]


def _deleted(world: World) -> None:
    """The night after the quarter has all of `loket`; then it is deleted, and everything that was made of it."""
    world.village.send(date(2027, 1, 1))
    world.log()
    stream = Stream.objects.get(kiosk__name="loket")
    RawBatch.objects.filter(stream=stream).delete()
    rebuild.rebuild(lambda _: None)
    stream.delete()


def test_a_stream_that_was_deleted_with_its_evidence_is_named(world: World) -> None:
    _deleted(world)
    release = world.village.publish()
    world.log()
    assert json.loads(world.village.proof(release)["counters"])["closed"]["kiosks"] == [["loket", "gone"]]
    assert world.verify(release)["faults"] == {"kiosk_unaccounted"}


@pytest.mark.parametrize("why", ["silent", "no_counter", "differs", "libur"])
def test_a_deleted_stream_is_named_whatever_the_release_calls_it(world: World, why: str) -> None:
    _deleted(world)
    release = world.village.publish()
    forge_counters(release, lambda told: told | {"closed": {"n": 0, "kiosks": [["loket", why]]}})
    world.log()
    assert world.verify(release)["faults"] == {"kiosk_unaccounted"}
    proof = world.village.proof(release)
    assert "kiosk_unaccounted" in world.verify(proof | {"heads": {}})["faults"], (
        "nights that are not opened bear nothing out"
    )


def test_a_kiosk_of_which_nothing_came_or_not_all_is_not_blamed(world: World) -> None:
    """One never spoke, one lost its December on the way, one has come in but for its end: two are borne out by the log, the third is said."""
    silent, lost, short = (world.village.card(name) for name in ("bisu", "hilang", "tertinggal"))
    world.log()
    lost.serve(NOVEMBER, 3, 3, 4, 4, 3)
    short.serve(NOVEMBER, 3, 3, 4, 4, 3)
    for card in (lost, short):
        world.village.receive(card, date(2026, 11, 12))
    for card in (silent, lost, short):
        world.village.cards.remove(card)
    world.village.send(date(2027, 1, 1))
    world.log()
    short.go_to(date(2026, 12, 20))
    world.village.receive(short, date(2027, 1, 3))
    release = world.village.publish()
    world.log()
    said = world.verify(release)
    assert said["faults"] == set()
    closed = {one[2]["kiosk"]: one[2]["why"] for one in said["findings"] if one[1] == "kiosk_closed"}
    assert closed == {"bisu": "silent", "hilang": "no_counter", "tertinggal": "no_counter"}
    assert [one[2] for one in said["findings"] if one[1] == "kiosk_wrote_on"] == [{"kiosk": "tertinggal"}]


def test_an_unlogged_kiosk_is_named(world: World) -> None:
    """A kiosk that the operator keeps at home, with a key of its own, is counted and stands in no leaf."""
    world.village.send()
    release = world.village.publish()
    invented = Ed25519PrivateKey.generate()

    def put_in(told: dict[str, Any]) -> dict[str, Any]:
        extra = resigned(told["kiosks"][0], invented, {})
        return told | {"kiosks": [*told["kiosks"], extra | {"kiosk": "rumah"}]}

    forge_counters(release, put_in)
    world.log()
    assert {"kiosk_not_logged", "number_differs"} <= world.verify(release)["faults"]


def test_a_replaced_key_is_named(world: World) -> None:
    """The operator puts an own key in the place of a kiosk's after the enrolment was logged, and signs better counters with it."""
    world.village.send()
    release = world.village.publish()
    own = Ed25519PrivateKey.generate()

    def replace(told: dict[str, Any]) -> dict[str, Any]:
        return told | {"kiosks": [resigned(told["kiosks"][0], own, {"end": 5}), *told["kiosks"][1:]]}

    forge_counters(release, replace)
    KioskKey.objects.filter(kiosk__name="balai").update(public_key=own.public_key().public_bytes_raw())
    world.log()
    faults = world.verify(release)["faults"]
    assert "sum_differs" in faults
    assert "enrolled_afterwards" in faults


def test_a_key_that_is_logged_a_second_time_does_not_hide_that_it_is_another(world: World) -> None:
    """As above, and the new key gets a leaf of its own: then the kiosk was enrolled after the period, and its counter does not begin there."""
    world.village.send()
    own = Ed25519PrivateKey.generate()
    release = world.village.publish()

    def replace(told: dict[str, Any]) -> dict[str, Any]:
        return told | {
            "kiosks": [resigned(one, own, {}) if one["kiosk"] == "balai" else one for one in told["kiosks"]]
        }

    forge_counters(release, replace)
    KioskKey.objects.filter(kiosk__name="balai").update(
        public_key=own.public_key().public_bytes_raw(), enrolled_at=world.village.clock.now()
    )
    world.log()
    assert "key_too_young" in world.verify(release)["faults"]


def test_a_day_that_is_moved_afterwards_is_named(world: World) -> None:
    world.village.send()
    other = tree.add_unit(
        code="mekarsari", name="M", region=world.village.unit.region, agency=None, time_zone="Asia/Jakarta"
    )
    kiosk = Kiosk.objects.get(name="loket")
    assignments.assign(kiosk, unit=other, place=tree.place_of(other), since=moment(NOVEMBER, 0))
    back = moment(NOVEMBER + timedelta(days=1), 0)
    assignments.assign(kiosk, unit=world.village.unit, place=tree.place_of(world.village.unit), since=back)
    release = world.village.publish()
    world.log()
    assert world.verify(release)["faults"] == {"moved_afterwards"}


def test_a_kiosk_that_came_within_the_period_is_proven_to_a_stranger(world: World) -> None:
    """Nobody cheats: it did not stand there before it was enrolled."""
    card = world.village.card("baru", begins=NOVEMBER)
    card.serve(NOVEMBER + timedelta(days=2), *[3] * 7)
    world.village.clock.moment = moment(NOVEMBER + timedelta(days=1))
    world.log()
    world.village.send()
    release = world.village.publish()
    world.log()
    said = world.verify(release)
    assert (said["code"], said["faults"], said["opened"]) == (0, set(), 33)


@pytest.mark.parametrize(
    "why, named",
    [("few", {"closed_too_many"}), ("protected", {"closed_too_many"}), ("moved", {"closed_not_moved"})],
)
def test_a_kiosk_that_is_closed_for_a_reason_that_is_none_is_named(
    world: World, why: str, named: set[str]
) -> None:
    """The operator calls the kiosk with fourteen answers small, beside others, or moved; twelve are opened."""
    world.village.send()
    release = world.village.publish()

    def close(told: dict[str, Any]) -> dict[str, Any]:
        rest = [one for one in told["kiosks"] if one["kiosk"] == "balai"]
        return told | {"kiosks": rest, "closed": {"n": 14, "kiosks": [["loket", why]]}}

    forge_counters(release, close)
    world.log()
    assert world.verify(release)["faults"] == named


def test_a_kiosk_that_is_closed_for_what_no_stranger_sees_is_said_and_not_named(world: World) -> None:
    world.village.send()
    release = world.village.publish()

    def close(told: dict[str, Any]) -> dict[str, Any]:
        rest = [one for one in told["kiosks"] if one["kiosk"] == "balai"]
        return told | {"kiosks": rest, "closed": {"n": 14, "kiosks": [["loket", "differs"]]}}

    forge_counters(release, close)
    world.log()
    said = world.verify(release)
    assert (said["faults"], said["opened"], said["answers"]) == (set(), 12, 26)
    assert ["note", "kiosk_closed", {"kiosk": "loket", "why": "differs"}] in said["findings"]


# Attacks on the release.


def test_a_replaced_release_is_named(world: World, released: Release) -> None:
    proof = world.village.proof(released)
    said = json.loads(proof["release"])
    said["index"]["value"], said["index"]["category"] = 96.0, "A"
    assert {"release_replaced", "index_differs"} <= world.verify(proof | {"release": json.dumps(said)})[
        "faults"
    ]


def test_a_release_that_is_replaced_in_the_database_too_is_named(world: World, released: Release) -> None:
    said = json.loads(bytes(released.content))
    for one in said["index"]["elements"]:
        one["sum"], one["nrr"] = one["sum"] + 13, one["nrr"] + 0.5
    said["index"]["value"] = round(said["index"]["value"] + 12.5, 2)
    Release.objects.filter(pk=released.pk).update(content=json.dumps(said).encode())
    LoggedFact.objects.filter(key=f"release/{released.address}").delete()
    world.village.clock.moment += timedelta(days=1)
    world.log()
    faults = world.verify(Release.objects.get(pk=released.pk))["faults"]
    assert {"released_twice", "sum_differs"} <= faults


def test_a_release_that_is_dated_back_is_named(world: World) -> None:
    world.village.send()
    release = world.village.publish()
    said = json.loads(bytes(release.content)) | {"published": "2027-01-02T02:00:00+00:00"}
    Release.objects.filter(pk=release.pk).update(content=json.dumps(said).encode())
    world.village.clock.moment += timedelta(days=20)
    world.log()
    assert "release_redated" in world.verify(release)["faults"]


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    "change",
    [
        lambda end: end | {"n": end["n"] + 1},
        lambda end: end | {"sums": {key: value + 1 for key, value in end["sums"].items()}},
        lambda end: end | {"line": end["line"].replace('"upto":', '"upto":1')},
        lambda end: end | {"prev": base64.b64encode(bytes(32)).decode()},
        lambda end: end | {"signature": base64.b64encode(bytes(64)).decode()},
        lambda end: {key: value for key, value in end.items() if key not in ("salt", "n", "sums")},
    ],
)
def test_an_altered_counter_is_named(
    world: World, released: Release, change: Callable[[dict[str, Any]], dict[str, Any]]
) -> None:
    proof = world.village.proof(released)
    told = json.loads(proof["counters"])
    told["kiosks"][0]["end"] = change(told["kiosks"][0]["end"])
    proof["counters"] = json.dumps(told)
    assert {"counters_replaced", "counter_altered"} <= world.verify(proof)["faults"]


def test_a_counter_from_within_the_period_is_named(world: World) -> None:
    """The operator shows November's counter in the place of the period's end, and calls what came later the auditor's."""
    from collector.evidence.models import Stream  # noqa: PLC0415
    from collector.evidence.proof.closings import closings  # noqa: PLC0415
    from collector.releases.counted import _opened  # noqa: PLC0415

    world.village.send()
    release = world.village.publish()
    stream = Stream.objects.get(kiosk__name="balai")
    december = next(one for one in closings(stream) if one.told.day == "2026-11-01")
    early = _opened(december, "/skm-2017@1")
    assert early is not None

    def shorten(told: dict[str, Any]) -> dict[str, Any]:
        for one in told["kiosks"]:
            if one["kiosk"] == "balai":
                one["end"] = early.to_json()
        return told | {"closed": {"n": 6, "kiosks": []}}

    forge_counters(release, shorten)
    world.log()
    assert "border" in world.verify(release)["faults"]


# Reading all of the log.


def test_who_reads_the_whole_log_finds_it_whole(world: World, released: Release) -> None:
    said = world.verify(released, "--log", str(keeping.folder()), "--read-all")
    assert (said["code"], said["faults"]) == (0, set())
    size = LogState.objects.get().size
    assert ["note", "log_read", {"size": size}] in said["findings"]


def test_a_withdrawal_that_the_file_does_not_show_is_in_the_log(world: World, released: Release) -> None:
    from collector.releases import publishing  # noqa: PLC0415

    proof = world.village.proof(released)
    publishing.withdraw(released, who="console:test", why="salah")
    world.log()
    said = world.verify(proof, "--log", str(keeping.folder()), "--read-all")
    assert ["note", "log_knows_more", {"number": 1}] in said["findings"]
    assert [one[1] for one in world.verify(released)["findings"]].count("withdrawn") == 1


def test_a_damaged_copy_of_the_log_does_not_fit(world: World, released: Release) -> None:
    size = LogState.objects.get().size
    path = keeping.folder() / f"tile/entries/000.p/{size}"
    path.write_bytes(path.read_bytes().replace(b"sukamaju", b"sukamajo"))
    assert (
        "log_root_differs" in world.verify(released, "--log", str(keeping.folder()), "--read-all")["faults"]
    )


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"\xff", b'{"format":1}', b'{"format":2}'])
def test_what_is_no_proof_ends_in_a_sentence(
    world: World, content: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").write_bytes(content)
    assert command.main([str(tmp_path / "x"), "--policy", str(world.stranger.policy)]) == command.UNREADABLE
    assert capsys.readouterr().err.startswith("ikm-verify: ")


def test_the_words_are_plain_and_in_two_languages(
    world: World, released: Release, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "x").write_bytes(proof_file.of_release(released) or b"")
    for language, begins in (("id", "TERBUKTI"), ("en", "PROVEN")):
        arguments = [str(tmp_path / "x"), "--policy", str(world.stranger.policy), "--language", language]
        assert command.main(arguments) == 0
        out = capsys.readouterr().out
        assert out.splitlines()[1].startswith(begins)
        assert "26" in out.splitlines()[2]


def test_the_digest_in_the_leaf_is_that_of_the_frozen_bytes(world: World, released: Release) -> None:
    proof = world.village.proof(released)
    leaf = json.loads(proof["leaves"][f"{proof['leaf']}"])
    assert leaf["sha256"] == hashlib.sha256(bytes(released.content)).hexdigest()
    assert QUARTER.identifier == leaf["period"]


# The auditor's bundle.


def test_a_tail_that_was_cut_off_does_not_fit_the_logged_head(world: World, tmp_path: Path) -> None:
    """The operator deletes a kiosk's last batches and all that spoke of them; every chain still holds, and the log does not forget."""
    from collector.evidence.intake import rebuild  # noqa: PLC0415
    from collector.evidence.models import RawBatch, Stream  # noqa: PLC0415
    from collector.evidence.proof.verify_bundle import verify as verify_bundle  # noqa: PLC0415
    from collector.scores.proof.export import export  # noqa: PLC0415

    world.village.send()
    world.log()
    key = public.read(settings.IKM_KEYS).signing
    export(tmp_path / "utuh.zip", unit=world.village.unit, period=QUARTER, who="console:test", why="uji")
    assert verify_bundle(tmp_path / "utuh.zip", collector_key=key).problems == ()
    stream = Stream.objects.get(kiosk__name="loket")
    card = next(one for one in world.village.cards if one.kiosk.name == "loket")
    cut = RawBatch.objects.filter(stream=stream).order_by("first")[20]
    RawBatch.objects.filter(stream=stream, first__gte=cut.first).delete()
    Stream.objects.filter(pk=stream.pk).update(through=cut.first - 1, link=card.kiosk.links[cut.first - 1])
    rebuild.rebuild(lambda _: None)
    export(tmp_path / "dipotong.zip", unit=world.village.unit, period=QUARTER, who="console:test", why="uji")
    problems = verify_bundle(tmp_path / "dipotong.zip", collector_key=key).problems
    assert len(problems) == 1
    assert "loket" in problems[0]


def test_releases_verdicts_and_bundles_name_the_log_before_them(
    world: World, released: Release, tmp_path: Path
) -> None:
    from collector.evidence.proof.audit import audit  # noqa: PLC0415
    from collector.releases import verdict  # noqa: PLC0415

    before = json.loads(bytes(released.content))["log"]
    leaf = world.village.proof(released)["leaf"]
    assert before["size"] <= leaf
    kept = KeptCheckpoint.objects.get(size=before["size"])
    assert before == {"origin": "ikm-log/127.0.0.1/1", "size": kept.size, "root": bytes(kept.root).hex()}
    said = json.loads(
        bytes(
            verdict.publish(
                audit(world.village.unit, QUARTER, now=world.village.clock.now()), world.village.unit
            ).content
        )
    )
    assert said["log"]["size"] == LogState.objects.get().size


def test_the_proof_has_an_address_and_its_page_leads_there(
    world: World, released: Release, client: Client
) -> None:
    answer = client.get(f"/log/proof/{released.address}.json.gz")
    assert answer.content == proof_file.of_release(released)
    assert f"/log/proof/{released.address}.json.gz" in client.get(f"/r/{released.address}/").content.decode()
    assert client.get("/log/proof/AAAAAAAA.json.gz").status_code == 404


def test_a_witness_on_the_network_is_asked_and_its_cosignature_is_kept(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = VerifierKey("ikm-log/127.0.0.1/1", ED25519, public.read(settings.IKM_KEYS).signing)
    memory = Memory(tmp_path / "saksi")
    own = memory.begin(name="saksi.example", log_key=key.text())
    server = serve(memory, host="127.0.0.1", port=0)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    policy = tmp_path / "policy"
    policy.write_text(
        f"log {key.text()}\nwitness desa {own.text()} http://127.0.0.1:{server.server_address[1]}\nquorum desa\n"
    )
    monkeypatch.setattr(settings, "IKM_LOG_POLICY", policy)
    try:
        for _ in range(3):
            world.village.clock.moment += timedelta(days=1)
            building.build()
            assert witnesses.ask_all() == ["desa"]
            assert witnesses.ask_all() == [], "it has cosigned this one"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
    kept = keeping.given_out()
    assert kept is not None
    assert memory.seen == kept.point
    assert building.latest().note.count("— saksi.example ") == 1  # type: ignore[union-attr]
    world.village.clock.moment += timedelta(days=1)
    building.build()
    assert witnesses.ask_all() == [], "it is away: that stops nothing"


def test_a_stick_takes_an_offer_there_and_brings_the_cosignature_back(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = VerifierKey("ikm-log/127.0.0.1/1", ED25519, public.read(settings.IKM_KEYS).signing)
    own = Memory(tmp_path / "saksi").begin(name="saksi.example", log_key=key.text())
    world.stranger.policy.write_text(f"log {key.text()}\nwitness desa {own.text()}\nquorum desa\n")
    stick = tmp_path / "stik"
    call_command("log", "offer", str(stick), "--old", "0")
    assert cosigning.main([str(tmp_path / "saksi"), "cosign", str(stick)]) == 0
    call_command("log", "cosigned", str(stick))
    assert capsys.readouterr().out.splitlines()[-1] == "cosigned by inspektorat, universitas, desa", (
        "those whom kiosks know from the policy before count too"
    )
    call_command("log", "show")
    shown = capsys.readouterr().out
    assert shown.count("— saksi.example ") == 1
    assert key.text() in shown
    with pytest.raises(CommandError):
        call_command("log", "cosigned", str(world.stranger.policy))
    with pytest.raises(CommandError):
        call_command("log", "offer", str(stick), "--old", "99999")


def test_the_workers_keep_the_log(world: World) -> None:
    from collector.jobs import working  # noqa: PLC0415

    world.village.send()
    release = world.village.publish()
    assert LoggedFact.objects.filter(key=f"release/{release.address}").count() == 0
    working.keep_log()
    assert LoggedFact.objects.filter(key=f"release/{release.address}").count() == 1
    size = LogState.objects.get().size
    working.keep_log()
    assert LogState.objects.get().size == size


def test_one_leaf_is_proven_by_the_specifications_own_file(
    world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file, policy = tmp_path / "butir.tlog-proof", str(world.stranger.policy)
    call_command("log", "proof", "0", str(file))
    assert command.main([str(file), "--policy", policy]) == command.PROVEN
    assert '"origin":"ikm-log/127.0.0.1/1"' in capsys.readouterr().out
    file.write_text(file.read_text().replace("index 0", "index 1"))
    assert command.main([str(file), "--policy", policy]) == command.FAILS
    with pytest.raises(CommandError):
        call_command("log", "proof", "99999", str(file))
