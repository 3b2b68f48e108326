"""What words give away: whether they speak of an officer or of money, and the names and numbers in them.

`speaks_of_officer` is asked where the words are written, before they are sealed, and errs to the careful side: a complaint that goes one level up
for nothing costs a day, one that its officer reads costs its citizen more. `masked` hides names and numbers where others than a complaint's
holder look.
"""

import re
from collections.abc import Iterator

HIDDEN = "•••"
"""Stands in the place of what is masked."""

_OFFICIALS = """petugas pegawai pegawe karyawan staf staff oknum aparat aparatur pejabat operator admin kades lurah carik sekdes kaur kasi
    kadus bendahara perangkat kepala ketua camat pamong honorer kasir satpam pns asn pppk officer clerk"""
_CALLED = """pak bapak bpk bp bu ibu ibuk mas mbak mba bang abang kang teh tante om saudara sdr sdri haji hj mr mrs dia beliau orangnya
    namanya bernama inisial"""
_CONDUCT = """kelakuan sikap marah marahi dimarahi bentak dibentak membentak kasar judes ketus jutek cuek sombong ancam diancam mengancam
    hina dihina menghina lecehkan dilecehkan pelecehan goda digoda diskriminasi kenalan titipan calo makelar diminta dimintai meminta
    dipinta disuruh menyuruh dipaksa memaksa ditagih menagih nagih ditodong nodong"""
_MONEY = """uang duit rupiah rp idr bayar bayaran membayar dibayar berbayar mbayar tarif biaya ongkos pungut pungutan dipungut memungut pungli
    suap menyuap disuap nyuap sogok menyogok disogok nyogok amplop rokok kopi bensin jajan tip tips setoran setor nyetor imbalan upeti
    pelicin korupsi korup gratifikasi peras diperas memeras pemerasan palak dipalak malak disunat nyunat dipotong transfer ditransfer ovo
    gopay qris seikhlasnya sukarela ribu rebu juta komisi fee sumbangan infak iuran dhuwit duwit money bribe paid pay cash"""
