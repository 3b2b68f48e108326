"""The fourteen components of a service standard: six are for everybody, eight for the office (UU 25/2009, PermenPAN-RB 15/2014)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Part(StrEnum):
    """The two groups, in the regulation's words."""

    DELIVERY = "service delivery"
    """Must be published."""
    MANUFACTURING = "manufacturing"


@dataclass(frozen=True, slots=True)
class Component:
    """One component."""

    key: str
    name: str
    """Its official name."""
    part: Part


def _of(part: Part, names: Mapping[str, str]) -> tuple[Component, ...]:
    return tuple(Component(key, name, part) for key, name in names.items())


PUBLIC = _of(
    Part.DELIVERY,
    {
        "persyaratan": "Persyaratan",
        "prosedur": "Sistem, mekanisme, dan prosedur",
        "waktu": "Jangka waktu pelayanan",
        "biaya": "Biaya/tarif",
        "produk": "Produk pelayanan",
        "pengaduan": "Penanganan pengaduan, saran, dan masukan",
    },
)
INNER = _of(
    Part.MANUFACTURING,
    {
        "dasar_hukum": "Dasar hukum",
        "sarana": "Sarana dan prasarana, dan/atau fasilitas",
        "kompetensi": "Kompetensi pelaksana",
        "pengawasan": "Pengawasan internal",
        "jumlah": "Jumlah pelaksana",
        "jaminan": "Jaminan pelayanan",
        "keamanan": "Jaminan keamanan dan keselamatan pelayanan",
        "evaluasi": "Evaluasi kinerja pelaksana",
    },
)
COMPONENTS = PUBLIC + INNER
BY_KEY = {one.key: one for one in COMPONENTS}


@dataclass(frozen=True, slots=True)
class Completeness:
    """How many components of some have a text, and which have none."""

    filled: int
    of: int
    missing: tuple[str, ...]
    """Official names, in their order."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is missing."""
        return not self.missing

    @property
    def words(self) -> str:
        """Give it in words: `11 dari 14; yang kurang: …`."""
        if self.is_whole:
            return f"{self.filled} dari {self.of}: lengkap"
        return f"{self.filled} dari {self.of}; yang kurang: {', '.join(self.missing)}"


def completeness(texts: Mapping[str, str], components: Iterable[Component] = COMPONENTS) -> Completeness:
    """Tell how complete texts, by the keys of components, are."""
    wanted = tuple(components)
    missing = tuple(one.name for one in wanted if not texts.get(one.key))
    return Completeness(len(wanted) - len(missing), len(wanted), missing)
