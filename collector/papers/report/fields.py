"""The fields of a report: one value feeds the DOCX and the PDF. They have the names that an agency's template uses, in its language."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Unsur:
    """A row of the table of elements."""

    label: str
    nama: str
    singkat: str
    jumlah: str
    nrr: str
    tertimbang: str
    nilai: str
    selang: str
    mutu: str
    prioritas: str
    """1 to 3 for the lowest, in that order; empty for the others."""


@dataclass(frozen=True, slots=True)
class Baris:
    """A row of the table of who answered."""

    no: str
    karakteristik: str
    indikator: str
    jumlah: str
    persen: str


@dataclass(frozen=True, slots=True)
class Butir:
    """A row of the plan."""

    no: str
    prioritas: str
    kegiatan: str
    waktu: str
    penanggung_jawab: str


@dataclass(frozen=True, slots=True)
class Tanya:
    """A question of the questionnaire."""

    no: str
    pertanyaan: str
    pilihan: str


@dataclass(frozen=True, slots=True)
class Rentang:
    """A row of the table of categories."""

    mutu: str
    nama: str
    dari: str
    sampai: str


@dataclass(frozen=True, slots=True)
class Tren:
    """A row of the trend."""

    periode: str
    nilai: str
    selang: str
    mutu: str
    n: str
    catatan: str


@dataclass(frozen=True, slots=True)
class Report:
    """What a report states."""

    survei: str
    """What the survey is called: `Survei Kepuasan Masyarakat (SKM)`."""
    indeks: str
    """What its number is called: `IKM`."""
    unit: str
    wilayah: str
    periode: str
    dari: str
    sampai: str
    terbit: str
    edisi: str
    ditarik: str
    """Empty, or that the release is withdrawn, and its successor."""
    kop: tuple[str, ...]
    kontak: str
    rilis: str
    tautan: str
    nilai: str
    mutu: str
    kinerja: str
    bawah: str
    atas: str
    kepastian: str
    perubahan: str
    responden: str
    kecukupan: str
    layanan: str
    aturan: str
    bobot: str
    bukti: str
    fakta_dasar: str
    fakta_metode: str
    fakta_lokasi: str
    fakta_waktu: str
    fakta_penentuan: str
    fakta_responden: str
    fakta_indeks: str
    fakta_unsur: str
    fakta_rencana: str
    fakta_tren: str
    catatan_unsur: str
    jumlah_tertimbang: str
    unsur: tuple[Unsur, ...]
    karakteristik: tuple[Baris, ...]
    rentang: tuple[Rentang, ...]
    tren: tuple[Tren, ...]
    rencana: tuple[Butir, ...]
    kuesioner: tuple[Tanya, ...]
