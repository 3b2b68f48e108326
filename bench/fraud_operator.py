"""What whoever runs the collector can do: the keys, the database and the clock are theirs."""

import json
import shutil
from datetime import date, timedelta
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings

from bench.fraud_scene import AFTER, NOVEMBER, PART, Attacked, Scene
from collector.evidence.models import Stream
from collector.evidence.proof.closings import closings
from collector.fleet import assignments, tree
from collector.fleet.models import Kiosk, KioskKey
from collector.log import building, keeping, news
from collector.log.models import LoggedFact, LoggedPolicy
from collector.releases import publishing
from collector.releases.models import Release, SheetRows
from survey.log.counter import Counted, Told
from tests.collector.log.forging import forge_counters, resigned
from tests.collector.log.village import moment

Told_ = dict[str, Any]


def forked_log(scene: Scene) -> Attacked:
    """Makes the log anew under the old name, as if it had never said some of it; no witness has seen it yet but the new one."""
    release = scene.released()
    memory, inbox, kept = scene.watchers.watched(), scene.watchers.inbox("balai"), scene.watchers.remember()
    scene.watchers.told("balai", inbox)
    scene.rewrite_history()
    scene.nights(6)
    refused = scene.watchers.goes_on(memory, "balai", inbox)
    return scene.shown(release, "--remember", str(kept), "--log", str(keeping.folder()), besides=refused)


def shorter_log(scene: Scene) -> Attacked:
    """Serves a log that ends before something it has said already."""
    release = scene.released()
    early = scene.folder / "awal"
    shutil.copytree(keeping.folder(), early)
    scene.nights(4)
    kept = scene.watchers.remember()
    return scene.shown(release, "--remember", str(kept), "--log", str(early))


def second_log(scene: Scene) -> Attacked:
    """Begins another log and calls it the old one's follower, though it forgets what a kiosk saw."""
    release = scene.released()
    early = keeping.given_out()
    assert early is not None
    scene.nights(2)
    inbox = scene.watchers.inbox("loket")
    scene.watchers.told("loket", inbox)
    kept = scene.watchers.remember()
    building.begin_anew(early)
    scene.log()
    answer = scene.watchers.told("loket", inbox)
    return scene.shown(release, "--remember", str(kept), besides=[f"kiosk {answer}"])


def no_cosignature(scene: Scene) -> Attacked:
    """Publishes under a checkpoint that no witness has seen."""
    release = scene.released()
    proof = scene.proof(release)
    text, _, lines = proof["checkpoint"].rpartition("\n\n")
    return Attacked(proof | {"checkpoint": text + "\n\n" + lines.splitlines()[0] + "\n"})


def kiosk_without_witnesses(scene: Scene) -> Attacked:
    """Shows one kiosk a log from which the witnesses were left out."""
    scene.send()
    inbox = scene.watchers.inbox("balai")
    scene.watchers.told("balai", inbox)
    settings.IKM_LOG_POLICY = None
    LoggedPolicy.objects.all().delete()
    scene.nights(1, cosigned=False)
    news.tell_all()
    return Attacked(None, (), [f"kiosk {scene.watchers.told('balai', inbox)}"])


def dropped_enrolment(scene: Scene) -> Attacked:
    """Leaves a kiosk's enrolment out of the file for strangers."""
    proof = scene.proof(scene.released())
    leaves = {number: json.loads(text) for number, text in proof["leaves"].items()}
    kept = {
        number: proof["leaves"][number]
        for number, leaf in leaves.items()
        if not (leaf["t"] == "enrol" and leaf["kiosk"] == "loket")
    }
    return Attacked(proof | {"leaves": kept})


def unlogged_kiosk(scene: Scene) -> Attacked:
    """Counts a kiosk that stands at home and in no leaf."""
    invented = Ed25519PrivateKey.generate()

    def put_in(told: Told_) -> Told_:
        return told | {
            "kiosks": [*told["kiosks"], resigned(told["kiosks"][0], invented, {}) | {"kiosk": "rumah"}]
        }

    return _forged(scene, put_in)


