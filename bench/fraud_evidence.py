"""What whoever runs the collector can do to the evidence: delete it, or say of a visit that it was a test."""

from typing import Any

from bench.fraud_scene import AFTER, Attacked, Scene
from collector.challenges import cards, declared
from collector.challenges.models import DeclaredTest
from collector.evidence.intake import rebuild
from collector.evidence.models import RawBatch, Stream
from collector.fleet.models import Kiosk
from collector.log.models import LoggedFact
from collector.releases import proof_file
from collector.releases.models import Release
from tests.collector.log.forging import forge_counters, forge_tests
from tests.collector.log.visiting import declare, log_now, visit, wrote


def dropped_stream(scene: Scene) -> Attacked:
    """Deletes a kiosk's whole stream and every projection of it before the number comes out."""
    return _dropped(scene, "")


def dropped_stream_with_a_reason(scene: Scene) -> Attacked:
    """The same, and says that nothing ever came from that kiosk."""
    return _dropped(scene, "silent")


def dropped_stream_for_the_auditor(scene: Scene) -> Attacked:
    """The same, with a reason that no stranger can look into: its counter is said to count answers of other periods."""
    return _dropped(scene, "differs")


def _dropped(scene: Scene, why: str) -> Attacked:
    scene.send()
    scene.log()
    stream = Stream.objects.get(kiosk__name="loket")
    RawBatch.objects.filter(stream=stream).delete()
    rebuild.rebuild(lambda _: None)
    Stream.objects.filter(kiosk__name="loket").delete()
    release = scene.publish()
    if why:
        forge_counters(release, lambda told: told | {"closed": {"n": 0, "kiosks": [["loket", why]]}})
    scene.log()
    return scene.shown(release, besides=scene.watchers.bundled())


def cut_tail(scene: Scene) -> Attacked:
    """Deletes the end of a kiosk's stream and all that spoke of it."""
    scene.send()
    scene.log()
    stream = Stream.objects.get(kiosk__name="loket")
    card = scene.cards["loket"]
    cut = RawBatch.objects.filter(stream=stream, first__gt=card.kiosk.last * 2 // 3).order_by("first")[0]
    RawBatch.objects.filter(stream=stream, first__gte=cut.first).delete()
    Stream.objects.filter(pk=stream.pk).update(through=cut.first - 1, link=card.kiosk.links[cut.first - 1])
    rebuild.rebuild(lambda _: None)
    release = scene.publish()
    scene.log()
    return scene.shown(release, besides=scene.watchers.bundled())


def hidden_test(scene: Scene) -> Attacked:
    """Takes a visit out as a test, and leaves its proof out of the file of the tests."""
    release = visited(scene)
    forge_tests(release, lambda tests: tests[:1])
    return _with_tests(scene, release)


def unlogged_test(scene: Scene) -> Attacked:
    """Takes a visit out as a test, and logs nothing of it."""
    return _with_tests(scene, visited(scene, logged=False))


def altered_note(scene: Scene) -> Attacked:
    """Has the auditor's note say afterwards what the kiosk recorded."""
    release = visited(scene, recorded=(3, *[4] * 8))

    def better(said: dict[str, Any]) -> dict[str, Any]:
        for one in said["tests"]:
            one["wrote"] = one["answers"]
        return said

    scene.forge_release(release, better)
    return _with_tests(scene, release)


def visited(
    scene: Scene, number: int = 2, *, recorded: tuple[int, ...] = (4,) * 9, logged: bool = True
) -> Release:
    """Have an auditor make some test visits, and the quarter come out, not logged yet; one of them never is where it is not to be `logged`."""
    made = cards.make([Kiosk.objects.get(name="balai")], number, who="inspektorat", why="drill")
    scene.log()
    for card in made:
        own = scene.cards["balai"]
        declare(own, card.code, visit(own, *recorded, day=AFTER), log=log_now())
    scene.send()
    declared.settle()
    if not logged:
        one = DeclaredTest.objects.order_by("pk")[0]
        LoggedFact.objects.create(key=f"tested/{one.stream.uid}/{one.seq}", number=0)
    for card in made:
        wrote(card.code, *[4] * 9)
    return scene.publish()


def _with_tests(scene: Scene, release: Release) -> Attacked:
    scene.log()
    path = scene.folder / "uji.json.gz"
    path.write_bytes(proof_file.of_tests(Release.objects.get(pk=release.pk)) or b"")
    return scene.shown(release, "--tests", str(path))
