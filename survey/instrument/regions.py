"""Region codes of the Ministry of Home Affairs (Kemendagri), `PP.KK.CC.DDDD`: reading, checking, ancestors.

Basis: Kepmendagri 300.2.2-2138/2025 as amended by 300.2.2-2430/2025. A code is a text with dots and leading zeros. The codes of
the statistics office (BPS) are another system whose ten digits look alike, so digits without dots are refused. Codes and
names change every year and names repeat: store the code with a copy of the name and the edition, key nothing by name.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from survey.record.errors import Malformed

_FORM = re.compile(r"([1-9]\d)(?:\.(\d\d)(?:\.(\d\d)(?:\.([123])(\d{3}))?)?)?", re.ASCII)
_LAST_REGENCY, _FIRST_CITY = 69, 71


class Level(StrEnum):
    """The four levels, from the largest."""

    PROVINCE = "provinsi"
    REGENCY = "kabkota"
    DISTRICT = "kecamatan"
    VILLAGE = "desakel"


class RegionKind(StrEnum):
    """What a region is in law, as far as its code says."""

    PROVINCE = "provinsi"
    REGENCY = "kabupaten"
    CITY = "kota"
    DISTRICT = "kecamatan"
    URBAN_VILLAGE = "kelurahan"
    VILLAGE = "desa"
    CUSTOMARY_VILLAGE = "desa_adat"


_VILLAGE_KINDS = {
    "1": RegionKind.URBAN_VILLAGE,
    "2": RegionKind.VILLAGE,
    "3": RegionKind.CUSTOMARY_VILLAGE,  # fourteen of them, all in Jayapura: validators that know only 1 and 2 drop them
}

LEVEL_WORDS: Mapping[str, str] = {
    "11": "gampong",
    "13": "nagari",
    "18.02": "kampung",
    "18.04": "pekon",
    "18.05": "kampung",
    "18.06": "pekon",
    "18.08": "kampung",
    "18.10": "pekon",
    "18.12": "tiyuh",
    "18.13": "pekon",
}
"""What a desa is called where it is not called desa, by the longest code that fits. Local usage, not from the code table;
a unit may override it."""


@dataclass(frozen=True, slots=True, order=True)
class RegionCode:
    """A region by its code."""

    code: str

    @property
    def level(self) -> Level:
        """Which of the four levels it is on."""
        return tuple(Level)[self.code.count(".")]

    @property
    def kind(self) -> RegionKind:
        """What it is in law: a regency or a city, a kelurahan, a desa or a customary village."""
        match self.level:
            case Level.PROVINCE:
                return RegionKind.PROVINCE
            case Level.REGENCY:
                return RegionKind.REGENCY if int(self.code[3:5]) <= _LAST_REGENCY else RegionKind.CITY
            case Level.DISTRICT:
                return RegionKind.DISTRICT
        return _VILLAGE_KINDS[self.code[9]]

    @property
    def parent(self) -> "RegionCode | None":
        """The region one level up; None for a province."""
        head, dot, _ = self.code.rpartition(".")
        return RegionCode(head) if dot else None

    @property
    def ancestors(self) -> tuple["RegionCode", ...]:
        """The regions it lies in, the province first."""
        parent = self.parent
        return (*parent.ancestors, parent) if parent else ()

    def word(self, words: Mapping[str, str] = LEVEL_WORDS) -> str:
        """Give what people there call a region of this kind: `pekon`, `tiyuh`, `kampung`, or the legal word."""
        if self.kind is RegionKind.VILLAGE:
            for region in reversed(self.ancestors):
                if region.code in words:
                    return words[region.code]
        return self.kind.value.replace("_", " ")


def parse(text: str) -> RegionCode:
    """Read a code of any level, with its dots.

    Raises:
        Malformed: the text is no code of the 2025 form (`region_code`).
    """
    match = _FORM.fullmatch(text)
    if match is None:
        hint = (
            " (write the dots: codes of BPS have ten digits too)" if text.isdigit() and len(text) > 2 else ""
        )
        raise Malformed(
            "region_code", f"{text[:40]!r} is no region code PP.KK.CC.DDDD with D from 1, 2 or 3{hint}"
        )
    _, regency, district, _, village = match.groups()
    if regency is not None and not (1 <= int(regency) <= _LAST_REGENCY or int(regency) >= _FIRST_CITY):
        raise Malformed("region_code", f"{text!r}: a regency is 01 to 69, a city 71 to 99")
    if district == "00" or village == "000":
        raise Malformed("region_code", f"{text!r}: districts and villages are counted from 1")
    return RegionCode(text)
