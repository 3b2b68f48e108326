"""The invented village of the demo: its unit, where it lies and what it offers, as the tables that the collector takes."""

import csv
from collections.abc import Iterable, Sequence
from pathlib import Path

UNIT = "sukamaju"
NAME = "Balai Desa Sukamaju"
REGIONS = {
    "18": "Lampung",
    "18.01": "Kabupaten Lampung Selatan",
    "18.01.10": "Kecamatan Palas",
    "18.01.10.2099": "Desa Sukamaju",  # an invented village: the code is not given out
}
SERVICES = {
    "ktp": "KTP-el",
    "kk": "Kartu Keluarga",
    "sku": "Surat Keterangan Usaha",
    "pbb": "PBB",
    "domisili": "Surat Keterangan Domisili",
}
_SERVICES_HEAD = ("kode unit", "kode layanan", "nama layanan", "ditawarkan")


def write_regions(folder: Path) -> Path:
    """Write the table that `ikm-collector region import` takes, and give its path."""
    return _write(folder / "wilayah.csv", REGIONS.items())


def write_services(folder: Path) -> Path:
    """Write the table that `ikm-collector fleet import` takes, and give its path."""
    rows = ((UNIT, code, name, "ya") for code, name in SERVICES.items())
    return _write(folder / "layanan.csv", [_SERVICES_HEAD, *rows])


def _write(path: Path, rows: Iterable[Sequence[str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    return path