def _forged(scene: Scene, change: Any) -> Attacked:
    scene.send()
    release = scene.publish()
    forge_counters(release, change)
    scene.log()
    return scene.shown(release)


def own_kiosk(scene: Scene) -> Attacked:
    """Enrols a kiosk of their own, in order and on time, and answers with it."""
    card = scene.village.card("rumah", begins=date(2026, 12, 10))
    for _ in range(12):
        scene.visit(card, AFTER, *[scene.chance.choice((3, 4, 4)) for _ in range(9)])
    scene.clock.moment = max(scene.clock.moment, moment(date(2026, 12, 11)))
    scene.log()
    return scene.shown(scene.released())


def replaced_key(scene: Scene) -> Attacked:
    """Puts an own key in the place of a kiosk's, and signs better counters with it."""
    own = Ed25519PrivateKey.generate()
    scene.send()
    release = scene.publish()

    def replace(told: Told_) -> Told_:
        return told | {
            "kiosks": [
                resigned(one, own, {"end": 5}) if one["kiosk"] == "balai" else one for one in told["kiosks"]
            ]
        }

    forge_counters(release, replace)
    KioskKey.objects.filter(kiosk__name="balai").update(public_key=own.public_key().public_bytes_raw())
    scene.log()
    return Attacked(scene.proof(release))


def replaced_key_again(scene: Scene) -> Attacked:
    """The same, the counters left as they are, and the new key gets a leaf of its own."""
    own = Ed25519PrivateKey.generate()
    scene.send()
    release = scene.publish()

    def replace(told: Told_) -> Told_:
        return told | {
            "kiosks": [resigned(one, own, {}) if one["kiosk"] == "balai" else one for one in told["kiosks"]]
        }

    forge_counters(release, replace)
    KioskKey.objects.filter(kiosk__name="balai").update(
        public_key=own.public_key().public_bytes_raw(), enrolled_at=scene.clock.now()
    )
    scene.log()
    return Attacked(scene.proof(release))


def moved_day(scene: Scene) -> Attacked:
    """Says afterwards that a kiosk stood at another unit on its bad day."""
    scene.send()
    unit = scene.village.unit
    other = tree.add_unit(
        code="mekarsari", name="M", region=unit.region, agency=None, time_zone="Asia/Jakarta"
    )
    kiosk = Kiosk.objects.get(name="loket")
    assignments.assign(kiosk, unit=other, place=tree.place_of(other), since=moment(NOVEMBER, 0))
    back = moment(NOVEMBER + timedelta(days=1), 0)
    assignments.assign(kiosk, unit=unit, place=tree.place_of(unit), since=back)
    release = scene.publish()
    scene.log()
    return scene.shown(release)


def dropped_kiosk(scene: Scene) -> Attacked:
    """Leaves the worse kiosk out of the number."""
    return _forged(
        scene, lambda told: told | {"kiosks": told["kiosks"][:1], "closed": {"n": 0, "kiosks": []}}
    )


def voided_visits(scene: Scene) -> Attacked:
    """Leaves six bad visits out of the number: it says fewer people and smaller sums than the kiosks counted."""
    scene.send()
    release = scene.publish()
    forge_counters(release, lambda told: told)

    def better(said: Told_) -> Told_:
        for one in said["index"]["elements"]:
            one["sum"], one["n"] = one["sum"] - 6, one["n"] - 6
        return said | {"n": said["n"] - 6}

    scene.forge_release(release, better)
    scene.log()
    return scene.shown(release)


def replaced_release(scene: Scene) -> Attacked:
    """Hands out another content under the same address."""
    proof = scene.proof(scene.released())
    said = json.loads(proof["release"])
    said["index"]["value"], said["index"]["category"] = 96.0, "A"
    return Attacked(proof | {"release": json.dumps(said)})


