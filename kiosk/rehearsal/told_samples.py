"""Samples of what a unit tells on its kiosks: what was mended, its opening hours, its standards; with the longest texts that occur."""

from collections.abc import Iterator
from datetime import date, time

from kiosk.show.idle.told import TURN_SECONDS, told
from kiosk.show.surroundings import Surroundings
from kiosk.show.texts import Texts
from survey.settings.hours import Hours
from survey.settings.shown import Mended
from survey.visit.informed import information_pages
from survey.visit.plan import Called, Counter, OfferedService, Plan, Standard
from survey.visit.promised import promised
from survey.visit.state import State, Step

MENDED = (
    Mended("Surat pengantar lama", "Kini selesai di tempat, paling lama 30 menit.", date(2026, 11, 16)),
    Mended(
        "Ruang tunggu sempit dan panas, kursi kurang, lansia berdiri sampai satu jam",
        "Ruang tunggu diperluas ke aula, 24 kursi dan dua kipas ditambah, lansia dan ibu hamil dilayani lebih dulu.",
        date(2026, 9, 30),
    ),
)
_WEEK: Hours = ((time(8), time(12)), (time(13), time(15, 30)))
HOURS = dict.fromkeys(("mon", "tue", "wed", "thu"), _WEEK) | {"fri": ((time(8), time(11, 30)),)}
STANDARDS = (
    Standard(
        "domisili",
        "Surat keterangan domisili",
        (
            (
                "persyaratan",
                (
                    "KTP-el asli\nKartu keluarga\nSurat pengantar RT dan RW\nPas foto 3x4 dua lembar, latar merah\n"
                    "Surat pernyataan tempat tinggal yang diketahui pemilik rumah, bagi yang menyewa"
                ),
            ),
            (
                "prosedur",
                (
                    "Ambil nomor antrean di pintu masuk. Serahkan berkas di loket 1. Petugas memeriksa berkas di depan Anda. "
                    "Tunggu di ruang tunggu sampai nomor dipanggil. Periksa nama dan alamat pada surat sebelum pulang."
                ),
            ),
            ("waktu", "30 menit sejak berkas lengkap"),
            ("biaya", "Tidak dipungut biaya"),
            ("produk", "Surat bertanda tangan dan bercap, berlaku enam bulan"),
            ("pengaduan", "Di kiosk ini, kotak saran, atau SP4N-LAPOR! di lapor.go.id"),
        ),
    ),
    Standard(
        "tidak_mampu",
        "Surat keterangan tidak mampu (SKTM)",
        (("waktu", "1 hari kerja"), ("biaya", "Tidak dipungut biaya")),
    ),
    Standard(
        "kependudukan",
        "KTP-el, kartu keluarga, akta, pindah-datang",
        (("waktu", "Sampai 14 hari kerja, menunggu blangko dari kabupaten"), ("biaya", "Rp0")),
    ),
    Standard("usaha", "Surat keterangan usaha", (("biaya", "Rp0"),)),
    Standard("bansos", "Bantuan sosial", (("persyaratan", "KTP-el dan kartu keluarga"),)),
)

