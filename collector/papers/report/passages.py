"""The passages of a report that the office writes itself: which there are, and what stands in them.

The numbers of a report come from the release and are made anew each time. What somebody wrote belongs to the subject and its period, not to an
edition: it goes into each file that is made of that period again, a corrected one too.
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from collector import clock
from collector.errors import CollectorError
from collector.papers.models import ReportPassage
from collector.people import trail
from collector.releases.models import Release

LONGEST = 20_000
"""Characters of one passage: about eight pages."""
EMPTY = "[Belum diisi]"
"""Stands in a report where the office wrote nothing; read back, it is nothing again."""
_NUMBER = re.compile(r"(?<![\d.,])\d{1,3},\d\d(?!\d|,\d)")


@dataclass(frozen=True, slots=True)
class Passage:
    """One place of a report where the office writes."""

    key: str
    chapter: str
    title: str
    hint: str
    """What belongs there, for whoever writes."""
    alone: bool = False
    """Whether nothing else stands there, so that a report has to say that it is empty."""


PASSAGES = (
    Passage("kata_pengantar", "Depan", "Kata Pengantar", "Pengantar dari pimpinan.", alone=True),
    Passage(
        "penandatangan",
        "Depan",
        "Tempat, tanggal dan penanda tangan",
        "Satu baris masing-masing: tempat dan tanggal, jabatan, nama, pangkat atau NIP.", alone=True),
    Passage("latar_belakang", "BAB I", "1.1 Latar Belakang", "Mengapa survei ini dilakukan di unit ini.", alone=True),
    Passage("dasar", "BAB I", "1.2 Dasar Pelaksanaan", "Peraturan dan surat tugas yang berlaku di daerah Anda."),
    Passage("maksud", "BAB I", "1.3 Maksud dan Tujuan", "Untuk apa hasilnya dipakai.", alone=True),
    Passage("pelaksana", "BAB II", "2.1 Pelaksana", "Siapa yang melaksanakan, dengan surat keputusannya.", alone=True),
    Passage("metode", "BAB II", "2.2 Metode Pengumpulan Data", "Yang perlu diketahui selain yang tercatat."),
    Passage("lokasi", "BAB II", "2.3 Lokasi Pengumpulan Data", "Tempat kios dan tempat lain."),
    Passage("waktu", "BAB II", "2.4 Waktu Pelaksanaan", "Jadwal persiapan, pelaksanaan, pengolahan, laporan."),
    Passage("penentuan", "BAB II", "2.5 Penentuan Jumlah Responden", "Dari mana jumlah pengguna layanan diketahui."),
    Passage("responden", "BAB III", "3.1 Jumlah Responden", "Catatan tentang siapa yang menjawab."),
    Passage("indeks", "BAB III", "3.2 Indeks dan Nilai per Unsur", "Catatan tentang nilainya."),
    Passage("analisis", "BAB IV", "4.1 Analisis Masalah", "Sebab kelemahan dan kelebihan unsur, menurut unit."),
    Passage("rencana", "BAB IV", "4.2 Rencana Tindak Lanjut", "Bagaimana rencana disusun, dan kapan dibahas di forum."),
    Passage("tren", "BAB IV", "4.3 Tren Nilai", "Yang diketahui tentang perubahan nilai."),
    Passage("kesimpulan", "BAB V", "Kesimpulan dan Saran", "Kesimpulan pimpinan."),
    Passage("dokumentasi", "Lampiran", "3 Dokumentasi Pelaksanaan", "Keterangan foto dan berkas pendukung.", alone=True),
    Passage("tindak_lanjut", "Lampiran", "4 Tindak Lanjut Periode Sebelumnya", "Apa yang sudah dikerjakan.", alone=True),
)  # fmt: skip
KEYS = tuple(one.key for one in PASSAGES)


def written(release: Release) -> Mapping[str, str]:
    """Give what the office wrote for a release's subject and period, by passage; an empty text where nothing stands."""
    found = dict(_rows(release).values_list("passage", "text"))
    return {key: found.get(key, "") for key in KEYS}


