"""A card that was stolen or lost: what it held at most, and the notice that the law asks for within 3 × 24 hours.

UU 27/2022 on the protection of personal data, article 46: in writing, to the people concerned and to the agency, within 3 × 24 hours: which
data, when and how, what is done about it. (The article's number is unverified.)

What lay on a card is never known exactly: it can hold more than anybody heard of, and it lets go of records a file at a time. So every
number here is *at most*, or says that it is not known.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from collector.complaints.models import Ticket, TicketAddition
from collector.evidence.kiosks import KnownKiosk
from collector.evidence.models import Stream
from collector.local import clock_text, day_text, local_date
from collector.papers.word_file import WordFile
from collector.scores.models import Response
from collector.scores.tallies.keys import response_id

NOTICE_WITHIN = timedelta(hours=72)
MOST_CONFIRMED_RECORDS = 7_000
"""So many confirmed records can still lie in a journal's newest file: it has 1 MiB, and no record has fewer than 150 bytes."""


@dataclass(frozen=True, slots=True)
class StolenCard:
    """What a card held at most when it was lost."""

    kiosk: str
    unit: str
    place: str
    zone: str
    lost_at: datetime
    known_at: datetime
    heard_at: datetime | None
    """When the kiosk was heard last; what it wrote after that is not known."""
    unsent: int
    """Records that it had proven to have written and that are not here: they may exist on the card alone."""
    answers: int
    """Answers that are here and may lie on the card too: in clear, without names."""
    complaints: tuple[str, ...]
    """Numbers of complaints that may lie on it: sealed, for the collector alone."""
    with_number: tuple[str, ...]
    """Of these, those whose citizen left a telephone number: they can be told."""
    revoked: bool

    @property
    def notice_by(self) -> datetime:
        """Until when the notice is due."""
        return self.known_at + NOTICE_WITHIN


def held_by(known: KnownKiosk, *, lost_at: datetime, known_at: datetime) -> StolenCard:
    """Give what a kiosk's card held at most when it was lost."""
    answers = 0
    tickets: list[Ticket] = []
    lost_ms = round(lost_at.timestamp() * 1000)
    for stream in Stream.objects.filter(kiosk=known.kiosk).order_by("pk"):
        first = max(1, stream.through - MOST_CONFIRMED_RECORDS + 1)
        span = (response_id(stream.pk, first), response_id(stream.pk, stream.through))
        answers += Response.objects.filter(pk__gte=span[0], pk__lte=span[1], at_ms__lte=lost_ms).count()
        tickets += Ticket.objects.filter(stream_id=stream.pk, seq__gte=first, at_ms__lte=lost_ms)
    numbers = TicketAddition.objects.filter(ticket__in=tickets, kind="number")
    told = set(numbers.exclude(consent_version="").values_list("ticket_id", flat=True))
    stand = known.stand
    return StolenCard(
        kiosk=known.kiosk.name,
        unit=stand.unit.name if stand is not None else "",
        place=stand.place.name if stand is not None else "",
        zone=known.zone,
        lost_at=lost_at,
        known_at=known_at,
        heard_at=known.state.heard_at if known.state is not None else None,
        unsent=known.awaited,
        answers=answers,
        complaints=tuple(one.number for one in tickets),
        with_number=tuple(one.number for one in tickets if one.pk in told),
        revoked=known.revoked,
    )


def notice(card: StolenCard) -> bytes:
    """Give the draft of the notice as a DOCX: the office completes and signs it."""
    file = WordFile(
        title=f"Pemberitahuan kegagalan pelindungan data, kios {card.kiosk}",
        day=local_date(card.known_at, card.zone),
    )
    file.line("PEMBERITAHUAN KEGAGALAN PELINDUNGAN DATA PRIBADI", strong=True, centred=True, size=13)
    file.line("(konsep; lengkapi bagian dalam kurung siku, lalu tanda tangani)", centred=True, size=9)
    file.line(
        f"Disampaikan paling lambat {_when(card.notice_by, card.zone)} (3 × 24 jam sejak diketahui) kepada subjek data dan "
        "lembaga pelindungan data pribadi, menurut UU 27/2022."
    )
    file.line("1. Apa yang terjadi", strong=True)
    file.line(
        f"Kios penilaian {card.kiosk} milik {card.unit} di {card.place} hilang atau dicuri sekitar {_when(card.lost_at, card.zone)}; "
        f"diketahui {_when(card.known_at, card.zone)}. [Bagaimana diketahui; nomor laporan polisi bila ada.]"
    )
    file.line("2. Data yang mungkin ada pada kartu kios", strong=True)
    file.table(("Data", "Paling banyak", "Dapat dibaca orang lain?"), rows_of(card), widths=(62, 34, 70))
    file.line("3. Yang sudah dan sedang dilakukan", strong=True)
    done = "Kunci kios sudah dicabut" if card.revoked else "[BELUM: cabut kunci kios]"
    file.line(
        f"{done}: catatan baru dari kartu itu tidak diterima. Yang sudah sampai di pusat tidak hilang. [Langkah lain.]"
    )
    file.line("4. Yang dapat dilakukan warga", strong=True)
    file.line(
        "Tidak ada nama pada kartu. Siapa yang meninggalkan nomor telepon bersama pengaduan dapat mencabutnya dengan kode tiket, di kios mana pun "
        "milik unit ini atau pada halaman pengaduan. [Nama dan nomor petugas yang dapat dihubungi.]"
    )
    file.line("[Tempat, tanggal]          [Jabatan, nama, tanda tangan]")
    return file.close()


def rows_of(card: StolenCard) -> list[tuple[str, str, str]]:
    """Give what may lie on the card: what, how many at most, and whether somebody else can read it."""
    heard = _when(card.heard_at, card.zone) if card.heard_at is not None else "belum pernah terdengar"
    return [
        (
            "Jawaban survei yang sudah sampai di pusat", f"{card.answers}",
            "Ya: nilai, waktu, dan profil (umur, jenis kelamin, pendidikan, pekerjaan); tanpa nama",
        ),
        (
            "Catatan yang belum sampai di pusat", f"{card.unsent}, dan yang ditulis sejak {heard}",
            "Jawaban: ya, tanpa nama. Pengaduan: tidak",
        ),
        (
            "Pengaduan (topik, tulisan)", f"{len(card.complaints)} yang sudah sampai",
            "Tidak: disegel untuk pusat; kios sendiri tidak dapat membukanya",
        ),
        ("Nomor telepon pada pengaduan", f"{len(card.with_number)} yang sudah sampai", "Tidak: disegel untuk pusat"),
        ("Kunci kios dan PIN petugas", "1", "Kunci: ya, karena itu dicabut. PIN: hanya sidiknya"),
    ]  # fmt: skip


def _when(moment: datetime, zone: str) -> str:
    return f"{day_text(local_date(moment, zone), 'id')} pukul {clock_text(moment, zone)}"