COUNTERS = (
    Counter(
        "Dinas Kependudukan dan Pencatatan Sipil", "Lantai 1", "kiri dari pintu utama", "1", box=(0, 0, 5, 4)
    ),
    Counter("Kepolisian: SIM dan SKCK", "Lantai 1", "di sebelah loket 1", "2", box=(5, 0, 4, 4)),
    Counter("BPJS Kesehatan", "Lantai 1", "seberang tangga", "3", here=True, box=(9, 0, 3, 4)),
    Counter("Tangga", "Lantai 1", box=(12, 0, 2, 4)),
    Counter("Ruang tunggu", "Lantai 1", "di tengah, 60 kursi", box=(3, 5, 7, 3)),
    Counter("Pintu utama", "Lantai 1", box=(5, 9, 3, 1)),
    Counter("Toilet, juga untuk kursi roda", "Lantai 1", "kanan dari pintu utama", "T", box=(11, 7, 3, 3)),
    Counter(
        "Penanaman Modal dan Pelayanan Terpadu Satu Pintu (DPMPTSP)",
        "Lantai 2, sayap barat",
        "naik tangga, lalu lurus sampai ujung koridor sebelah kanan",
        "4",
        box=(0, 0, 6, 3),
    ),
    Counter("Imigrasi: paspor", "Lantai 2, sayap barat", "di samping loket 4", "7", box=(7, 0, 3, 2)),
    Counter("Kantor Pajak Pratama", "Lantai 2", "kanan dari tangga", "5", box=(4, 0, 3, 4)),
    Counter("Bank Lampung", "Lantai 2", "kanan dari tangga", "6A", box=(7, 0, 1, 2)),
    Counter("Musala dan ruang laktasi", "Lantai 2"),
)
WAITING = (("1", 0), ("2", 3), ("4", 4))
_DPMPTSP = "Dinas Penanaman Modal dan Pelayanan Terpadu Satu Pintu Kabupaten Lampung Selatan"
SERVED = (
    OfferedService("ktp-el", "KTP elektronik", unit="disdukcapil", unit_name="Dinas Kependudukan dan Pencatatan Sipil"),
    OfferedService("nib", "Nomor Induk Berusaha (NIB)", unit="dpmptsp", unit_name=_DPMPTSP),
    OfferedService("izin-praktik", "Surat izin praktik tenaga kesehatan", unit="dpmptsp", unit_name=_DPMPTSP),
    OfferedService("pbg", "Persetujuan Bangunan Gedung dan Sertifikat Laik Fungsi", unit="dpmptsp", unit_name=_DPMPTSP),
    OfferedService("paspor", "Penggantian paspor", unit="imigrasi", unit_name="Kantor Imigrasi"),
    OfferedService("pajak", "NPWP", unit="pajak", unit_name="Kantor Pajak Pratama"),
)  # fmt: skip
CALLED = (Called("A-017", "disdukcapil"), Called("IMG-1024", "imigrasi"), Called("B3", "dpmptsp"))
IN_A_MALL = ("about", "counters", "idle-mall")
"""Names of screens as a place with many counters shows them."""
SERVED_IN_A_MALL = ("whose", "within")
"""Names of screens that ask who served, where several units do."""


def in_a_mall(name: str, plan: Plan) -> Plan:
    """Give the plan as a mall has it, for the screens of one."""
    plan = plan._replace(counters=COUNTERS, waiting=WAITING) if name.startswith(IN_A_MALL) else plan
    return plan._replace(services=SERVED, called=CALLED) if name.startswith(SERVED_IN_A_MALL) else plan


def told_samples(
    begun: State, around: Surroundings, plan: Plan, *, large: bool
) -> Iterator[tuple[str, State, Surroundings]]:
    """Every page that turns beneath the faces, as whoever has stopped it sees it, and every page of a standard."""
    if not large:
        pages = len(told(plan, begun, around, Texts("id"), now=0.0).pages)
        for page in range(1, pages):
            still = begun._replace(still_at=page * TURN_SECONDS)
            yield f"idle-told-{page + 1}", still, around
        yield "idle-untold", begun, around._replace(published=None, mended=(), hours={})
    pages = len(told(plan, begun, around, Texts("id"), now=0.0).pages) + 1
    for page in range(pages if large else 0):
        yield f"news-{page + 1}", begun._replace(step=Step.NEWS, page=page), around
    yield "idle-mall", begun, around
    yield "about", begun._replace(step=Step.ABOUT), around
    reading = begun._replace(step=Step.COUNTERS)
    for page in range(information_pages(plan._replace(counters=COUNTERS), begun)):
        yield f"counters-{page + 1}", reading._replace(page=page), around
    for focus in (2, 6):
        yield f"counters-pointed-{focus}", reading._replace(focus=focus), around
    asked = begun._replace(step=Step.SERVICE)
    for page in range(3):
        yield f"whose-{page + 1}", asked._replace(page=page), around
    yield "within", asked._replace(place=2), around
    for page in range(2):
        yield f"standards-{page + 1}", begun._replace(step=Step.STANDARDS, page=page), around
    reading = begun._replace(step=Step.STANDARD)
    for page in range(len(promised(plan, reading))):
        yield f"standard-{page + 1}", reading._replace(page=page), around