def replaced_release_again(scene: Scene) -> Attacked:
    """Replaces a release in the database, and logs it a second time."""
    release = scene.released()

    def better(said: Told_) -> Told_:
        for one in said["index"]["elements"]:
            one["sum"], one["nrr"] = one["sum"] + 13, one["nrr"] + 0.5
        said["index"]["value"] = round(said["index"]["value"] + 12.5, 2)
        return said

    scene.forge_release(release, better)
    LoggedFact.objects.filter(key=f"release/{release.address}").delete()
    scene.nights(1)
    return scene.shown(release)


def redated_release(scene: Scene) -> Attacked:
    """Publishes late and dates the release back."""
    scene.send()
    release = scene.publish()
    scene.forge_release(release, lambda said: said | {"published": "2027-01-02T02:00:00+00:00"})
    scene.clock.moment += timedelta(days=20)
    scene.log()
    return scene.shown(release)


def hidden_withdrawal(scene: Scene) -> Attacked:
    """Goes on handing out the file from before a withdrawal."""
    release = scene.released()
    proof = scene.proof(release)
    publishing.withdraw(Release.objects.get(pk=release.pk), who="console:drill", why="salah")
    scene.log()
    return Attacked(proof, ("--log", str(keeping.folder()), "--read-all"))


def altered_counter(scene: Scene) -> Attacked:
    """Raises the sums in a kiosk's counter."""

    def raised(told: Told_) -> Told_:
        end = told["kiosks"][0]["end"]
        end["sums"] = {key: value + 3 for key, value in end["sums"].items()}
        return told

    return _forged(scene, raised)


def early_counter(scene: Scene) -> Attacked:
    """Shows December's counter in the place of the period's end, and calls what came later the auditor's."""
    scene.send()
    release = scene.publish()
    stream = Stream.objects.get(kiosk__name="balai")
    early = next(one for one in closings(stream) if one.told.day == "2026-12-01")
    opening = early.openings[PART]
    n, sums = opening.totals["n"], opening.totals["sums"]
    told = Told(early.prev, early.line, early.signature, Counted(n, sums), opening.salt)  # type: ignore[arg-type]

    def shorten(said: Told_) -> Told_:
        kiosks = [one | {"end": told.to_json()} if one["kiosk"] == "balai" else one for one in said["kiosks"]]
        return said | {"kiosks": kiosks, "closed": {"n": (release.n or 0) - _opened(kiosks), "kiosks": []}}

    forge_counters(release, shorten)
    scene.log()
    return scene.shown(release)


def _opened(kiosks: list[Told_]) -> int:
    return sum(one["end"].get("n", 0) - (one["begin"] or {}).get("n", 0) for one in kiosks)


def closed_kiosk(scene: Scene) -> Attacked:
    """Calls a kiosk with many answers closed for having few, so that only the auditor can look at it."""
    return _closed(scene, "few")


def closed_kiosk_with_a_reason(scene: Scene) -> Attacked:
    """The same with a reason that no stranger can look into: it is said to count answers of other periods."""
    return _closed(scene, "differs")


def _closed(scene: Scene, why: str) -> Attacked:
    def close(told: Told_) -> Told_:
        (kiosk,) = (one for one in told["kiosks"] if one["kiosk"] == "loket")
        rest = [one for one in told["kiosks"] if one["kiosk"] != "loket"]
        return told | {"kiosks": rest, "closed": {"n": _opened([kiosk]), "kiosks": [["loket", why]]}}

    return _forged(scene, close)


def altered_sheet(scene: Scene) -> Attacked:
    """Hands out a tabulation sheet in which one answer of one respondent was raised."""
    return _sheet(scene, "altered")


def shortened_sheet(scene: Scene) -> Attacked:
    """Hands out a sheet from which a respondent was taken."""
    return _sheet(scene, "shortened")


def _sheet(scene: Scene, how: str) -> Attacked:
    from bench.fraud_sheet import tampered  # noqa: PLC0415 - it draws papers, which the others do without

    release = scene.released()
    sheet, rows = scene.folder / "tabulasi.xlsx", scene.folder / "baris.json"
    tampered(release, sheet, how)
    rows.write_bytes(bytes(SheetRows.objects.get(release=release).content))
    return scene.shown(release, "--sheet", str(sheet), "--rows", str(rows))
