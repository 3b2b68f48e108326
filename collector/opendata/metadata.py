"""The metadata that travels with statistics, by Peraturan BPS 5/2020: of the activity (MS-Keg), its variables (MS-Var), its indicator (MS-Ind).

Blocks and items are those that public systems restate alike; the regulation's own text was not at hand. What only the organiser knows is not
made up: it says *diisi penyelenggara*. Variables are the columns of the tables (`collector.releases.show.columns`), and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from collector.local import UTC_NAME, minute_text
from collector.releases.show.columns import ELEMENT_COLUMNS, Column
from collector.scores.show.as_csv import table
from collector.words.catalogue import LANGUAGES, say
from survey.index.periods import Period, PeriodKind
from survey.index.sampling import METHOD
from survey.instrument.instrument import Instrument, Kind, in_language

ACTIVITY, VARIABLES, INDICATOR = "ms-keg.csv", "ms-var.csv", "ms-ind.csv"
FILES = (ACTIVITY, VARIABLES, INDICATOR)
RULE = "Peraturan BPS 5/2020"
NOT_KNOWN = "diisi penyelenggara"
_HOW_OFTEN = {
    PeriodKind.MONTH: "Bulanan",
    PeriodKind.QUARTER: "Triwulanan",
    PeriodKind.SEMESTER: "Semesteran",
    PeriodKind.YEAR: "Tahunan",
}
_FORMULAS = {
    Kind.SKM: "Jumlah (NRR unsur dikalikan bobot unsur) dikalikan 25; dibulatkan setengah ke atas pada dua desimal. Bobotnya: weight_mode.",
    Kind.PERCEPTION: "Rata-rata jawaban semua pertanyaan, dipetakan ke skala empat poin. Pemetaannya: mapping.",
    Kind.F03: "Rata-rata jawaban semua butir formulir pada skala 0 sampai 5.",
}
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class About:
    """What metadata are of: a release, or a data set."""

    instrument: Instrument
    period: Period
    name: str
    """Whose numbers they are: a unit, or where all units are."""
    where: str
    """The regions that are covered, in words."""
    version: str
    moment: datetime
    """When the newest of it came out."""
    note: str = ""
    """What a reader must know first: that it was withdrawn."""


def files(about: About, *, excel: bool) -> dict[str, str]:
    """Give the three forms as tables, by their files' names."""
    heads = {
        ACTIVITY: ("blok", "rincian", "isi"),
        VARIABLES: VARIABLE_HEAD,
        INDICATOR: ("rincian", "isi"),
    }
    found: dict[str, Sequence[Row]] = {
        ACTIVITY: activity(about),
        VARIABLES: variables(about.instrument),
        INDICATOR: indicator(about),
    }
    return {name: table([heads[name], *found[name]], excel=excel) for name in FILES}


def terms(language: str = LANGUAGES[0]) -> dict[str, str]:
    """Give licence, publisher and contact, as the collector's settings name them."""
    undecided = say("data.undecided", language)
    edition = settings.IKM_REGION_EDITION or say("data.unstated", language)
    return {
        "licence": settings.IKM_DATA_LICENCE or undecided,
        "licence_url": settings.IKM_DATA_LICENCE_URL,
        "publisher": settings.IKM_DATA_PUBLISHER or undecided,
        "contact": settings.IKM_DATA_CONTACT or undecided,
        "region_codes": say("data.region_codes", language, edition=edition),
    }


