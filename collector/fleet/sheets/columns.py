"""The sheets of the fleet's workbook: how they and their columns are called, and what a cell of each column holds.

A sheet is known by its name, and in a CSV by its headings: no two sheets have the same ones.
"""

from typing import NamedTuple

Key = tuple[str, ...]
Row = tuple[str, ...]
"""The cells of a row in the order of the columns, as they are kept."""


class Column(NamedTuple):
    """A column: its heading, and what its cells hold, as `collector.fleet.sheets.cells` reads them."""

    heading: str
    kind: str
    example: str
    width: int = 22


class Sheet(NamedTuple):
    """A sheet; its first columns, as many as `keys`, tell its rows apart."""

    name: str
    keys: int
    columns: tuple[Column, ...]

    @property
    def headings(self) -> list[str]:
        """Give the headings in order."""
        return [one.heading for one in self.columns]


AGENCIES = Sheet(
    "Instansi",
    1,
    (
        Column("kode instansi", "code", "dinas-dukcapil"),
        Column("nama instansi", "name", "Dinas Kependudukan dan Pencatatan Sipil", 44),
    ),
)
UNITS = Sheet(
    "Unit",
    1,
    (
        Column("kode unit", "code", "sukamaju"),
        Column("nama unit", "name", "Balai Desa Sukamaju", 44),
        Column("kode wilayah", "region", "18.01.05.2003"),
        Column("kode instansi", "agency", ""),
        Column("zona waktu", "zone", "Asia/Jakarta"),
    ),
)
PLACES = Sheet(
    "Tempat",
    1,
    (
        Column("kode tempat", "code", "mpp-kalianda"),
        Column("nama tempat", "name", "Mal Pelayanan Publik Kalianda", 44),
        Column("kode wilayah", "region", "18.01"),
        Column("operator", "provider", "Telkomsel"),
    ),
)
SERVICES = Sheet(
    "Layanan",
    2,
    (
        Column("kode unit", "unit", "sukamaju"),
        Column("kode layanan", "code", "surat-pengantar"),
        Column("nama layanan", "name", "Surat Pengantar", 44),
        Column("ditawarkan", "yes", "ya", 14),
    ),
)
COUNTERS = Sheet(
    "Loket",
    2,
    (
        Column("kode tempat", "where", "mpp-kalianda"),
        Column("nama loket", "counter", "BPJS Kesehatan", 44),
        Column("nomor loket", "number", "3", 14),
        Column("lantai", "floor", "Lantai 1"),
        Column("arah", "way", "seberang tangga", 44),
        Column("denah", "box", "9 0 3 4", 14),
        Column("kios di sampingnya", "beside", "k-0001"),
        Column("ditampilkan", "yes", "ya", 14),
        Column("kode unit", "server", ""),
    ),
)
KIOSKS = Sheet(
    "Kios",
    1,
    (
        Column("nama kios", "kiosk", "k-0001"),
        Column("kode unit", "unit", "sukamaju"),
        Column("kode tempat", "place", ""),
    ),
)
TENANTS = Sheet(
    "Gerai",
    3,
    (
        Column("kode tempat", "mall", "mpp-kalianda"),
        Column("kode unit", "unit", "gerai-dukcapil"),
        Column("hari pertama", "day", "2026-11-24", 16),
        Column("hari terakhir", "last", "", 16),
        Column("kuesioner", "asks", ""),
    ),
)
SHEETS = (AGENCIES, UNITS, PLACES, SERVICES, COUNTERS, KIOSKS, TENANTS)
"""In the order in which they lean on each other."""
HELP = "Petunjuk"
"""The sheet with words for people; nothing of it is read."""
