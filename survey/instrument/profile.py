"""The respondent's profile: official lists of PermenPAN-RB 14/2017, and finer ones that map down to them.

The annex asks sex, age, education, occupation and the service received. Age bands are not in the rule: each office has
its own, so they are a setting. Every attribute may be skipped; a skipped one is simply absent from the response.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

SEX = "sex"
AGE = "age"
EDUCATION = "education"
JOB = "job"

AGE_BANDS = ("<18", "18-25", "26-35", "36-45", "46-55", "56-65", ">65")
"""The bands of a kiosk whose settings name none; the first keeps minors apart, who are asked for no contact."""

ANNEX: Mapping[str, tuple[str, ...]] = {
    SEX: ("L", "P"),
    EDUCATION: ("sd", "smp", "sma", "s1", "s2", "s3"),
    JOB: ("pns", "tni", "polri", "swasta", "wirausaha", "lainnya"),
}
"""The options exactly as the annex of the rule prints them."""

WIDE: Mapping[str, tuple[str, ...]] = {
    SEX: ("L", "P"),
    EDUCATION: ("tidak_sekolah", "sd", "smp", "sma", "diploma", "s1", "s2", "s3"),
    JOB: (
        "petani",
        "wirausaha",
        "swasta",
        "rumah_tangga",
        "pelajar",
        "pns",
        "tni",
        "polri",
        "pensiunan",
        "tidak_bekerja",
        "lainnya",
    ),
}
"""Finer lists as newer forms use them; `to_annex` maps them down for the official sheet."""

_TO_ANNEX: Mapping[str, Mapping[str, str | None]] = {
    EDUCATION: {"tidak_sekolah": None, "diploma": "sma"},
    JOB: dict.fromkeys(("petani", "rumah_tangga", "pelajar", "pensiunan", "tidak_bekerja"), "lainnya"),
}

# What other forms and files call the same things; compared in lower case without punctuation.
_SPELLINGS = {
    SEX: {
        "L": ("l", "lakilaki", "laki", "pria", "m", "male"),
        "P": ("p", "perempuan", "wanita", "f", "female"),
    },
    EDUCATION: {
        "tidak_sekolah": ("tidaksekolah", "belumsekolah"),
        "sd": ("sd", "sdsederajat", "mi"),
        "smp": ("smp", "sltp", "mts", "smpsederajat"),
        "sma": ("sma", "slta", "smk", "ma", "smasederajat"),
        "diploma": ("diploma", "d1", "d2", "d3", "d4", "di", "dii", "diii", "div", "d1d2d3"),
        "s1": ("s1", "sarjana"),
        "s2": ("s2", "magister"),
        "s3": ("s3", "doktor"),
    },
    JOB: {
        "pns": ("pns", "asn", "pppk", "asnpnspppk"),
        "tni": ("tni",),
        "polri": ("polri",),
        "swasta": ("swasta", "karyawanswasta", "pegawaiswasta"),
        "wirausaha": ("wirausaha", "wiraswasta"),
        "petani": ("petani", "nelayan", "petaninelayan"),
        "rumah_tangga": ("iburumahtangga", "irt"),
        "pelajar": ("pelajar", "mahasiswa", "pelajarmahasiswa"),
        "pensiunan": ("pensiunan",),
        "tidak_bekerja": ("tidakbekerja", "belumbekerja"),
        "lainnya": ("lainnya", "lainlain", "lain", "lainnyasebutkan"),
    },
}


class Attribute(NamedTuple):
    """One thing a visitor may tell about themselves, and the values on offer."""

    key: str
    values: tuple[str, ...]


class AgeBand(NamedTuple):
    """A band of ages in whole years; either end may be open."""

    low: int | None
    high: int | None

    def holds(self, years: int) -> bool:
        """Tell whether an age falls into the band."""
        return (self.low is None or years >= self.low) and (self.high is None or years <= self.high)


def attributes(
    *, lists: Mapping[str, tuple[str, ...]] = WIDE, age_bands: tuple[str, ...] = AGE_BANDS
) -> tuple[Attribute, ...]:
    """Give the attributes in the order the annex asks them."""
    return (
        Attribute(SEX, lists[SEX]),
        Attribute(AGE, age_bands),
        Attribute(EDUCATION, lists[EDUCATION]),
        Attribute(JOB, lists[JOB]),
    )


def to_annex(key: str, value: str) -> str | None:
    """Map a value to the list in the annex's own questionnaire; None where it has no place there.

    A diploma counts as `sma`: the annex's form knows nothing between SMA and S1.
    """
    return _TO_ANNEX.get(key, {}).get(value, value)


def recognise(key: str, text: str, values: Iterable[str]) -> str | None:
    """Find which of `values` a text from a file or form means; None where that is not certain."""
    offered = tuple(values)
    if text in offered:
        return text
    if key == AGE:
        return _recognise_age(text, offered)
    plain = re.sub(r"[^a-z0-9]", "", text.lower())
    for value, spellings in _SPELLINGS.get(key, {}).items():
        if plain in spellings:
            if value in offered:
                return value
            coarser = to_annex(key, value)
            return coarser if coarser in offered else None
    return None


def age_band(text: str) -> AgeBand | None:
    """Read a band such as `<18`, `18-25`, `>65`, `<=20`, `65+`; None where it is none."""
    plain = text.replace(" ", "").replace("–", "-")
    if match := re.fullmatch(r"(\d{1,3})-(\d{1,3})", plain):
        low, high = int(match[1]), int(match[2])
        return AgeBand(low, high) if low <= high else None
    if match := re.fullmatch(r"(<=?|≤)(\d{1,3})", plain):
        return AgeBand(None, int(match[2]) - (match[1] == "<"))
    if match := re.fullmatch(r"(>=?|≥)(\d{1,3})", plain):
        return AgeBand(int(match[2]) + (match[1] == ">"), None)
    if match := re.fullmatch(r"(\d{1,3})\+", plain):
        return AgeBand(int(match[1]), None)
    return None


def is_minor(band: str) -> bool:
    """Tell whether everybody in a band is under 18: no contact is asked of them (UU 27/2022, article 25)."""
    read = age_band(band)
    return read is not None and read.high is not None and read.high < 18


def _recognise_age(text: str, offered: tuple[str, ...]) -> str | None:
    bands = {value: band for value in offered if (band := age_band(value)) is not None}
    if text.strip().isdigit():
        years = int(text)
        return next((value for value, band in bands.items() if band.holds(years)), None)
    wanted = age_band(text)
    if wanted is None:
        return None
    for value, band in bands.items():
        inside_low = band.low is None or (wanted.low is not None and wanted.low >= band.low)
        inside_high = band.high is None or (wanted.high is not None and wanted.high <= band.high)
        if inside_low and inside_high:
            return value
    return None