def activity(about: About) -> list[Row]:
    """Give MS-Keg: block, item, what stands there."""
    form, said = about.instrument, terms()
    title = in_language(form.titles, "id")
    identity = "Identitas kegiatan"
    first, second, third, fourth = (
        "I. Penyelenggara",
        "II. Penanggung jawab",
        "III. Perencanaan dan persiapan",
        "IV. Desain kegiatan",
    )
    fifth, sixth, seventh, eighth = (
        "V. Desain sampel",
        "VI. Penjaminan kualitas",
        "VII. Pengolahan dan analisis",
        "VIII. Diseminasi hasil",
    )
    rows: list[Row] = [
        (identity, "Judul kegiatan", f"{title}, {about.name}"),
        (identity, "Tahun kegiatan", str(about.period.last.year)),
        (identity, "Kode kegiatan", "diisi BPS"),
        (identity, "Cara pengumpulan data", "Survei"),
        (identity, "Sektor kegiatan", NOT_KNOWN),
        (identity, "Identitas rekomendasi", NOT_KNOWN),
        (first, "Instansi penyelenggara", said["publisher"]),
        (first, "Alamat, telepon, surel", said["contact"]),
        (second, "Unit eselon penanggung jawab", NOT_KNOWN),
        (second, "Nama, jabatan, alamat, telepon, surel", NOT_KNOWN),
        (third, "Latar belakang kegiatan", f"Survei kepada pengguna layanan menurut {form.rule}."),
        (third, "Tujuan kegiatan", f"Mengetahui {form.index_name} dan unsur yang perlu diperbaiki."),
        (third, "Rencana jadwal kegiatan", about.period.dates),
        (fourth, "Kegiatan ini dilakukan", "Berulang"),
        (fourth, "Frekuensi penyelenggaraan", _HOW_OFTEN.get(about.period.kind, NOT_KNOWN)),
        (fourth, "Tipe pengumpulan data", "Cross sectional: responden tidak dikenali dan tidak diikuti"),
        (fourth, "Cakupan wilayah pengumpulan data", f"{about.where}. Kode wilayah: {said['region_codes']}"),
        (fourth, "Metode pengumpulan data", "Swacacah: responden menjawab sendiri"),
        (fourth, "Sarana pengumpulan data", "Kios layar sentuh di tempat layanan; arsip kuesioner bila disebut di kolom archived"),
        (fourth, "Unit pengumpulan data", "Individu"),
        (fifth, "Jenis rancangan sampel", "Single stage"),
        (fifth, "Metode pemilihan sampel tahap terakhir", "Sampel nonprobabilitas"),
        (fifth, "Metode yang digunakan", say("doubt.method", "id", method=METHOD)),
        (fifth, "Kerangka sampel tahap terakhir", "Tidak ada"),
        (fifth, "Fraksi sampel keseluruhan", "n dibagi served, bila unit menyatakan jumlah penggunanya"),
        (fifth, "Perkiraan sampling error variabel utama", "Selang 95 % di kolom interval_low dan interval_high"),
        (fifth, "Unit sampel", "Pengunjung tempat layanan"),
        (fifth, "Unit observasi", "Pengunjung tempat layanan"),
        (sixth, "Uji coba (pilot survey)", NOT_KNOWN),
        (
            sixth, "Metode pemeriksaan kualitas",
            "Catatan kios bernomor urut, berantai dan bertanda tangan; jawaban yang mencurigakan ditandai, tidak dihapus",
        ),
        (sixth, "Penyesuaian nonrespon", "Tidak"),
        (sixth, "Petugas pengumpulan data", "Tidak ada; responden menjawab di kios"),
        (seventh, "Tahapan pengolahan data", "Penghitungan otomatis dari catatan bertanda tangan; tidak ada penyuntingan jawaban"),
        (seventh, "Metode analisis", "Deskriptif"),
        (seventh, "Unit analisis", "Unit pelayanan"),
        (seventh, "Tingkat penyajian hasil analisis", "Unit pelayanan; wilayah dan instansi sebagai jumlah"),
        (eighth, "Produk tercetak", "Ya"),
        (eighth, "Produk digital", "Ya"),
        (eighth, "Produk mikrodata", "Tidak: jawaban seseorang tidak pernah diterbitkan"),
        (eighth, "Lisensi", f"{said['licence']} {said['licence_url']}".strip()),
        (eighth, "Versi", about.version),
        (eighth, "Terbit terakhir", minute_text(about.moment, UTC_NAME)),
    ]  # fmt: skip
    return [(identity, "Perhatian", about.note), *rows] if about.note else rows


VARIABLE_HEAD = (
    "nama", "alias", "konsep", "definisi", "referensi pemilihan", "referensi waktu", "tipe data", "klasifikasi isian", "aturan validasi",
    "kalimat pertanyaan", "aksesibilitas publik",
)  # fmt: skip


def variables(form: Instrument, columns: Sequence[Column] = ELEMENT_COLUMNS) -> list[Row]:
    """Give MS-Var: a row a column of the tables."""
    asked = " ".join(f"{one.code}. {in_language(one.wording, 'id')}" for one in form.questions)
    return [
        (
            one.name,
            one.alias,
            form.index_name,
            one.definition,
            form.rule,
            "Saat terbit" if one.name == "published" else "Periode rilis",
            one.type,
            one.classes,
            one.rule,
            asked if one.asked else "-",
            "Ya",
        )
        for one in columns
    ]


def indicator(about: About) -> list[Row]:
    """Give MS-Ind: item and what stands there."""
    form = about.instrument
    scale = form.scales[form.mapping]
    zones = (
        "; ".join(f"{one.letter} ({one.name}) {one.lowest} sampai {one.highest}" for one in form.bands.bands)
        if form.bands is not None
        else f"tidak ada tabel mutu; skala {scale.start:g} sampai {scale.start + scale.span:g}".replace(
            ".", ","
        )
    )
    rows: list[Row] = [
        ("Nama indikator", f"{form.index_name}, {about.name}, {about.period.title}"),
        ("Konsep", in_language(form.titles, "id")),
        ("Definisi", f"Penilaian pengguna atas {len(form.elements)} unsur pelayanan menurut {form.rule}."),
        ("Interpretasi", f"Makin tinggi makin baik. {zones}. Nilai dibaca bersama selang dan jumlah respondennya."),
        ("Metode/rumus penghitungan", _FORMULAS[form.kind]),
        ("Ukuran", "Indeks"),
        ("Satuan", "Tanpa satuan"),
        ("Klasifikasi penyajian", "Unit pelayanan, periode, unsur"),
        ("Indikator komposit", "Ya"),
        ("Publikasi ketersediaan indikator pembangun", settings.IKM_PUBLIC_URL),
        ("Nama indikator pembangun", "; ".join(in_language(one.name, "id") for one in form.elements)),
        ("Kegiatan penghasil variabel pembangun", in_language(form.titles, "id")),
        ("Kode kegiatan", "diisi BPS"),
        ("Nama variabel pembangun", "nrr"),
        ("Level estimasi", "Unit pelayanan"),
        ("Dapat diakses umum", "Ya"),
    ]  # fmt: skip
    return [("Perhatian", about.note), *rows] if about.note else rows
