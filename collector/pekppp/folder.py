"""The folder itself: a subfolder an indicator with its files, the fields of F-01 A ready to copy, the recapitulation of F-03, and the index.

As long as releases, registers and the day stand still, it is the same, byte for byte.
"""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from collector.followup.models import Evidence, Item
from collector.handover.outputs import poster, report
from collector.papers.cleaning import clean
from collector.papers.press import Press
from collector.papers.register import media
from collector.papers.registry import find
from collector.papers.said import said_of
from collector.pekppp.facts import Facts, Promised, Survey
from collector.pekppp.finding import Finding
from collector.pekppp.findings import findings
from collector.pekppp.summary import summary
from collector.releases.content import opened, two_decimals
from collector.scores.show.formats import comma
from collector.standards import sheets
from collector.standards.history import items_of
from collector.standards.models import VisitPhoto
from survey.index.pekppp import meets

FOLDERS: Mapping[int, str] = {
    1: "01-standar-pelayanan",
    2: "02-forum",
    4: "04-peninjauan",
    5: "05-maklumat",
    6: "06-skm",
    7: "07-media",
    8: "08-tindak-lanjut",
    9: "09-kecepatan",
    25: "25-sarana-pengaduan",
    27: "27-pengelolaan-pengaduan",
    28: "28-pengaduan",
}
_GUARDED = ("=", "+", "-", "@", "\t", "\r")


class File(NamedTuple):
    """A file of the folder."""

    path: str
    data: bytes


class Quota(NamedTuple):
    """How many users' forms are asked for, and who asks."""

    number: int
    source: str


def files(facts: Facts, press: Press, *, quota: Quota | None = None) -> Iterator[File]:
    """Give all files, the index first."""
    found = findings(facts)
    yield File("00-ringkasan.pdf", summary(facts, found, FOLDERS, press))
    yield File("00-isian-F01.csv", _csv(("Indikator", "Isian", "Jawaban"), _fields(found)))
    yield from _promised(facts, press)
    for survey in facts.surveys:
        yield from _of_survey(survey, press, has_forum=bool(facts.forums) and survey is facts.last)
    yield File(f"{FOLDERS[7]}/register.csv", _csv(_REGISTER, _publications(facts)))
    yield from _photos(facts)
    yield from _complaints(facts, found[-1], press)
    if facts.users is not None:
        yield File("F03/rekap.csv", _csv(_RECAP, _recap(facts, quota)))


def name_of(facts: Facts) -> str:
    """Give the folder's name: `pekppp_sukamaju_2026`."""
    return f"pekppp_{facts.unit.code}_{facts.year}"


_VERSIONS = (
    "Layanan",
    "Versi",
    "Berlaku mulai",
    "Ditetapkan oleh",
    "Nomor",
    "Tanggal",
    "Ditinjau ulang",
    "Kelompok",
    "Kelengkapan",
)
_VISITS = (
    "Kunjungan",
    "Tanggal",
    "Nama",
    "Jabatan",
    "Butir",
    "Ditemukan",
    "Catatan",
    "Foto",
    "Tanggapan unit",
)


def _promised(facts: Facts, press: Press) -> Iterator[File]:
    """Give each standard in force with its fourteen components, the maklumat with its photo, and what visits found."""
    said = facts.promised
    for one in said.services:
        if one.standard is not None:
            name = f"{one.service.code}_versi-{one.standard.number}.pdf"
            yield File(f"{FOLDERS[1]}/{name}", sheets.of_standard(one.standard, press, whole=True))
    if said.in_force:
        yield File(f"{FOLDERS[4]}/standar.csv", _csv(_VERSIONS, _versions(said)))
    if said.visits:
        yield File(f"{FOLDERS[1]}/kunjungan.csv", _csv(_VISITS, _visits(said)))
        for photo in VisitPhoto.objects.filter(visit__in=[one.visit for one in said.visits]).order_by("pk"):
            yield File(f"{FOLDERS[1]}/kunjungan/foto-{photo.pk}.jpg", bytes(photo.data))
    if said.maklumat is not None:
        path = f"{FOLDERS[5]}/maklumat_versi-{said.maklumat.number}"
        yield File(f"{path}.pdf", sheets.of_promise(said.maklumat, press))
        if said.maklumat.has_photo:
            yield File(f"{path}.jpg", bytes(said.maklumat.photo))


def _versions(said: Promised) -> Iterator[Sequence[str]]:
    for one in said.services:
        if (found := one.standard) is not None:
            yield (
                one.service.name,
                str(found.number),
                found.in_force_from.isoformat(),
                found.decided_by,
                found.decree_number,
                found.decree_date.isoformat() if found.decree_date else "",
                found.reviewed_on.isoformat() if found.reviewed_on else "",
                ", ".join(found.group_names),
                one.whole.words,
            )


