"""Words that speak of an officer or of money go past the desk; what is shown to others has no names and numbers."""

import pytest

from survey.record.officers import HIDDEN, masked, speaks_of_officer

OF_OFFICERS = """
petugas minta uang rokok
Pak Budi minta 50 ribu
diminta bayar 50.000 untuk kk
bu siti di loket dua marah-marah
hubungi 0812 3456 7890
nomornya o8l2 3456 789o
nol delapan satu dua tiga empat lima
dipalak 20rb
p u n g l i terus
p.u.n.g.l.i di kantor
p*ngli
u4ng pelicin
uaaang rokok
PETUGASNYA JUDES
kasih amplop dulu baru jadi
si joko tidak pernah masuk
saya disuruh bolak balik
orang dalam didahulukan
kepala desa pilih kasih
yang melayani namanya Rina
kata Joko harus nunggu
dia merokok di depan anak
mbak yang jaga judes
transfer dulu ke gopay
seikhlasnya katanya
@budi_kasir lambat
oknum pegawai tidur
harus nyogok
bayarnya mahal
dimarahi ibu ibu
beri 100000 supaya cepat
tanya ke mas agus
operator main hp
calo banyak
sikapnya kasar
pejabat desa
staff was rude
asked for money
Kadus tidak adil
iuran tidak jelas
pungutan liar
+62 812-3456-789
kalau mau cepat ada biayanya
""".strip().splitlines()
OF_NOBODY = """
kursi ruang tunggu rusak
antrean lama sekali
toilet bau dan tidak ada air
surat belum jadi sudah tiga minggu
syarat berubah ubah
jalan berlubang di dusun Sukamaju
Kantor tutup jam 10 pagi
sinyal jelek di balai desa
KK saya salah ketik
Kartu Keluarga belum selesai
sejak 12-11-2026 belum ada kabar
tahun 2026 belum ada bantuan
tidak ada tempat untuk kursi roda
lampu jalan mati di Desa Sukamaju
pelayanan lama
sampah menumpuk
Mohon jam buka ditambah
data bansos tidak cocok
alamat di KTP keliru
Tolong tambah kursi di ruang tunggu
""".strip().splitlines()


@pytest.mark.parametrize("text", OF_OFFICERS)
def test_words_of_officers_money_names_and_numbers_are_heard(text: str) -> None:
    assert speaks_of_officer(text)
    assert speaks_of_officer(f"Sudah lama saya menunggu. {text}. Mohon dibantu.")


@pytest.mark.parametrize("text", OF_NOBODY)
def test_what_speaks_of_nobody_stays_with_the_unit(text: str) -> None:
    assert not speaks_of_officer(text)


@pytest.mark.parametrize(
    "text, shown",
    [
        ("Pak Budi minta uang, hubungi 0812-3456-7890", f"Pak {HIDDEN} minta uang, hubungi {HIDDEN}"),
        ("kata Joko Susilo harus nunggu di Desa Sukamaju", f"kata {HIDDEN} harus nunggu di Desa Sukamaju"),
        ("Ibu siti aminah @siti", f"Ibu {HIDDEN} {HIDDEN}"),
        ("petugas yang di loket marah", "petugas yang di loket marah"),
        ("bapak itu kasar", "bapak itu kasar"),
        ("WA 08123456789", f"WA {HIDDEN}"),
        ("sejak 12-11-2026", "sejak 12-11-2026"),
        ("nol delapan satu dua tiga empat lima enam", HIDDEN),
        ("antrean lama", "antrean lama"),
    ],
)
def test_names_and_numbers_are_masked(text: str, shown: str) -> None:
    assert masked(text) == shown
