"""Invented units and visitors: for the browser tests and the pictures in the documents."""

import math
import random
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta

from django.contrib.auth.models import User
from django.db import transaction

from collector import clock
from collector.accounts import roles
from collector.accounts.models import Office
from collector.api import tokens
from collector.api.models import Token
from collector.complaints import answers, calendar, life, passing, sorting
from collector.complaints.levels import Holder
from collector.complaints.life import Words
from collector.complaints.models import Stop, TicketStatus
from collector.evidence.intake import last_hours
from collector.evidence.intake.accepted import AcceptedRecord
from collector.evidence.models import Stream
from collector.fleet import malls, present, setting, tree
from collector.fleet.assignments import assign
from collector.fleet.layers import REGION, UNIT, Layer
from collector.fleet.models import Kiosk, KioskKey, KioskState, Region, Service, Unit
from collector.local import local_date
from collector.releases import larger, pooling, publishing
from collector.releases.evaluation import keeping, result
from collector.releases.evaluation.form import Form
from collector.scores.models import Population
from collector.scores.tallies import flagging
from collector.scores.tallies.projection import project
from collector.standards import visits
from collector.standards.models import Found
from collector.standards.visits import Answer
from survey.index.pekppp import INDICATORS
from survey.index.periods import parse
from survey.instrument.definition import load
from survey.wire.health import KioskHealth, UplinkHealth
from survey.wire.trouble import trouble
from tests.collector.accounts_of import person
from tests.collector.complaints.tickets import a_ticket
from tests.collector.scores.village import SKM, Post, at
from tests.collector.standards import office

SEED = 2026
SPKP, F03A = load("spkp"), load("f03a")
QUARTERS = ("2025-TW4", "2026-TW1", "2026-TW2", "2026-TW3")
FIRST, LAST = date(2025, 10, 1), date(2026, 9, 30)
UNITS = (
    ("sukamaju", "Balai Desa Sukamaju", "18.01.05.2003", "Desa Sukamaju", 3.10),
    ("mekarsari", "Balai Pekon Mekar Sari", "18.06.02.2004", "Pekon Mekar Sari", 3.28),
    ("tirtakencana", "Balai Tiyuh Tirta Kencana", "18.12.03.2006", "Tiyuh Tirta Kencana", 3.02),
    ("banjarrejo", "Balai Kampung Banjar Rejo", "18.02.07.2011", "Kampung Banjar Rejo", 3.45),
    ("rawaindah", "Kantor Kelurahan Rawa Indah", "18.71.04.1002", "Kelurahan Rawa Indah", 3.20),
    ("karanganyar", "Balai Desa Karang Anyar", "18.01.05.2008", "Desa Karang Anyar", 2.86),
    ("sinarbaru", "Balai Desa Sinar Baru", "18.01.06.2001", "Desa Sinar Baru", 3.30),
)
SILENT = ("tanjungasih", "Balai Desa Tanjung Asih", "18.01.06.2002", "Desa Tanjung Asih")
"""A unit of which nothing is out: what officers and evaluators of the tests have to do."""
REGIONS = {
    "18": "Lampung",
    "18.01": "Kabupaten Lampung Selatan",
    "18.01.05": "Kecamatan Contoh",
    "18.01.06": "Kecamatan Percobaan",
}
SERVICES = ("Surat pengantar", "Kartu keluarga", "Akta kelahiran", "Bantuan sosial", "Surat keterangan usaha")
LEAN = {"waktu": -0.35, "biaya": 0.7, "prosedur": -0.1, "perilaku": 0.25, "pengaduan": -0.3, "sarpras": -0.2}
"""How far the elements lie from a respondent's mood."""


def fill() -> None:
    """Fill an empty collector."""
    chance = random.Random(SEED)
    for code, name in REGIONS.items():
        tree.add_region(code, name=name)
    owner = tree.add_agency("pemdes", name="Pemerintah Desa Sukamaju")
    for number, (code, name, region, place, mean) in enumerate(UNITS):
        unit = tree.add_unit(
            code=code,
            name=name,
            region=tree.add_region(region, name=place),
            agency=owner if number == 0 else None,
            time_zone="Asia/Jakarta",
        )
        post = Post(unit, name=f"kios-{number + 1}", stream=number + 1)
        services = (
            {text: post.service(text.split()[-1], text) for text in SERVICES} if number == 0 else {None: None}
        )
        for month in months():
            records = [record for day in month for record in of_day(post, services, day, mean, chance)]
            with transaction.atomic():
                project(records)
        if number == 0:
            Population.objects.create(
                unit=unit,
                first_day="2026-07-01",
                last_day="2026-09-30",
                users=640,
                stated_at=datetime.now(UTC),
                stated_by="console:petugas",
            )
    flagging.settle()
    publish()
    evaluate()
    silent()
    standards()
    perceived()
    people()
    complaints()
    mall()


