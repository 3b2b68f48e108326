"""A view for every step of a visit and of the staff screen, with the longest texts that occur there.

They are made by the same functions that make them on a kiosk, from states that a visit can be in; so the pictures of the
documents and of the tests are pictures of the product.
"""

import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta, timezone

from hardware.board import Battery, Facts
from kiosk.config import Config
from kiosk.rehearsal.desk_samples import desk_samples
from kiosk.rehearsal.told_samples import HOURS, MENDED, STANDARDS, in_a_mall, told_samples
from kiosk.rehearsal.visited_samples import visited
from kiosk.rehearsal.waiting import waiting_samples
from kiosk.remote.plan import make_plan
from kiosk.show.present import present
from kiosk.show.surroundings import StaffMark, Surroundings
from kiosk.show.texts import Texts
from kiosk.show.views import BandedView, View
from kiosk.watch.health import Health
from survey.record.complaint import AdditionKind
from survey.record.ticket import ALPHABET, new_code
from survey.settings.shown import ShownIndex
from survey.visit.action import Word, name_of
from survey.visit.aided import Aids
from survey.visit.offer import tile_pages
from survey.visit.plan import OfferedService, Plan
from survey.visit.reading import page_count, standing_pages
from survey.visit.state import Outcome, State, Step
from survey.wire.ticket_states import TicketState
from survey.wire.trouble import trouble
from uplink.journal.written import WriterState

_Sample = tuple[str, State, Surroundings]
_SERVICES = (
    OfferedService("domisili", "Surat keterangan domisili"),
    OfferedService("tidak_mampu", "Surat keterangan tidak mampu (SKTM)"),
    OfferedService("kependudukan", "KTP-el, kartu keluarga, akta, pindah-datang"),
    OfferedService("usaha", "Surat keterangan usaha"),
    OfferedService("bansos", "Bantuan sosial"),
)
_TYPED = {
    "id": "Sudah tiga kali datang untuk urus KK, loket pelayanan tutup sebelum jam dua. "
    "Mohon jam layanan ditempel di depan pintu balai desa.",
    "en": "I came three times for my family card, and the counter closed before two o'clock each time. "
    "Please put the opening hours on the door.",
}
_WITH_MICROPHONE = ("text-to-speak", "text-to-speak-empty", "word-to-speak")
_IN_TRAINING = ("idle", "question-3-waktu", "text", "ticket", "consent-warned", "closed")
"""Shown also below the band of training."""
_ANSWER = "Mulai 30 November surat pengantar selesai di tempat, paling lama 30 menit. Loket buka sampai pukul tiga. "
_CODE = new_code(random.Random(5).randrange)
_WALL = datetime(2026, 11, 23, 9, 41, tzinfo=timezone(timedelta(hours=7)))
AROUND = Surroundings(
    unit="Balai Desa Sukamaju",
    place="Kecamatan Palas",
    wall=_WALL,
    published=ShownIndex(
        period="2026-TW3",
        value="84.12",
        low="81.26",
        high="86.71",
        category="B",
        n=312,
        archived=0,
        address="KH33RUMM",
    ),
    closed=False,
    opens=None,
    answer_days=14,
    out_of_service=None,
    mark=None,
    log_words="",
    status_address="https://ikm.lampungselatankab.go.id/pengaduan/",
    code_address="https://ikm.lampungselatankab.go.id/bukti/",
    mended=MENDED,
    hours=HOURS,
)

WELL = Health(
    journal=WriterState(
        accepting=True,
        trouble=None,
        notice=None,
        head=4182,
        waiting=12,
        confirmed=4170,
        damaged=0,
        used_bytes=900_000,
        write_ms_p50=9.0,
        write_ms_p99=41.0,
    ),
    board=Facts(
        model="Raspberry Pi 4 Model B",
        temperature_c=54.0,
        under_voltage=False,
        was_under_voltage=False,
        throttled=False,
        disk_used_percent=31,
        disk_free_mb=20_000,
        memory_free_mb=3_100,
    ),
    uplink={"connected": True, "transport": "mqtt"},
    clock_trusted=True,
    version="0.1.0",
)
_TROUBLED = WELL._replace(
    journal=WELL.journal._replace(waiting=1204, confirmed=2978, write_ms_p99=812.0),
    board=WELL.board._replace(
        temperature_c=83.0, disk_used_percent=91, was_under_voltage=True, battery=Battery(14, draining=True)
    )
    if WELL.board
    else None,
    uplink={"connected": False, "trouble": trouble("broker_refuses", code=135).to_fields()},
    clock_trusted=False,
    heard=datetime(2026, 11, 18, 14, 20),  # noqa: DTZ001 - local time, as on the screen
    stuck=(2,),
    touch_fault=trouble("touch_forbidden"),
)