def _visits(said: Promised) -> Iterator[Sequence[str]]:
    for one in said.visits:
        reply = (
            "belum"
            if one.reply is None
            else "diterima"
            if one.reply.accepts
            else f"keberatan: {one.reply.note}"
        )
        for item in (item for _, items in items_of(one.visit) for item in items if item.kind):
            photos = ", ".join(f"foto-{pk}.jpg" for pk in item.photos)
            visit = one.visit
            yield (
                str(visit.number), visit.visited_on.isoformat(), visit.name, visit.office, item.name, item.found, item.note, photos, reply,
            )  # fmt: skip


def _fields(found: Sequence[Finding]) -> Iterator[Sequence[str]]:
    for one in found:
        for name, answer in one.fields:
            yield str(one.number), name, answer


def _of_survey(survey: Survey, press: Press, *, has_forum: bool) -> Iterator[File]:
    """Give the papers of one release, each in the folder of the indicator that asks for it."""
    said, period = said_of(survey.release), survey.release.period
    wanted = [(6, "report-pdf"), (6, "poster-a4")]
    wanted += [(8, "rtl"), (8, "rtl-sheet")] if survey.standing.planned else []
    wanted += [(9, "followup-report")] if survey.standing.days.followed else []
    wanted += [(2, "forum")] if has_forum else []
    for number, name in wanted:
        one = find(name)
        yield File(f"{FOLDERS[number]}/{period}_{one.file}", one.make(said, press))
    items = Item.objects.filter(
        unit=survey.release.unit, release__period=period, instrument=survey.release.instrument
    )
    for kept in (
        Evidence.objects.filter(item__in=items, taken_back_at=None).select_related("item").order_by("pk")
    ):
        yield File(
            f"{FOLDERS[8]}/bukti/{period}_rencana-{kept.item.number}_{kept.pk}_{kept.name}", bytes(kept.data)
        )


def _complaints(facts: Facts, found: Finding, press: Press) -> Iterator[File]:
    """Give the poster on how to complain, the published reports, and the four numbers with their level. No complaint is told."""
    yield File(f"{FOLDERS[25]}/cara-mengadu.pdf", poster.mechanism(facts.unit, press, size="a4"))
    for one in facts.complaints.reports:
        yield File(
            f"{FOLDERS[27]}/laporan-pengaduan_{one.period}.pdf", report.pdf(facts.unit, one.content, press)
        )
    rows = [*found.fields, ("Tingkat", str(found.level)), ("Mengapa", found.why)]
    yield File(f"{FOLDERS[28]}/angka.csv", _csv(("Isian", "Jumlah"), rows))


_REGISTER = ("Tanggal", "Media", "Tempat", "Tautan", "Foto", "Dicatat oleh", "Rilis")


def _publications(facts: Facts) -> Iterator[Sequence[str]]:
    for survey in facts.surveys:
        for line in survey.publications:
            photo = f"foto-{line.number}.jpg" if line.photo else ""
            (medium,) = media([line])
            yield (
                line.day.isoformat(),
                str(medium.label),
                line.where,
                line.link,
                photo,
                line.who,
                survey.release.address,
            )


def _photos(facts: Facts) -> Iterator[File]:
    for survey in facts.surveys:
        for line in survey.publications:
            if line.photo:
                yield File(f"{FOLDERS[7]}/foto-{line.number}.jpg", line.photo)


_RECAP = ("No", "Kode", "Butir", "Rata-rata (0-5)")


def _recap(facts: Facts, quota: Quota | None) -> Iterator[Sequence[str]]:
    """Give the fourteen items of the users' form, the number of forms against what is asked for, and the mean."""
    if facts.users is None:
        return
    said = opened(facts.users)
    index = said["index"]
    for place, one in enumerate(index["elements"], start=1):
        yield str(place), one["label"], one["name"], comma(two_decimals(one["value"]))
    yield "", "", "Nilai F-03", comma(two_decimals(index["value"]))
    yield "", "", f"Jumlah responden, rilis {facts.users.address}", str(said["n"])
    if quota is not None:
        met = "terpenuhi" if meets(quota.number, said["n"]) else "belum terpenuhi"
        yield "", "", f"Kuota menurut {quota.source}: {met}", str(quota.number)


def _csv(head: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> bytes:
    """Give a table that an Indonesian Excel opens: semicolons, a mark of its encoding, nothing that runs as a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(head)
    for row in rows:
        writer.writerow([_guarded(clean(cell, longest=500)) for cell in row])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _guarded(cell: str) -> str:
    return f"'{cell}" if cell.startswith(_GUARDED) and len(cell) > 1 else cell