def publish() -> None:
    """Publish every quarter of the year of each unit, one unit's IPKP beside it, and what they come to in their region."""
    for period in QUARTERS:
        for code, *_ in UNITS:
            publishing.publish(Unit.objects.get(code=code), parse(period), who="console:invented")
        publishing.publish(
            Unit.objects.get(code="sukamaju"), parse(period), who="console:invented", instrument=SPKP.id
        )
        publishing.publish(
            Unit.objects.get(code="sukamaju"), parse(period), who="console:invented", instrument=F03A.id
        )
        for code in ("18.01", "18"):
            larger.publish(larger.region(code), parse(period), who="console:invented")


def perceived() -> None:
    """Ask the second unit's visitors about maladministration, and publish what they said."""
    chance, form = random.Random(SEED), load("maladministrasi")
    post = Post(Unit.objects.get(code=UNITS[1][0]), name="kios-tanya", stream=90)
    records = []
    for place in range(48):
        given = {key: chance.choices((1, 2, 3), (2, 1, 14))[0] for key in form.element_keys}
        moment = at(date(2026, 8, 3) + timedelta(days=place // 2), "10:00", seconds=900 * (place % 2))
        records.append(post.response(given, moment, instrument=form.id))
    with transaction.atomic():
        project(records)
    publishing.publish(post.unit, parse(QUARTERS[-1]), who="console:invented", instrument=form.id)


def evaluate() -> None:
    """Mark the first unit, and publish what that comes to."""
    unit, period, form = Unit.objects.get(code="sukamaju"), parse(QUARTERS[-1]), Form()
    form.marks = {number: 3 + number % 3 for number in INDICATORS}
    keeping.enter(unit, period, keeping.Round.OWN, form, who="console:invented")
    quota = result.Quota(20, "panduan kementerian 2022: 10 sampai 20 lembar")
    result.publish(unit, period, keeping.Round.OWN, quota, who="console:invented")


def silent() -> None:
    """Add a unit that has not reported a quarter."""
    code, name, region, place = SILENT
    unit = tree.add_unit(
        code=code,
        name=name,
        region=tree.add_region(region, name=place),
        agency=None,
        time_zone="Asia/Jakarta",
    )
    publishing.mark_overdue(unit, parse(QUARTERS[-1]), who="console:invented")
    kiosks(unit)


def mall() -> None:
    """Have two units serve under one roof, one of whose agencies agreed to be counted with others; and set values for a regency and a unit."""
    first, second = (Unit.objects.get(code=code) for code, *_ in UNITS[:2])
    second.agency = tree.add_agency("disdukcapil", name="Dinas Kependudukan dan Pencatatan Sipil")
    second.save(update_fields=["agency"])
    place = tree.add_place(code="mpp-kalianda", name="Mal Pelayanan Publik Kalianda", region=first.region)
    for unit in (first, second):
        malls.serve(place, unit, who="console:invented", since=date(2026, 1, 5))
    pooling.give(
        place,
        second.agency,
        since=date(2026, 1, 1),
        given_by="Rina Wulandari, kepala dinas",
        document="perjanjian kerja sama 12/2026",
        who="console:invented",
    )
    setting.change(Layer(REGION, "18.01"), {"volume_percent": 60}, who="console:invented")
    setting.change(Layer(UNIT, SILENT[0]), {"sunlight": True}, who="console:invented")


def kiosks(unit: Unit) -> None:
    """Stand two kiosks at a unit: one that is well, and one that has been silent for long and had told of troubles."""
    now = datetime.now(UTC)
    well = UplinkHealth(
        "0.2.0", "mqtt", sync=True, disk_free_mb=20_480, kiosk=KioskHealth("0.2.0", "idle", temperature_c=48)
    )
    troubles = (trouble("buttons_stuck", buttons="2"), trouble("disk_full"))
    panel = KioskHealth(
        "0.2.0", "failed", accepting=False, stuck=(2,), troubles=troubles, disk_used_percent=97
    )
    ill = UplinkHealth("0.2.0", "mqtt", backlog=1_204, oldest_s=400_000, disk_free_mb=310, kiosk=panel)
    for name, health, days in (("loket-1", well, 0), ("loket-2", ill, 9)):
        kiosk = Kiosk.objects.create(name=name)
        since = now - timedelta(days=90)
        key = KioskKey.objects.create(kiosk=kiosk, public_key=name.encode().ljust(32), enrolled_at=since)
        heard = now - timedelta(days=days)
        KioskState.objects.create(
            kiosk=kiosk, online=not days, changed_at=heard, heard_at=heard, health=health.to_fields()
        )
        Stream.objects.create(
            kiosk=kiosk, key=key, uid=name.ljust(32, "0"), through=812, link=b"l" * 32, opened_ms=0,
            received_ms=round(heard.timestamp() * 1000), clock=b"",
        )  # fmt: skip
        assign(kiosk, unit=unit, place=tree.place_of(unit), since=since)
    present.keep_every()
    last_hours.keep_every()


def standards() -> None:
    """Let that unit promise something, and an evaluator look whether it holds."""
    unit = Unit.objects.get(code=SILENT[0])
    for code, name in (
        ("sku", "Surat keterangan usaha"),
        ("kk", "Pengantar kartu keluarga"),
        ("sktm", "Surat keterangan tidak mampu"),
    ):
        tree.add_service(unit=unit, code=code, name=name)
    usaha, keluarga = unit.services.get(code="sku"), unit.services.get(code="kk")
    office.write(
        usaha,
        texts=office.TEXTS
        | {"dasar_hukum": "Peraturan Desa 4/2025", "sarana": "Loket, ruang tunggu, toilet"},
    )
    office.write(
        usaha,
        seen=1,
        why="biaya dan waktu ditinjau",
        reviewed_on=date(2026, 2, 20),
        groups=("pengguna", "media"),
    )
    office.write(keluarga, texts=office.TEXTS, decided_by="", decree_number="", decree_date=None)
    office.issue(unit)
    first = office.visit(unit, visited_on=date(2026, 2, 3), who="penilai-lama")
    visits.reply(
        first, accepts=False, note="Maklumat sudah terpasang di pintu masuk sejak Januari", who="petugas"
    )
    there = {key: Answer(Found.THERE) for key in ("persyaratan", "biaya", "waktu", "maklumat", "sarana")}
    office.visit(
        unit,
        visited_on=date(2026, 5, 4),
        who="penilai-lama",
        answers=there | {"kompetensi": Answer(Found.PARTLY, "dua dari tiga petugas")},
    )


def people() -> None:
    """Give each role an account, named after it."""
    person("petugas", roles.UNIT_OFFICER, Unit.objects.get(code=SILENT[0]))
    person("penilai", roles.EVALUATOR, region=Region.objects.get(pk="18.01"))
    person("pemeriksa", roles.AUDITOR)
    person("pembaca", roles.VIEWER)
    person("pengelola", roles.ADMINISTRATOR)
    for name, days, scopes in (
        ("situs desa Tanjung Asih", 90, ("fleet",)),
        ("dasbor kabupaten", 30, tokens.SCOPES),
    ):
        tokens.make(
            Office.objects.get(user__username="penilai"),
            name=name,
            scopes=scopes,
            days=days,
            who="pengelola",
            now=clock.now(),
        )
    tokens.revoke(Token.objects.earliest("pk").pk, who="pengelola", now=clock.now())


def complaints() -> None:
    """Let citizens complain of that unit: one was answered, one is late, one is about an officer, one was passed on."""
    unit, today = Unit.objects.get(code=SILENT[0]), local_date(clock.now(), "Asia/Jakarta")
    officer, evaluator = (User.objects.get(username=name) for name in ("petugas", "penilai"))
    calendar.fill(today.year, who="console:invented")
    said = Words(answer="Loket kedua dibuka setiap Senin.", note="Lihat jadwal piket.")
    answered = a_ticket(unit, "lama", day=today - timedelta(days=12), number=900_001)
    for status in (TicketStatus.VERIFIED, TicketStatus.ANSWERED):
        life.move(answered, status, user=officer, now=clock.now(), words=said)
    late = a_ticket(unit, "syarat", "prosedur", day=today - timedelta(days=40), number=900_002)
    sorting.classify(
        late,
        kind="pengaduan",
        supervision="tidak_berkadar",
        forms=("tidak_patut",),
        user=officer,
        now=clock.now(),
    )
    guarded = a_ticket(unit, "pungli", day=today - timedelta(days=5), number=900_003)
    life.move(
        guarded,
        TicketStatus.VERIFIED,
        user=evaluator,
        now=clock.now(),
        words=Words(note="Dua orang memeriksa."),
    )
    passed = a_ticket(unit, "infrastruktur", day=today - timedelta(days=2), number=900_004)
    passing.pass_on(passed, Holder("region", "18.01"), user=officer, why="jalan kabupaten", now=clock.now())
    waiting = a_ticket(unit, "fasilitas", day=today - timedelta(days=1), number=900_005)
    passing.stop_clock(waiting, Stop.CITIZEN, user=officer, now=clock.now())
    answers.put(unit, "Salam pembuka", "Terima kasih atas pengaduan Anda.", who="petugas")


def months() -> Iterator[list[date]]:
    """Give the working days by month."""
    days = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    for month in dict.fromkeys((day.year, day.month) for day in days):
        yield [day for day in days if (day.year, day.month) == month and day.weekday() < 5]


def of_day(
    post: Post, services: Mapping[str | None, Service | None], day: date, mean: float, chance: random.Random
) -> Iterator[AcceptedRecord]:
    """Give the records of a kiosk's day."""
    few = post.unit.code == "sinarbaru"  # a unit with too few respondents to be shown
    if few and day != date(2026, 9, 15):
        return
    carried_away = day.day == 22 and day.month % 3 == 0
    for quarter in range(17 if carried_away else 33):
        yield post.alive(at(day, "08:00", seconds=900 * quarter))
    busy = 3 if few else chance.choice((2, 3, 4, 5, 6) if len(services) > 1 else (0, 1, 1, 2, 3))
    drift = 0.12 * math.sin(day.toordinal() / 130) - 0.0002 * (LAST - day).days
    for start in sorted(chance.randrange(60, 28_000 if not carried_away else 13_000) for _ in range(busy)):
        service = services[chance.choice(list(services))]
        yield from visit(post, service, day, start, chance.gauss(mean + drift, 0.5), chance)
    if day.day == 10 and day.month == 9 and len(services) > 1:  # somebody praises the own office, in one go
        for number in range(7):
            given = dict.fromkeys(SKM.element_keys, 4)
            yield post.response(given, at(day, "15:00", seconds=35 * number), duration_s=16)


def visit(
    post: Post, service: Service | None, day: date, start: int, mood: float, chance: random.Random
) -> Iterator[AcceptedRecord]:
    """Give the smiley and the questionnaire of one visitor."""
    given = {
        key: min(4, max(1, round(chance.gauss(mood + LEAN.get(key, 0.0), 0.45)))) for key in SKM.element_keys
    }
    post.visit += 1
    yield post.pulse(min(4, max(1, round(mood))), at(day, "08:00", seconds=start), visit=post.visit)
    share = chance.random()
    ended, ended_at = "finished", None
    if share < 0.1:
        given, ended = {}, "declined"
    elif share < 0.2:
        ended, ended_at = "timeout", chance.choice(("waktu", "produk", "kompetensi"))
        given = {key: given[key] for key in list(given)[:2]}
    yield post.response(
        given,
        at(day, "08:00", seconds=start + 60),
        service=service,
        visit=post.visit,
        ended=ended,
        ended_at=ended_at,
        profile={"sex": chance.choice("LP"), "age": chance.choice(("18-25", "26-35", "36-45", "46-55"))},
    )
    if service is not None and len(given) == len(SKM.element_keys) and post.visit % 3 == 1:
        moment = at(day, "08:00", seconds=start + 120)
        scored = {key: min(5, max(0, round(mood) + post.visit % 2)) for key in F03A.element_keys}
        yield post.response(scored, moment, instrument=F03A.id, service=service, visit=post.visit)
    if service is not None and len(given) == len(SKM.element_keys) and post.visit % 3 == 0:
        scored = {
            key: min(6, max(1, round(1.5 * mood) + (post.visit + len(key)) % 3 - 1))
            for key in SPKP.element_keys
        }
        moment = at(day, "08:00", seconds=start + 120)
        yield post.response(scored, moment, instrument=SPKP.id, service=service, visit=post.visit)
