"""A village office with services, and what it promises."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from uuid import uuid4

import pytest
from PIL import Image

from collector.errors import CollectorError
from collector.fleet import tree
from collector.fleet.models import Service, Unit
from collector.standards import promise, register, visits
from collector.standards.components import COMPONENTS, PUBLIC
from collector.standards.models import Found, Maklumat, Standard, Visit
from collector.standards.promise import Promise
from collector.standards.register import Said
from collector.standards.visits import Answer, Checked, Photo
from tests.collector.scores.village import add_unit

WHO = "budi"
TEXTS = {
    "persyaratan": "KTP-el asli\nSurat pengantar RT",
    "prosedur": "Ambil nomor antrean\nSerahkan berkas di loket 1\nTerima surat",
    "waktu": "Satu hari kerja",
    "biaya": "Gratis",
    "produk": "Surat keterangan usaha",
    "pengaduan": "Kotak saran, kios, dan telepon 0721-000000",
}
INNER_TEXT = "khususkantor"


def unit(code: str = "sukamaju", name: str = "Balai Desa Sukamaju") -> Unit:
    return add_unit(code, region="18.01.05.2003", name=name, agency="desa")


def service(of: Unit, code: str = "sku", name: str = "Surat keterangan usaha") -> Service:
    return tree.add_service(unit=of, code=code, name=name)


def whole() -> dict[str, str]:
    return TEXTS | {one.key: f"{one.name} {INNER_TEXT}" for one in COMPONENTS if one not in PUBLIC}


def said(**other: object) -> Said:
    fields: dict[str, object] = {
        "texts": whole(),
        "in_force_from": date(2026, 3, 1),
        "decided_by": "Kepala Desa Sukamaju",
        "decree_number": "188/07/2026",
        "decree_date": date(2026, 2, 20),
    }
    return Said(**(fields | other))  # type: ignore[arg-type]


def write(of: Service, *, seen: int = 0, why: str = "", **other: object) -> Standard:
    return register.say(of, said(**other), seen=seen, who=WHO, why=why)


def promised(**other: object) -> Promise:
    fields: dict[str, object] = {
        "text": "Kami sanggup menyelenggarakan pelayanan sesuai standar.\nBila tidak, kami menerima sanksi.",
        "issued_on": date(2026, 3, 2),
        "signer": "Kepala Desa Sukamaju, Siti Aminah",
        "photo": ("maklumat.jpg", picture()),
    }
    return Promise(**(fields | other))  # type: ignore[arg-type]


def issue(of: Unit, *, seen: int = 0, why: str = "", **other: object) -> Maklumat:
    return promise.issue(of, promised(**other), seen=seen, who=WHO, why=why)


def picture(form: str = "JPEG", *, colour: str = "teal") -> bytes:
    """A picture with what a camera writes beside it."""
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "rumah Pak Kades"
    Image.new("RGB", (80, 60), colour).save(out, form, **({"exif": exif.tobytes()} if form == "JPEG" else {}))
    return out.getvalue()


@contextmanager
def refused(word: str) -> Iterator[None]:
    """Insist that something is refused with a code."""
    with pytest.raises(CollectorError) as caught:
        yield
    assert caught.value.word == word


def checked(**other: object) -> Checked:
    fields: dict[str, object] = {
        "key": uuid4(),
        "visited_on": date(2026, 5, 11),
        "name": "Wati Rahayu",
        "office": "Analis, Bagian Organisasi Setda",
        "answers": {
            "persyaratan": Answer(Found.THERE, "terpasang di dinding"),
            "biaya": Answer(Found.PARTLY),
            "maklumat": Answer(Found.MISSING),
        },
        "photos": [Photo("persyaratan", "IMG_1.jpg", picture())],
        "filled_ms": 1_778_466_000_000,
    }
    return Checked(**(fields | other))  # type: ignore[arg-type]


def visit(of: Unit, *, who: str = "wati", **other: object) -> Visit:
    return visits.sign(of, checked(**other), who=who)
