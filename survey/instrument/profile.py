"""The respondent's profile: official lists of PermenPAN-RB 14/2017, and finer ones that map down to them.

The annex asks sex, age, education, occupation and the service received. Age bands are not in the rule (`survey.instrument.ages`). What
else may be asked is `EXTRA`: an instrument names it, and the village's own does not. Every attribute may be skipped; a skipped
one is simply absent from the response.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from survey.instrument.ages import ASKED, recognise_age, steps

SEX = "sex"
AGE = "age"
EDUCATION = "education"
JOB = "job"
USER = "user"

EXTRA: Mapping[str, tuple[str, ...]] = {USER: ("internal", "eksternal")}
"""What only instruments ask that say so: whether somebody belongs to the government that serves, or comes from outside."""

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
    USER: {
        "internal": ("internal", "penggunainternal", "penggunalayananinternal"),
        "eksternal": ("eksternal", "external", "penggunaeksternal", "penggunalayananeksternal"),
    },
}


class Attribute(NamedTuple):
    """One thing a visitor may tell about themselves, and the values on offer."""

    key: str
    values: tuple[str, ...]

    @property
    def steps(self) -> tuple[tuple[str, ...], ...]:
        """The runs of values of an attribute that is asked in two steps; nothing for one that is a list."""
        return steps(self.values) if self.key == AGE else ()


def attributes(
    *,
    lists: Mapping[str, tuple[str, ...]] = WIDE,
    age_bands: tuple[str, ...] = ASKED,
    extra: Sequence[str] = (),
) -> tuple[Attribute, ...]:
    """Give the attributes in the order the annex asks them, then those of `EXTRA` that `extra` names."""
    return (
        Attribute(SEX, lists[SEX]),
        Attribute(AGE, age_bands),
        Attribute(EDUCATION, lists[EDUCATION]),
        Attribute(JOB, lists[JOB]),
        *(Attribute(key, values) for key, values in EXTRA.items() if key in extra),
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
        return recognise_age(text, offered)
    plain = re.sub(r"[^a-z0-9]", "", text.lower())
    for value, spellings in _SPELLINGS.get(key, {}).items():
        if plain in spellings:
            if value in offered:
                return value
            coarser = to_annex(key, value)
            return coarser if coarser in offered else None
    return None
