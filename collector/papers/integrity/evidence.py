"""What there is to show, dimension by dimension, with how far it goes and why, and what there is not.

Nothing here is a mark: the numeric bands of Peraturan Ombudsman 61/2025 were not found, and Desa Anti-maladministrasi has no score that was.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from collector import clock
from collector.errors import CollectorError
from collector.fleet.assignments import standing_at
from collector.fleet.models import Unit
from collector.followup import forum
from collector.followup.models import Item
from collector.followup.models import State as PlanState
from collector.local import local_date
from collector.papers.integrity.complaints import Counted, counted
from collector.papers.integrity.perceived import FORMS_ASKED, TAKING_PART, Perceived, perceived
from collector.papers.register import entries
from collector.papers.said import Said, printed
from collector.releases.models import Release
from collector.releases.states import State
from survey.index.periods import long_date

PRESENT, PARTLY, NONE = "ada", "sebagian", "tidak ada di sini"
ASKED = ("waktu", "prosedur", "persyaratan", "biaya", "produk")
"""What the Ombudsman asks citizens about, as elements of the SKM, in its order."""
_GROUPS = 5


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is looked for."""

    part: str
    """The dimension or the indicator."""
    what: str
    state: str
    """Whether there is evidence of it here: all of it, some, none."""
    why: str


@dataclass(frozen=True, slots=True)
class Known:
    """What the lines are made of."""

    said: Said
    unit: Unit
    complaints: Counted
    forms: Perceived | None
    """What users said of the ten forms of maladministration; None where that is not out."""
    taking_part: Perceived | None
    """What they said of public meetings; None where that is not out."""


def known(said: Said, *, whole: bool) -> Known:
    """Gather what is known beside a unit's release; `whole` counts complaints about officers too.

    Raises:
        CollectorError: it is no unit's release (`paper_of_unit`).
    """
    release = said.release
    if release.unit is None:
        raise CollectorError("paper_of_unit", name="ombudsman")
    today = local_date(clock.now(), release.unit.time_zone)
    found = counted(release.unit, release.first_day, release.last_day, today=today, whole=whole)
    return Known(said, release.unit, found, perceived(release, FORMS_ASKED), perceived(release, TAKING_PART))


def element_rows(said: Said, keys: tuple[str, ...] = ASKED) -> list[tuple[str, str, str, str]]:
    """Give elements with value, interval and category, as they were published."""
    frozen = {one["key"]: one for one in (said.reading.index or {})["elements"]}
    named = {one.key: one for one in said.elements}
    return [
        (named[key].name, named[key].value, _interval(frozen[key]), named[key].category)
        for key in keys
        if key in named
    ]


def dimensions(found: Known) -> list[Line]:
    """Give the Ombudsman's four dimensions and public trust."""
    return [*_input(found), *_process(found), *_output(found), *_handling(found), _trust()]


def indicators(found: Known) -> list[Line]:
    """Give the four indicators of Desa Anti-maladministrasi."""
    standard, complaints = "Standar pelayanan publik", "Pengelolaan pengaduan"
    facilities, competence = "Sarana prasarana pelayanan", "Kompetensi pelaksana"
    return [
        Line(
            standard,
            "Standar pelayanan (14 komponen) terpasang",
            NONE,
            "Dilihat saat kunjungan: lembar periksa, bagian 1.",
        ),
        _element(found, standard, "Penilaian pengguna: persyaratan", "persyaratan"),
        _element(found, standard, "Penilaian pengguna: prosedur", "prosedur"),
        _element(found, standard, "Penilaian pengguna: waktu", "waktu"),
        _element(found, standard, "Penilaian pengguna: biaya", "biaya"),
        *(Line(complaints, one.what, one.state, one.why) for one in _handling(found)),
        _element(found, facilities, "Penilaian pengguna: sarana prasarana", "sarpras"),
        _plans(found, facilities, "sarpras"),
        _element(found, competence, "Penilaian pengguna: kompetensi", "kompetensi"),
        _element(found, competence, "Penilaian pengguna: perilaku", "perilaku"),
        _plans(found, competence, "kompetensi", "perilaku"),
    ]


def _input(found: Known) -> Iterator[Line]:
    part = "Input"
    yield _element(found, part, "Pengetahuan petugas, menurut pengguna", "kompetensi")
    year = found.said.release.last_day.year
    held = [one for one in forum.forums(found.unit) if one.held_on.year == year]
    if held:
        groups = forum.groups_present(held[0])
        yield Line(
            part, "Perencanaan: masyarakat diajak bicara", PRESENT if groups == _GROUPS else PARTLY,
            f"Forum konsultasi publik {long_date(held[0].held_on)}, {groups} dari {_GROUPS} kelompok hadir.",
        )  # fmt: skip
    else:
        yield Line(
            part, "Perencanaan: masyarakat diajak bicara", NONE, f"Tidak ada forum yang tercatat pada {year}."
        )
    yield Line(
        part, "Jaminan dan kompensasi", NONE, "Kompensasi tidak dicatat pada pengaduan: lampirkan sendiri."
    )
    said = found.complaints
    looked = (
        f"{said.steps} langkah pada pengaduan oleh {said.workers} akun, terakhir {long_date(said.last_step)}."
        if said.last_step is not None
        else "Tidak ada langkah pada pengaduan periode ini."
    )
    yield Line(
        part,
        "Pengawasan internal atasan dan inspektorat",
        PARTLY if said.steps else NONE,
        f"{looked} Laporan pengawasan: lampirkan sendiri.",
    )