_ENDINGS = "(?:nya|ku|mu|kah|lah|pun|in|kan|an|i|e|ne)?"
_STEMS = sorted(f"{_OFFICIALS} {_CALLED} {_CONDUCT} {_MONEY}".split(), key=len, reverse=True)
# As texts: `re` makes them ready when they are first asked for. Made ready here, they would take 5 ms of a kiosk's start.
_WORD = rf"\b(?:{'|'.join(_STEMS)}){_ENDINGS}\b|\bsi\s+[a-z]{{3,}}\b|\bp\W?[u*]?\W?n\W?g\W?l\W?i\b|\borang dalam\b"
_AMOUNT = r"\b\d{1,3}(?:[.,]\d{3})+\b|\b\d+\s*(?:k|rb|ribu|rebu|jt|juta)\b|\b(?!(?:19|20)\d\d\b)\d{4,}\b"
_DATE = r"\b\d{1,2}[-./ ]\d{1,2}[-./ ](?:\d{2}|\d{4})\b"
_PHONE = r"(?<!\d)(?:\+\s?62|62|0|8)[\s.()-]*\d(?:[\s.()-]?\d){5,12}(?!\d)"
_SPELT = r"(?:\b(?:nol|kosong|satu|dua|tiga|empat|lima|enam|tujuh|delapan|sembilan)\b\W*){6,}"
_HANDLE = r"@\w{2,}|\b(?:wa|whatsapp|telp|telepon|telpon|hp|hubungi|facebook|instagram|tiktok)\b"
_TITLES = (
    "pak|bapak|bpk|bp|bu|ibu|ibuk|mas|mbak|mba|bang|abang|kang|teh|sdr|sdri|saudara|saudari|haji|hj|kades|lurah|camat|carik|sekdes|kaur|kasi|"
    "kadus|petugas|pegawai|operator|bernama|namanya|nama|inisial|mr|mrs|om|tante|si"
)
_TITLED = rf"\b((?i:{_TITLES})\.?,?\s+)([\w'’.-]+)((?:\s+[A-Z][\w'’-]+)*)(\s+[a-z'’]+)?"
_CAPITAL = r"(?<=[\w,;:]\s)[A-Z][a-z'’-]{2,}(?:\s+[A-Z][a-z'’-]+)*"
_PLACE = (
    r"\b(?i:desa|kampung|pekon|tiyuh|kelurahan|kecamatan|kabupaten|kota|provinsi|jalan|jln?|gang|dusun|balai|pasar|masjid|sungai|jembatan|puskesmas|"
    r"kantor|dinas|sekolah|sdn?|smp|sma|lampung|bulan|tanggal|hari)\b\.?(?:\s+[A-Z][a-z'’-]+)+"
)
_COMMON = frozenset(
    [
        "kartu",
        "keluarga",
        "tanda",
        "penduduk",
        "desa",
        "kantor",
        "balai",
        "akta",
        "kelahiran",
        "kematian",
        "surat",
        "keterangan",
        "pengantar",
        "indonesia",
        "senin",
        "selasa",
        "rabu",
        "kamis",
        "jumat",
        "sabtu",
        "minggu",
        "januari",
        "februari",
        "maret",
        "april",
        "mei",
        "juni",
        "juli",
        "agustus",
        "september",
        "oktober",
        "november",
        "desember",
        "saya",
        "kami",
        "tidak",
        "belum",
        "sudah",
        "mohon",
        "tolong",
        "terima",
        "kasih",
        "dinas",
        "kecamatan",
        "kelurahan",
        "kabupaten",
        "puskesmas",
        "program",
        "harapan",
        "bantuan",
        "sosial",
        "ramadan",
        "lebaran",
        "natal",
        "idul",
        "fitri",
    ]
)
"""Words that begin with a capital in the middle of a sentence and are nobody's name."""
_LEET = str.maketrans({"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "@": "a", "$": "s"})
_DIGITS = str.maketrans({"o": "0", "l": "1", "i": "1"})
_NO_NAME = frozenset(
    [
        "yang",
        "di",
        "itu",
        "ini",
        "tidak",
        "dan",
        "ada",
        "dari",
        "untuk",
        "kepada",
        "pada",
        "sudah",
        "belum",
        "sering",
        "selalu",
        "saja",
        "juga",
        "akan",
        "bisa",
        "harus",
        "malah",
        "lagi",
        "tersebut",
        "loket",
        "desa",
        "kantor",
        "pelayanan",
        "minta",
        "meminta",
        "bilang",
        "marah",
        "ramah",
        "kasar",
        "dengan",
        "ke",
        "saya",
        "kami",
    ]
)
"""What follows a title and is no name."""


def speaks_of_officer(text: str) -> bool:
    """Tell whether words speak of an officer, of money, or of somebody by name or number."""
    plain = re.sub(_DATE, " ", " ".join(text.casefold().split()))
    if (
        re.search(_AMOUNT, plain)
        or re.search(_HANDLE, plain)
        or re.search(_SPELT, plain)
        or any(_names(text))
    ):
        return True
    return bool(re.search(_PHONE, plain.translate(_DIGITS))) or any(
        re.search(_WORD, one) for one in _readings(plain)
    )


def masked(text: str) -> str:
    """Give a text without numbers that can be called and without names, as far as they can be told."""
    text = re.sub(_SPELT, HIDDEN, re.sub(_PHONE, HIDDEN, text))
    text = re.sub(r"@\w{2,}", HIDDEN, text)
    text = re.sub(_TITLED, _without_name, text)
    for name in _names(text):
        text = text.replace(name, HIDDEN)
    return text


def _readings(plain: str) -> Iterator[str]:
    """Give words as they stand, and as what they stand for: letters drawn apart, doubled, or digits in their place."""
    yield plain
    joined = re.sub(r"\b(?:\w[\s.*_-]){2,}\w\b", lambda found: re.sub(r"[\s.*_-]", "", found[0]), plain)
    short = re.sub(r"([a-z])\1{2,}", r"\1", joined)
    yield short
    yield short.translate(_LEET)
    yield re.sub(r"(?<=\w)[*.•_-](?=\w)", "", short)


def _names(text: str) -> Iterator[str]:
    """Give what looks like somebody's name: words with a capital within a sentence, but for places and what everybody writes so."""
    for found in re.finditer(_CAPITAL, re.sub(_PLACE, lambda place: place[0].casefold(), text)):
        if not all(word.casefold() in _COMMON for word in found[0].split()):
            yield found[0]


def _without_name(found: re.Match[str]) -> str:
    title, name, _, after = found.groups()
    if name.casefold() in _NO_NAME:
        return found[0]
    kept = after if after and (after.strip() in _NO_NAME or re.search(_WORD, after)) else ""
    return f"{title}{HIDDEN}{kept}"
