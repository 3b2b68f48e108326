"""What complaints are about, in Indonesian words for papers and files; the codes are those of `survey.record.complaint.TOPICS`."""

from collections.abc import Iterable, Mapping

NAMES: Mapping[str, str] = {
    "pungli": "Diminta bayar di luar aturan",
    "tidak_dilayani": "Tidak dilayani, petugas tidak ada, kantor tutup",
    "lama": "Lama atau tidak selesai tepat waktu",
    "pilih_kasih": "Pilih kasih atau dibeda-bedakan",
    "petugas_tidak_ramah": "Petugas tidak ramah",
    "hasil_salah": "Hasil salah atau dokumen keliru",
    "syarat": "Syarat tidak jelas atau berubah-ubah",
    "prosedur": "Alur berbelit atau dioper-oper",
    "petugas_tidak_paham": "Petugas kurang paham",
    "fasilitas": "Ruang tunggu, toilet, antrean, jaringan, akses difabel",
    "pengaduan_diabaikan": "Pengaduan tidak ditanggapi",
    "bansos": "Bantuan sosial atau data penerima",
    "infrastruktur": "Jalan, air, lampu, sampah",
    "lainnya": "Lainnya",
}
"""As the kiosk asks; a code that is not here is said as it stands."""


def name_of(code: str) -> str:
    """Give a topic in words."""
    return NAMES.get(code, code)


def names_of(codes: Iterable[str]) -> str:
    """Give topics in words, in one line."""
    return "; ".join(map(name_of, codes)) or NAMES["lainnya"]
