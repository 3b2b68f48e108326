"""What an office, and whoever carries its answers, can do to its own number."""

import json
from datetime import date, timedelta

from django.conf import settings

from bench.fraud_scene import AFTER, DECEMBER, Attacked, Scene, copied
from collector.errors import CollectorError
from collector.evidence.models import Refusal
from collector.releases import publishing
from collector.releases.models import Release
from collector.releases.states import State
from collector.scores.models import Response
from collector.trust import public
from survey.index.periods import parse
from survey.record.attachment import attach
from survey.record.response import new_salt
from survey.record.visit_test import SECRET_BYTES, VisitTest
from survey.wire.messages import pack_batch, unpack_batch
from tests.collector.fake_kiosk import skm
from tests.collector.log.village import QUARTER, ms
from uplink.journal.sealing import seal


def nothing(scene: Scene) -> Attacked:
    """Nobody cheats: whoever is named here is named wrongly."""
    return scene.shown(scene.released())


def stuffing(scene: Scene) -> Attacked:
    """Staff press the best answer 25 times in a row, three quarters of a minute each."""
    card = scene.cards["balai"]
    for _ in range(25):
        scene.visit(card, AFTER, 4, after_s=scene.chance.randint(40, 50), duration_s=30)
    return scene.shown(scene.released())


def careful_stuffing(scene: Scene) -> Attacked:
    """Staff press ten good answers over a morning, minutes apart, a 3 here and there."""
    card = scene.cards["balai"]
    for _ in range(10):
        answers = [4] * 9
        answers[scene.chance.randrange(9)] = 3
        scene.visit(card, AFTER, *answers)
    return scene.shown(scene.released())


def voiding(scene: Scene) -> Attacked:
    """Staff declare a bad visit a test, with a card that nobody issued."""
    card = scene.cards["balai"]
    scene.visit(card, AFTER, 1)
    made_up = VisitTest(card.kiosk.last, card.kiosk.last, scene.chance.randbytes(SECRET_BYTES))
    bad = card.kiosk.last
    card.kiosk.record("test", made_up.to_body(), after_ms=5_000)
    scene.send()
    counted = sum(one.pk & 0xFFFFFFFF == bad for one in Response.objects.all())
    attacked = scene.shown(_logged(scene))
    return _prevented(attacked, "the visit counts all the same" if counted else "")


def _logged(scene: Scene) -> Release:
    release = scene.publish()
    scene.log()
    return release


def _prevented(attacked: Attacked, what: str) -> Attacked:
    attacked.prevented = what
    return attacked


def late_dating(scene: Scene) -> Attacked:
    """Staff set the kiosk's clock back to September for a bad afternoon, so that it falls into another quarter."""
    card = scene.cards["loket"]
    card.go_to(AFTER)
    kiosk = card.kiosk
    kiosk.reboot(clock_ms=ms(date(2026, 9, 29), 13))
    kiosk.record("boot", {"software": "1"}, after_ms=1)
    for _ in range(7):
        kiosk.record(
            "response", skm(1, visit=kiosk.last + 1, salt=new_salt(), duration_s=90), after_ms=400_000
        )
    kiosk.reboot(clock_ms=ms(AFTER, 16))
    kiosk.record("boot", {"software": "1"}, after_ms=1)
    return scene.shown(scene.released(), besides=scene.watchers.recounted())


def kept_back(scene: Scene) -> Attacked:
    """A kiosk's bad week is kept back and handed in after the number is out."""
    card = scene.cards["loket"]
    for _ in range(9):
        scene.visit(card, AFTER, 1)
    card.go_to(date(2027, 1, 2))
    scene.night_after()
    scene.arrive(*scene.cards["balai"].batches(), received_ms=ms(date(2027, 1, 2), 8))
    scene.watchers.heard(card)
    release = _logged(scene)
    before = scene.shown(release)
    scene.arrive(*card.batches(), received_ms=ms(date(2027, 1, 20), 8))
    scene.clock.moment += timedelta(days=18)
    after = scene.watchers.recounted()
    said = _completeness(release)
    return Attacked(before.proof, (), [*before.besides, *said, *after])


