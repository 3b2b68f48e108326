"""The pack for a public consultation as a DOCX, for an office that goes on writing its minutes in a word processor."""

from collector.papers.consultation import Consultation, consultation
from collector.papers.press import Press
from collector.papers.registry import Audience, Format, Purpose
from collector.papers.said import Said
from collector.papers.word_file import WordFile


def _make(said: Said, _: Press) -> bytes:
    found = consultation(said)
    file = WordFile(title=f"Berita Acara {found.title}, {said.name}", day=found.day)
    _material(file, said, found)
    file.next_page()
    _minutes(file, said, found)
    return file.close()


def _letterhead(file: WordFile, said: Said) -> None:
    if said.withdrawn:
        file.line(said.withdrawn, strong=True)
    for words in said.worn.letterhead:
        file.line(words, strong=words == said.worn.letterhead[-1], centred=True)


def _material(file: WordFile, said: Said, found: Consultation) -> None:
    _letterhead(file, said)
    file.line(f"BAHAN {found.title.upper()}", strong=True, centred=True, size=13)
    file.line(f"{said.name}, {said.period}", centred=True)
    file.line("Tiga unsur terendah", strong=True)
    rows = [
        (
            low.element, low.value, low.interval, "; ".join(f"{period}: {value}" for period, value, _ in low.trend),
            low.change or "belum ada pembanding",
        )
        for low in found.lows
    ]  # fmt: skip
    file.table(
        ("Unsur", "Nilai", "Selang 95 %", "Tren", "Sejak rilis sebelumnya"), rows, widths=(42, 16, 26, 42, 40)
    )
    file.line(
        f"Dari rilis {said.address} ({said.link}), {said.respondents}; {said.title} {said.value}, mutu {said.category}. {said.sample_method}",
        size=9,
    )
    file.line("Rencana tindak lanjut yang terbuka", strong=True)
    plans = [
        (str(one.number), one.element, one.action, one.months, one.responsible) for one in found.open_plans
    ]
    file.table(
        ("No.", "Prioritas Unsur", "Program/Kegiatan", "Waktu", "Penanggung Jawab"),
        plans or [("", "Tidak ada.", "", "", "")],
        widths=(10, 38, 58, 30, 30),
    )
    file.line("Pengaduan", strong=True)
    file.line("Belum ada angka pengaduan yang diterbitkan; isi pengaduan warga tidak pernah dibawa ke forum.")


def _minutes(file: WordFile, said: Said, found: Consultation) -> None:
    _letterhead(file, said)
    file.line(f"BERITA ACARA HASIL {found.title.upper()}", strong=True, centred=True, size=13)
    file.line(f"TENTANG {found.topic.upper()}", centred=True)
    file.line(f"{(said.region or said.name).upper()} TAHUN {found.year}", centred=True)
    file.line(
        f"Pada {found.day_sentence}, bertempat di {found.place}, telah dilaksanakan {found.title} tentang {found.topic}"
        f" oleh {said.name}, dengan hasil sebagai berikut:"
    )
    agreed = [
        (str(number), one.problem, one.proposal, one.until)
        for number, one in enumerate(found.agreed, start=1)
    ]
    file.table(
        ("No.", "Identifikasi Masalah", "Usulan Rekomendasi Perbaikan", "Jangka Waktu Penyelesaian"),
        agreed,
        widths=(10, 54, 64, 38),
    )
    file.line(
        "Penyelenggara menerima masalah, usulan rekomendasi perbaikan, dan jangka waktu penyelesaian di atas, dan akan melaksanakannya."
    )
    file.line("Masyarakat akan memantau pelaksanaannya; kemajuannya terbaca umum sampai forum berikutnya.")
    file.line("Demikian Berita Acara ini dibuat untuk dipergunakan sebagaimana mestinya.")
    file.line(found.place_and_day)
    signers = [(str(number), "", "", role, "") for number, role in enumerate(found.signers, start=1)]
    file.table(
        ("No.", "Nama & No. HP", "Jenis Kelamin (L/P)", "Jabatan/Organisasi", "Tanda Tangan"),
        signers,
        widths=(10, 48, 26, 46, 36),
    )
    file.line("Kehadiran menurut kelompok", strong=True)
    file.table(("Kelompok (PermenPAN-RB 16/2017)", "Jumlah hadir"), found.attendance, widths=(110, 56))
    if found.present:
        file.line(
            f"{found.present} dari lima kelompok hadir: nilai {found.present} dari 5 (PEKPPP, indikator 2)."
        )


FORMAT = Format(
    name="forum-docx",
    file="forum-konsultasi-publik.docx",
    content_type="application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    title="Berita Acara Forum Konsultasi Publik, untuk ditulis lanjut",
    audience=Audience.OFFICE,
    purpose=Purpose.FOLLOW,
    make=_make,
    of_units=True,
)