def write(release: Release, texts: Mapping[str, str], *, who: str, seen: str = "") -> tuple[str, ...]:
    """Keep what the office wrote; passages that are not given stay. Gives the keys of those that changed.

    `seen` is the `stamp` of what the writer had in view; empty where that does not matter.

    Raises:
        CollectorError: a passage is too long (`report_long`), or somebody else wrote meanwhile (`report_meanwhile`).
    """
    given = {key: tidy(text) for key, text in texts.items() if key in KEYS}
    for key, text in given.items():
        if len(text) > LONGEST:
            raise CollectorError("report_long", passage=title(key), length=len(text), most=LONGEST)
    with transaction.atomic():
        Release.objects.select_for_update(no_key=True).get(pk=release.pk)
        before = written(release)
        if seen and seen != stamp(before):
            raise CollectorError("report_meanwhile")
        changed = tuple(key for key in KEYS if key in given and given[key] != before[key])
        for key in changed:
            row = _rows(release).filter(passage=key).first() or ReportPassage(**_whose(release), passage=key)
            row.text, row.changed_at, row.changed_by = given[key], clock.now(), who[:150]
            row.save()
        if changed:
            trail.note(
                who=who,
                action="report written",
                subject=f"{release.subject} {release.code} {release.period}",
                facts={"instrument": release.instrument, "passages": list(changed)},
            )
    return changed


def stamp(words: Mapping[str, str]) -> str:
    """Give a short digest of what stands in all passages."""
    return hashlib.sha256(repr([words[key] for key in KEYS]).encode()).hexdigest()[:16]


def tidy(text: str) -> str:
    """Give a text in lines, without what steers a reader's program or what no file can hold; its letters stay as they are."""
    # Cut before looking at each letter: what comes from a browser or a file may be of any length.
    lines = (
        unicodedata.normalize("NFC", text[: 4 * LONGEST])
        .replace("\r\n", "\n")
        .replace("\r", "\n")
        .split("\n")
    )
    return "\n".join(" ".join("".join(map(_letter, line)).split()) for line in lines).strip("\n")


def lines_of(text: str) -> tuple[str, ...]:
    """Give the paragraphs of a passage."""
    return tuple(line for line in text.split("\n") if line)


def printed(key: str, lines: tuple[str, ...]) -> tuple[str, ...]:
    """Give the paragraphs of a passage as a report prints them: where nothing else stands, it says that nothing was written."""
    return lines or ((EMPTY,) if next(one.alone for one in PASSAGES if one.key == key) else ())


def title(key: str) -> str:
    """Give a passage's title."""
    return next(one.title for one in PASSAGES if one.key == key)


def strange_numbers(words: Mapping[str, str], printed: str) -> Mapping[str, tuple[str, ...]]:
    """Give by passage the numbers that somebody typed as an index is printed (`81,37`) and that stand nowhere in the report itself.

    After a correction these are the ones that may have grown old.
    """
    known = set(_NUMBER.findall(printed))
    found = {
        key: tuple(dict.fromkeys(one for one in _NUMBER.findall(words[key]) if one not in known))
        for key in KEYS
    }
    return {key: numbers for key, numbers in found.items() if numbers}


def _letter(one: str) -> str:
    category = unicodedata.category(one)
    if category in ("Cf", "Cs", "Co", "Cn"):  # direction marks, joiners, halves of letters, what is no letter
        return ""
    return " " if category[0] in "CZ" else one


def _whose(release: Release) -> dict[str, str]:
    return {
        "subject": release.subject,
        "code": release.code,
        "period": release.period,
        "instrument": release.instrument,
    }


def _rows(release: Release) -> QuerySet[ReportPassage]:
    return ReportPassage.objects.filter(**_whose(release))