def samples(language: str, *, large: bool = False) -> Iterator[tuple[str, View]]:
    """Every screen by name, in the order a visitor may meet them; `large` as one who wants large text."""
    for name, state, around in _read(_visits(language, large=large)):
        # Late enough for the waiting screen to be shown, too early for the question whether anybody is still there.
        plan = _plan(language)._replace(microphone=name in _WITH_MICROPHONE)
        view = present(in_a_mall(name, plan), state, around, Texts(language), now=1.0)
        if view is not None:
            yield name, view
        if view is not None and not large and name in _IN_TRAINING:
            yield f"training-{name}", BandedView(view, Texts(language).get("training.band"))
    if not large:  # large text is a visitor's choice: it ends with the visit, and staff never sees it
        yield from desk_samples(language, well=WELL, troubled=_TROUBLED)
        yield from waiting_samples(language)


def _read(screens: Iterable[_Sample]) -> Iterator[_Sample]:
    """Every screen, and in large text every page on which it is read."""
    for name, state, around in screens:
        yield name, state, around
        for page in range(1, page_count(state)):
            yield f"{name}-page-{page + 1}", state._replace(page=page), around
        if state.step is Step.QUESTION and state.large_text and not state.menu and state.pressed is None:
            yield f"{name}-whole", state._replace(branch=Word.WHOLE), around


def _plan(language: str) -> Plan:
    plan = make_plan(Config(), services=_SERVICES, languages=tuple(dict.fromkeys(("id", "en", language))))
    return plan._replace(speech=True, standards=STANDARDS)


def _visits(language: str, *, large: bool) -> Iterator[_Sample]:
    plan = _plan(language)

    begun = State(language=language, large_text=large)

    yield "idle", begun._replace(step=Step.IDLE), AROUND
    yield "pressed", begun._replace(step=Step.IDLE, pressed=name_of(Word.ANSWER, 3)), AROUND
    since = datetime(2026, 11, 18, 14, 20)  # noqa: DTZ001 - local time, as above
    offline = AROUND._replace(mark=StaffMark(offline=True, since=since))
    yield "idle-offline", begun._replace(step=Step.IDLE), offline
    timeless = AROUND._replace(mark=StaffMark(offline=False), wall=None)
    yield "idle-without-time", begun._replace(step=Step.IDLE), timeless
    yield from told_samples(begun, AROUND, plan, large=large)
    yield "invitation", begun._replace(step=Step.INVITATION), AROUND
    yield "preferences", begun._replace(step=Step.PREFERENCES), AROUND
    yield "service", begun._replace(step=Step.SERVICE), AROUND
    for place, attribute in enumerate(plan.profile):
        yield f"profile-{attribute.key}", begun._replace(step=Step.PROFILE, place=place), AROUND
        for run in range(1, len(attribute.steps) + 1):
            within = begun._replace(step=Step.PROFILE, place=place, page=run)
            yield f"profile-{attribute.key}-{run}", within, AROUND
    for place, key in enumerate(plan.forms[0].question_order):
        yield f"question-{place + 1}-{key}", begun._replace(step=Step.QUESTION, place=place), AROUND
    yield (
        "question-answered",
        begun._replace(step=Step.QUESTION, place=2, answers=(("waktu", 2),), pressed=name_of(Word.ANSWER, 3)),
        AROUND,
    )
    yield "menu", begun._replace(step=Step.QUESTION, place=2, menu=True), AROUND
    wide = begun._replace(step=Step.IDLE, menu=True, aids=Aids(wide=True))
    yield "menu-idle", wide, AROUND
    aloud = Aids(aloud=True, wide=True)
    for page in range(4):
        yield f"menu-aloud-{page + 1}", wide._replace(aids=aloud._replace(page=page)), AROUND
    yield "invitation-faces", begun._replace(step=Step.INVITATION, faces=True, rated=True), AROUND
    left = begun._replace(faces=True, rated=True, complaint_from=Step.SERVICE)
    yield "topics-faces", left._replace(step=Step.TOPICS), AROUND
    answered = left._replace(step=Step.QUESTION, place=2, form_open=True, answers=(("waktu", 2),))
    yield "question-faces", answered, AROUND
    yield "offer", begun._replace(step=Step.OFFER), AROUND
    yield "complaints", begun._replace(step=Step.COMPLAINTS), AROUND
    yield from _complaint(begun, plan)
    yield from _earlier(begun)
    yield "saving", begun._replace(step=Step.SAVING), AROUND
    yield "thanks", begun._replace(step=Step.THANKS, rated=True), AROUND
    yield from visited(begun, AROUND, _CODE, large=large)
    yield "thanks-partial", begun._replace(step=Step.THANKS, rated=True, partial=True), AROUND
    opens = datetime(2026, 11, 24, 8, 0)  # noqa: DTZ001 - local time, as above
    yield "closed", begun._replace(step=Step.IDLE), AROUND._replace(closed=True, opens=opens)
    if large:  # a fault ends the visit, and with it what was chosen
        return
    yield (
        "failed",
        begun._replace(step=Step.FAILED, not_kept=True),
        AROUND._replace(out_of_service=trouble("disk_full")),
    )