def _completeness(release: Release) -> list[str]:
    return ["release short"] if Release.objects.get(pk=release.pk).proof == "short" else []


def stripped_carrier(scene: Scene) -> Attacked:
    """A carrier takes what a citizen wrote out of the batch that names it."""
    kiosk, card = scene.cards["loket"].kiosk, scene.cards["loket"]
    scene.visit(card, AFTER, 1)
    key = public.read(settings.IKM_KEYS).seal_key
    words = (attach("text", seal(b"antre lama", key)), attach("contact", seal(b"0812", key)))
    kiosk.record("complaint", {"lookup": "ab" * 16, "visit": kiosk.last}, attachments=words)
    whole = unpack_batch(kiosk.batch(card.sent + 1, kiosk.last))
    scene.arrive(pack_batch(whole._replace(attachments=())), received_ms=ms(AFTER, 18))
    refused = Refusal.objects.exists()
    attacked = scene.shown(scene.released())
    return _prevented(
        attacked, "no record is receipted without it; the whole batch came afterwards" if refused else ""
    )


def lost_stick(scene: Scene) -> Attacked:
    """A carrier loses what a kiosk wrote since December, and never says so."""
    scene.night_after()
    for name, card in scene.cards.items():
        scene.visit(card, AFTER, 1)
        card.go_to(date(2027, 1, 2))
        if name == "balai":
            scene.arrive(*card.batches(), received_ms=ms(date(2027, 1, 2), 8))
    scene.watchers.heard(scene.cards["loket"])
    release = _logged(scene)
    return scene.shown(release, besides=_completeness(release))


def cherry_picking(scene: Scene) -> Attacked:
    """An office hands in its best month and not its quarter, and waits."""
    scene.send()
    scene.clock.moment += timedelta(days=3)
    try:
        publishing.publish(scene.unit, parse("2026-11"), who="console:drill")
    except CollectorError as error:
        refused = error.word
    else:
        return Attacked()
    scene.clock.moment += timedelta(days=60)
    shown = publishing.mark_overdue(scene.unit, QUARTER, who="console:drill")
    named = [f"state {shown.state}"] if shown is not None and shown.state == State.NOT_REPORTED else []
    return Attacked(None, (), [f"refused {refused}", *named], "the month waits for its quarter")


def second_stream(scene: Scene) -> Attacked:
    """Somebody with a copy of the card opens a second stream with it, full of praise."""
    made = copied(scene.cards["loket"])
    made.up_ms = 69 * 86_400_000
    made.record("boot", {"software": "1", "predecessors": []}, after_ms=1)
    made.responses(*[4] * 40)
    scene.arrive(made.batch(), received_ms=ms(DECEMBER + timedelta(days=5)))
    before = Response.objects.filter(pk__gte=0).count()
    attacked = scene.shown(scene.released())
    grew = Response.objects.count() - before
    return _prevented(attacked, "" if grew >= 40 else "not counted")


def switched_off(scene: Scene) -> Attacked:
    """A kiosk is off over the border of the quarter, and three people answer before it knows the day again: nobody has to be lying."""
    attacked = _switched_off(scene, 3)
    is_open = attacked.proof is not None and not json.loads(attacked.proof["counters"])["closed"]["kiosks"]
    return _prevented(attacked, "counted in the quarter of their counter" if is_open else "")


def switched_off_longer(scene: Scene) -> Attacked:
    """The same, and seven bad answers: they fall into the next quarter, though the counter that ends this one counts them."""
    return _switched_off(scene, 7)


def _switched_off(scene: Scene, people: int) -> Attacked:
    card = scene.cards["loket"]
    card.go_to(date(2026, 12, 30))
    card.off(date(2027, 1, 4), *[1] * people)
    scene.night_after()
    scene.village.send(until=date(2027, 1, 5))
    return scene.shown(_logged(scene))


def careful_kiosk(scene: Scene) -> Attacked:
    """A kiosk records a 4 wherever a 1 was pressed: its own records, counters and heads agree with one another."""
    card = scene.cards["balai"]
    for _ in range(8):
        scene.visit(card, AFTER, *[scene.chance.choice((3, 4, 4)) for _ in range(9)])
    return scene.shown(scene.released())
