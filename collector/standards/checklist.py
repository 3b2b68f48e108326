"""What an evaluator looks at on a visit: the fourteen components and the maklumat, by the four indicators of *Desa Anti-maladministrasi*.

The indicators are those that Ombudsman offices name; which component belongs to which is our own reading. A visit keeps the version of
the list it was filled in with.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from collector.standards.components import BY_KEY

VERSION = "standar-1"
MAKLUMAT = "maklumat"
_GROUPS: Mapping[str, tuple[str, ...]] = {
    "Standar pelayanan": (
        "persyaratan", "prosedur", "waktu", "biaya", "produk", "dasar_hukum", "jaminan", "keamanan", "pengawasan", "evaluasi", MAKLUMAT,
    ),
    "Pengelolaan pengaduan": ("pengaduan",),
    "Sarana prasarana pelayanan": ("sarana",),
    "Kompetensi pelaksana": ("kompetensi", "jumlah"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """One thing to look at."""

    key: str
    name: str


def _item(key: str) -> Item:
    return Item(key, "Maklumat pelayanan" if key == MAKLUMAT else BY_KEY[key].name)


GROUPS: Mapping[str, tuple[Item, ...]] = {
    title: tuple(_item(key) for key in keys) for title, keys in _GROUPS.items()
}
ITEMS = tuple(one for items in GROUPS.values() for one in items)
NAMES = {one.key: one.name for one in ITEMS}
