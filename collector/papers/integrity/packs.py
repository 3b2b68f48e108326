"""The packs as PDF: for the Ombudsman, and for a village against maladministration with the checklist of a visit."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from functools import lru_cache
from pathlib import Path

from collector.papers.cleaning import clean
from collector.papers.drawing import A4
from collector.papers.following import set_as
from collector.papers.integrity.evidence import Known, Line, dimensions, element_rows, indicators, known
from collector.papers.integrity.perceived import Perceived
from collector.papers.press import Press
from collector.papers.said import Said

CHECKLIST = Path(__file__).parent / "checklist.toml"
_LONGEST = 400


def ombudsman(said: Said, press: Press, *, whole: bool) -> bytes:
    """Give the evidence by the Ombudsman's dimensions; `whole` counts complaints about officers too."""
    found = known(said, whole=whole)
    more = {
        "heading": "BUKTI UNTUK PENILAIAN OMBUDSMAN RI",
        "remark": "Empat dimensi bersama 70 %, kepercayaan masyarakat 30 %. Batas nilai Peraturan Ombudsman 61/2025 tidak ditemukan,"
        " jadi di sini tidak ada nilai: hanya apa yang ada, sejauh mana, dan apa yang belum.",
        "lines": _told(dimensions(found)),
        "elements": element_rows(said),
        "forms": _forms(found),
        "forms_asked": _asked(found.forms),
        "taking_part": [],
        "taking_part_asked": _asked(found.taking_part),
        "checklist": [],
        "role": "Kepala unit,",
    }
    return set_as(said, press, "integrity.typ", more, size=A4)


def village(said: Said, press: Press) -> bytes:
    """Give the pack of Desa Anti-maladministrasi by its four indicators, with the checklist of a visit."""
    found = known(said, whole=False)
    more = {
        "heading": "DESA ANTI-MALADMINISTRASI",
        "remark": "Empat indikator sebagaimana disebut Ombudsman Kalimantan Selatan. Nilai resmi tidak ditemukan: lembar ini menunjukkan apa yang"
        " ada, sejauh mana, dan apa yang dilihat saat kunjungan.",
        "lines": _told(indicators(found)),
        "elements": [],
        "forms": _forms(found),
        "forms_asked": _asked(found.forms),
        "taking_part": _taking_part(found),
        "taking_part_asked": _asked(found.taking_part),
        "checklist": checklist(),
        "role": "Pemeriksa,",
    }
    return set_as(said, press, "integrity.typ", more, size=A4)


@lru_cache(maxsize=1)
def checklist() -> Sequence[Mapping[str, object]]:
    """Give the parts of the checklist: indicator, source, points."""
    return tuple(tomllib.loads(CHECKLIST.read_text(encoding="utf-8"))["parts"])


def _told(lines: Sequence[Line]) -> list[dict[str, str]]:
    return [asdict(one) | {"why": clean(one.why, longest=_LONGEST)} for one in lines]


def _forms(found: Known) -> list[tuple[str, str, str, str]]:
    """Give each form with the complaints that may hint at it, and how many users said that they met it, with its interval."""
    asked = found.forms.yes if found.forms is not None else {}
    return [
        (
            form.replace("_", " ").capitalize(),
            str(count),
            asked[form].share if form in asked else "tidak ditanyakan",
            asked[form].interval if form in asked else "–",
        )
        for form, count in found.complaints.hints
    ]


def _asked(perceived: Perceived | None) -> str:
    if perceived is None:
        return "Persepsi pengguna: tidak ada yang terbit untuk periode ini."
    return (
        f"Persepsi pengguna: {perceived.n} orang menjawab, kata-kata sendiri, rilis {perceived.address}; bukan temuan,"
        " dan tidak dirata-ratakan."
    )


def _taking_part(found: Known) -> list[tuple[str, str, str]]:
    said = found.taking_part
    return [(one.name, one.share, one.interval) for one in said.yes.values()] if said is not None else []