def _complaint(begun: State, plan: Plan) -> Iterator[_Sample]:
    typed = _TYPED.get(begun.language, _TYPED["id"])
    why = begun._replace(step=Step.TOPICS, complaint_from=Step.SERVICE, rated=True)
    yield "why", why, AROUND
    for page in range(tile_pages(plan)):
        picked = begun._replace(step=Step.TOPICS, topics=("lama", "prosedur"), about_officer=page == 1)
        yield f"topics-{page + 1}", picked._replace(page=page, focus=2), AROUND
    written = begun._replace(step=Step.TEXT, topics=("lama", "tidak_dilayani"))
    yield "text-empty", written, AROUND
    yield "text", written._replace(text=typed), AROUND
    yield "text-capitals", written._replace(text=(typed * 5)[:500], layout="capitals"), AROUND
    yield "text-symbols", written._replace(text="Jl. Merdeka No. 17 ", layout="symbols"), AROUND
    yield "text-warned", written._replace(text=typed, since=-75.0, last_input=-75.0), AROUND
    yield from _spoken(begun, plan)
    ticket = begun._replace(step=Step.TICKET, ticket=_CODE, complained=True)
    yield "ticket", ticket, AROUND
    yield "ticket-with-voice", ticket._replace(added=AdditionKind.SPOKEN), AROUND
    yield "ticket-with-number", ticket._replace(has_number=True), AROUND._replace(answer_days=None)
    yield "ticket-without-page", ticket, AROUND._replace(status_address="")
    yield "consent", ticket._replace(step=Step.CONSENT), AROUND
    yield "consent-ticked", ticket._replace(step=Step.CONSENT, consented=True, page=3), AROUND
    yield "consent-warned", ticket._replace(step=Step.CONSENT, since=-75.0, last_input=-75.0), AROUND
    phone = ticket._replace(step=Step.PHONE, consented=True)
    yield "phone-empty", phone, AROUND
    yield "phone-short", phone._replace(phone="0812790", branch="0"), AROUND
    yield "phone", phone._replace(phone="081279001234"), AROUND


def _spoken(begun: State, plan: Plan) -> Iterator[_Sample]:
    speak = begun._replace(step=Step.SPEAK, topics=("lama",))
    text = speak._replace(step=Step.TEXT, text=_TYPED.get(begun.language, _TYPED["id"]))
    yield "text-to-speak", text, AROUND
    yield "text-to-speak-empty", text._replace(text=""), AROUND
    yield "word-to-speak", text._replace(step=Step.WORD, topics=(), text="Loket masih tutup."), AROUND
    yield "speak", speak, AROUND
    yield "speak-fails", speak._replace(not_recorded=True), AROUND
    yield "recording", speak._replace(step=Step.RECORDING, since=-6.0), AROUND
    heard = speak._replace(step=Step.HEARD, spoken=round(plan.timing.speaking))
    yield "heard", heard, AROUND
    yield "heard-waiting", heard._replace(spoken=0), AROUND
    yield "heard-warned", heard._replace(since=-75.0, last_input=-75.0), AROUND


def _earlier(begun: State) -> Iterator[_Sample]:
    code = begun._replace(step=Step.CODE)
    yield "code-empty", code, AROUND
    yield "code", code._replace(code=_CODE[:7], branch=ALPHABET[18:]), AROUND
    yield "code-wrong", code._replace(code=_CODE[:-1] + "9"), AROUND
    yield "looking", begun._replace(step=Step.LOOKING, code=_CODE), AROUND
    standing = begun._replace(step=Step.STANDING, code=_CODE)
    at = round(_WALL.timestamp() * 1000) - 7 * 86_400_000
    states = {
        "received": TicketState("diterima", at, due="2026-12-15"),
        "overdue": TicketState("ditindaklanjuti", at, due="2026-11-17"),
        "answered": TicketState("dijawab", at, until="2026-12-29", answer=_ANSWER),
        "withdrawn": TicketState("dicabut", at),
    }
    for name, state in states.items():
        shown = standing._replace(outcome=Outcome.FOUND, found=state)
        yield f"standing-{name}", shown, AROUND
        for page in range(1, standing_pages(shown)):
            yield f"standing-{name}-page-{page + 1}", shown._replace(page=page), AROUND
    long = standing._replace(
        outcome=Outcome.FOUND, found=TicketState("dijawab", at, until="2026-12-29", answer=_ANSWER * 5)
    )
    for page in range(standing_pages(long)):
        yield f"standing-long-{page + 1}", long._replace(page=page), AROUND
    yield (
        "standing-other",
        standing._replace(outcome=Outcome.FOUND, found=states["answered"], branch=Word.OTHER),
        AROUND,
    )
    yield "standing-unknown", standing._replace(outcome=Outcome.UNKNOWN), AROUND
    yield "standing-late", standing._replace(outcome=Outcome.LATE), AROUND
    yield "word", begun._replace(step=Step.WORD, code=_CODE, text="Loket masih tutup."), AROUND
    yield "withdraw", begun._replace(step=Step.WITHDRAW, code=_CODE), AROUND
    for kind in AdditionKind:
        yield f"kept-{kind}", begun._replace(step=Step.KEPT, added=kind), AROUND
