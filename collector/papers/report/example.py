"""An invented report with something in each field: a template is tried with it before it is kept."""

import io

from PIL import Image

from collector.papers.report.fields import Baris, Butir, Rentang, Report, Tanya, Tren, Unsur


def _dot() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(out, "PNG")
    return out.getvalue()


PICTURES = dict.fromkeys(("logo", "qr", "elements", "trend"), _dot())
EXAMPLE = Report(
    survei="Survei Kepuasan Masyarakat (SKM)",
    indeks="IKM",
    unit="Unit",
    wilayah="Wilayah",
    periode="Triwulan III Tahun 2026",
    dari="1 Juli 2026",
    sampai="30 September 2026",
    terbit="2 November 2026",
    edisi="edisi 1",
    ditarik="DITARIK",
    kop=("Kop",),
    kontak="Kontak",
    rilis="AAAA-AAAA",
    tautan="contoh/r/AAAA-AAAA",
    nilai="84,12",
    mutu="B",
    kinerja="Baik",
    bawah="82,60",
    atas="85,60",
    kepastian="Hampir pasti B.",
    perubahan="Naik 2,70.",
    responden="312 orang",
    kecukupan="Cukup.",
    layanan="semua layanan",
    aturan="PermenPAN-RB 14/2017",
    bobot="bobot 1/9 per unsur",
    bukti="Bukti lengkap.",
    fakta_dasar="Dasar.",
    fakta_metode="Metode.",
    fakta_lokasi="Lokasi.",
    fakta_waktu="Waktu.",
    fakta_penentuan="Penentuan.",
    fakta_responden="Responden.",
    fakta_indeks="Indeks.",
    fakta_unsur="Unsur.",
    fakta_rencana="Rencana.",
    fakta_tren="Tren.",
    catatan_unsur="Catatan.",
    jumlah_tertimbang="3,36470",
    unsur=(
        Unsur(
            "U1",
            "Persyaratan",
            "Persyaratan",
            "1.067",
            "3,42000",
            "0,38000",
            "85,50",
            "83,40 – 87,60",
            "B",
            "1",
        ),
    ),
    karakteristik=(Baris("1", "Jenis kelamin", "Laki-laki", "150", "48,1 %"),),
    rentang=(Rentang("A", "Sangat baik", "88,31", "100,00"),),
    tren=(Tren("Triwulan III Tahun 2026", "84,12", "82,60 – 85,60", "B", "312", ""),),
    rencana=(Butir("1", "Waktu", "Menambah petugas", "TW IV", "Sekretaris"),),
    kuesioner=(Tanya("1", "Bagaimana?", "1 = Tidak · 4 = Ya"),),
)