def _process(found: Known) -> Iterator[Line]:
    part = "Proses"
    yield Line(
        part, "Persepsi pengguna atas standar", PRESENT,
        f"SKM {found.said.period}: {found.said.value}, {found.said.respondents}, antara {found.said.low} dan {found.said.high}."
        if found.said.low
        else f"SKM {found.said.period}: {found.said.value}, {found.said.respondents}.",
    )  # fmt: skip
    ipak, asked = _beside(found.said.release), found.forms
    if asked is not None:
        beside = (
            f" IPAK {printed(ipak.value)}, rilis {ipak.address}." if ipak is not None and ipak.value else ""
        )
        yield Line(
            part, "Persepsi pengguna atas maladministrasi", PRESENT,
            f"Sepuluh bentuk ditanyakan satu per satu, dengan kata-kata sendiri, kepada {asked.n} orang: rilis {asked.address}."
            f" Persentase tiap bentuk di bawah; tidak ada nilai gabungan.{beside}",
        )  # fmt: skip
    elif ipak is not None and ipak.value is not None:
        yield Line(
            part, "Persepsi pengguna atas maladministrasi", PARTLY,
            f"IPAK {printed(ipak.value)} dari {ipak.n} orang, rilis {ipak.address}; sepuluh bentuk maladministrasi tidak ditanyakan satu per satu.",
        )  # fmt: skip
    else:
        yield Line(
            part,
            "Persepsi pengguna atas maladministrasi",
            NONE,
            "Tidak ada IPAK yang terbit untuk periode ini.",
        )
    hints = [f"{form.replace('_', ' ')} {count}" for form, count in found.complaints.hints if count]
    why = (
        f"Petunjuk dari pengaduan, bukan temuan: {', '.join(hints)}."
        if hints
        else "Tidak ada pengaduan yang memberi petunjuk."
    )
    yield Line(
        part,
        "Pengaduan menurut bentuk maladministrasi",
        PARTLY if hints else NONE,
        f"{why} {_counted(found)}".strip(),
    )
    yield Line(part, "Persepsi petugas", NONE, "Petugas tidak disurvei.")


def _output(found: Known) -> Iterator[Line]:
    year = found.said.release.last_day.year
    out = Release.objects.filter(
        subject="ipp", code=found.unit.code, state=State.PUBLISHED, last_day__year=year
    )
    ipp = out.exclude(value=None).order_by("instrument").last()
    what = "Data sekunder: BPS, KemenPANRB, Kemendagri, Bappenas"
    if ipp is not None and ipp.value is not None:
        yield Line(
            "Output",
            what,
            PARTLY,
            f"IPP {year} {printed(ipp.value)}, kategori {ipp.category}, rilis {ipp.address}; yang lain tidak ada di sini.",
        )
    else:
        yield Line(
            "Output",
            what,
            NONE,
            f"Tidak ada IPP {year} yang terbit di sini; data lembaga lain tidak ada di sini.",
        )


def _handling(found: Known) -> Iterator[Line]:
    part, said = "Pengaduan", found.complaints
    kiosks = len(standing_at(found.unit))
    yield Line(
        part, "Sarana pengaduan", PARTLY if kiosks else NONE,
        f"{kiosks} kios menerima pengaduan; sarana lain dilihat saat kunjungan." if kiosks else "Tidak ada kios.",
    )  # fmt: skip
    if said.received:
        days = (
            f"; separuh dijawab dalam {said.median_days} hari atau kurang"
            if said.median_days is not None
            else ""
        )
        late = f"; {said.late} lewat batasnya" if said.late else ""
        why = f"{said.received} diterima, {said.answered} dijawab, {said.done} selesai{days}{late}."
    else:
        why = "Tidak ada pengaduan yang diterima di kios pada periode ini."
    yield Line(
        part, "Penyelesaian pengaduan", PRESENT if said.received else NONE, f"{why} {_counted(found)}".strip()
    )
    yield _element(found, part, "Penilaian pengguna: penanganan pengaduan", "pengaduan")
    yield _plans(found, part, "pengaduan")
    published = len(entries(found.said.release))
    yield Line(
        part, "Hasil dipublikasikan", PRESENT if published else NONE,
        f"{published} publikasi tercatat untuk rilis ini." if published else "Tidak ada publikasi yang tercatat.",
    )  # fmt: skip


def _trust() -> Line:
    return Line(
        "Kepercayaan masyarakat",
        "Bobot 30 % dari penilaian",
        NONE,
        "Tidak diukur di sini; SKM bukan ukurannya.",
    )


def _element(found: Known, part: str, what: str, key: str) -> Line:
    rows = element_rows(found.said, (key,))
    if not rows:
        return Line(part, what, NONE, "Kuesionernya tidak menanyakan unsur ini.")
    ((_, value, interval, category),) = rows
    return Line(part, what, PRESENT, f"Nilai {value}, selang {interval}, mutu {category}.")


def _plans(found: Known, part: str, *keys: str) -> Line:
    release = found.said.release
    plans = Item.objects.filter(
        unit=found.unit, release__period=release.period, instrument=release.instrument, element__in=keys
    )
    total, done = plans.count(), plans.filter(state=PlanState.DONE).count()
    why = f"{done} dari {total} rencana selesai." if total else "Tidak ada rencana untuk unsur ini."
    return Line(part, "Rencana perbaikan", PRESENT if total else NONE, why)


def _counted(found: Known) -> str:
    return "" if found.complaints.whole else "Pengaduan tentang petugas tidak ikut dihitung di berkas unit."


def _beside(release: Release) -> Release | None:
    out = Release.objects.filter(
        unit=release.unit, subject="unit", period=release.period, state=State.PUBLISHED
    )
    return out.filter(instrument__in=("spak", "spak-1-4")).exclude(n=None).order_by("instrument").first()


def _interval(frozen: Mapping[str, Any]) -> str:
    ends = frozen["interval"]
    return f"{printed(ends['low'])} – {printed(ends['high'])}" if ends else "tidak ada"
