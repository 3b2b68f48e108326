"""From a unit's year to PEKPPP's indicators: the level each comes to, why, what a level more asks for, and the fields of form F-01 A."""

from collections.abc import Iterator
from fractions import Fraction

from collector.followup.levels import MONTHS_OF, share_level
from collector.papers.models import Medium
from collector.papers.register import media
from collector.pekppp import levels
from collector.pekppp.facts import Facts, Survey
from collector.pekppp.finding import Finding, Step, yes
from collector.pekppp.promised import promise, publication, review, standard
from collector.releases.content import two_decimals
from collector.scores.show.formats import comma
from survey.index.pekppp import HIGHEST
from survey.index.periods import long_date

_GROUPS = 5


def findings(facts: Facts) -> tuple[Finding, ...]:
    """Give all indicators of which there is evidence, by their numbers."""
    return (
        standard(facts),
        _forum(facts),
        publication(facts),
        review(facts),
        promise(facts),
        _survey(facts),
        _media(facts),
        _share(facts),
        _speed(facts),
        *_seen(facts),
        _managed(facts),
        _complaints(facts),
    )


def nearest(found: tuple[Finding, ...]) -> list[Finding]:
    """Give what is nearest to a higher level: the fewest things to do first, then what adds most."""
    return sorted(
        (one for one in found if one.step is not None),
        key=lambda one: (one.step.needed if one.step else 0, -one.gain, one.number),
    )


def _forum(facts: Facts) -> Finding:
    best = max((groups for _, groups in facts.forums), key=len, default=())
    level = levels.forum_level(len(best))
    day = next((day for day, groups in facts.forums if groups == best), None)
    drawn_up = max((one.group_names for one in facts.promised.in_force), key=len, default=[])
    if len(drawn_up) > len(best):  # what the form asks; a forum is the usual way, and not the only one
        level = levels.forum_level(len(drawn_up))
        told = (
            f"Penyusunan standar melibatkan {len(drawn_up)} dari {_GROUPS} kelompok: {', '.join(drawn_up)}."
        )
        more = Step("libatkan satu kelompok lagi", 1, level + 1) if level < HIGHEST else None
        return Finding(2, level, told, (("Jumlah kelompok peserta", str(len(drawn_up))),), more)
    why = (
        f"Forum {long_date(day)} dihadiri {len(best)} dari {_GROUPS} kelompok: {', '.join(best) or 'tidak ada'}."
        if day is not None
        else f"Tidak ada forum yang tercatat pada {facts.year}."
    )
    step = None
    if level < HIGHEST:
        step = Step("undang satu kelompok lagi ke forum" if best else "adakan forum", 1, level + 1)
    fields = (
        ("Forum konsultasi publik", "Ya" if facts.forums else "Tidak"),
        ("Jumlah kelompok peserta", str(len(best))),
    )
    return Finding(2, level, why, fields, step)


def _survey(facts: Facts) -> Finding:
    step: Step | None
    last, index = facts.last, facts.last.said["index"] if facts.last else None
    kinds = _kinds(facts)
    reached = {
        "by_rule": index is not None and not index["own_words"],
        "printed": Medium.PRINT in kinds,
        "electronic": bool(set(kinds) - {Medium.PRINT}),
        "followed": any(one.standing.done for one in facts.surveys),
    }
    level = levels.survey_level(held=last is not None, **reached)
    lacks = {
        "by_rule": ("pertanyaan memakai kata-kata sendiri", "pakai kata-kata lampiran peraturan"),
        "printed": ("belum dipublikasikan lewat media cetak", "pasang satu media cetak dan catat"),
        "electronic": (
            "belum dipublikasikan lewat media elektronik",
            "terbitkan di satu media elektronik dan catat",
        ),
        "followed": ("belum ada rencana yang selesai", "selesaikan satu rencana tindak lanjut"),
    }
    missing = [rung for rung in levels.RUNGS if not reached[rung]]
    if last is None:
        why, step = f"Tidak ada SKM {facts.year} yang terbit.", Step("terbitkan satu rilis SKM", 1, 1)
    else:
        told = "; ".join(lacks[rung][0] for rung in missing)
        by_rule = index is not None and reached["by_rule"]
        why = f"{len(facts.surveys)} rilis SKM pada {facts.year}"
        why += f", sesuai {index['rule']}" if index is not None and by_rule else ""
        why = f"{why}; {told}." if told else f"{why}, dipublikasikan dan ditindaklanjuti."
        after = levels.survey_level(held=True, **(reached | dict.fromkeys(missing[:1], True)))
        step = Step(lacks[missing[0]][1], 1, after) if missing else None
    return Finding(6, level, why, tuple(_survey_fields(facts, reached)), step)


def _survey_fields(facts: Facts, reached: dict[str, bool]) -> Iterator[tuple[str, str]]:
    yield "SKM dilaksanakan", yes(bool(facts.surveys))
    yield "Berapa kali setahun", str(len(facts.surveys))
    if facts.last is not None:
        yield "Nilai IKM terakhir", comma(two_decimals(facts.last.release.value or 0))
        yield "Periode", facts.last.period_title
    yield "Sesuai peraturan", yes(reached["by_rule"])
    yield "Dipublikasikan", yes(reached["printed"] or reached["electronic"])
    named = [
        name for name, key in (("Elektronik", "electronic"), ("Non Elektronik", "printed")) if reached[key]
    ]
    yield "Media", ", ".join(named) or "-"
    yield "Ditindaklanjuti", yes(reached["followed"])


def _media(facts: Facts) -> Finding:
    kinds = _kinds(facts)
    level = levels.media_level(len(kinds))
    names = ", ".join(str(one.label) for one in kinds)
    why = f"{len(kinds)} jenis media tercatat: {names}." if kinds else "Tidak ada publikasi yang tercatat."
    open_kinds = [str(one.label) for one in Medium if one not in kinds]
    step = (
        Step(f"satu jenis media lagi ({' atau '.join(open_kinds[:2])})", 1, level + 1)
        if level < HIGHEST
        else None
    )
    return Finding(7, level, why, (("Media publikasi", names or "-"),), step)


def _share(facts: Facts) -> Finding:
    planned = sum(one.standing.planned for one in facts.surveys)
    done = sum(one.standing.done for one in facts.surveys)
    level = share_level(planned, done)
    tenths = (
        1000 * done // planned if planned else 0
    )  # cut, and never rounded up to a share that is not reached
    percent = f"{tenths // 10},{tenths % 10} %"
    step = None
    if not planned:
        why, step = (
            "Tidak ada rencana tindak lanjut yang tercatat.",
            Step("catat satu rencana tindak lanjut", 1, 1),
        )
    else:
        why = f"{done} dari {planned} rencana selesai ({percent})."
        if level < HIGHEST:
            step = _more_done(planned, done, level)
    fields = (
        ("Rencana tindak lanjut dibuat", yes(planned > 0)),
        ("Persentase realisasi", percent),
        ("Laporan dibuat", yes(any(one.standing.days.followed for one in facts.surveys))),
    )
    return Finding(8, level, why, fields, step)


def _more_done(planned: int, done: int, level: int) -> Step:
    """Give the fewest plans more that lift the level: 80 % is still 3, and only more is 4."""
    needed = next(
        number for number in range(1, planned - done + 1) if share_level(planned, done + number) > level
    )
    return Step(f"selesaikan {needed} rencana lagi", needed, share_level(planned, done + needed))


def _speed(facts: Facts) -> Finding:
    followed = [one for one in facts.surveys if one.standing.days.followed is not None]
    told = followed[-1] if followed else facts.last
    fields = (("Ditindaklanjuti", yes(bool(followed))), ("Jarak kedua laporan", _between(told)))
    if told is None or told.standing.days.followed is None:
        step = _still(told)
        return Finding(9, 0, "Laporan tindak lanjut belum terbit.", fields, step)
    days = told.standing.days
    why = (
        f"Laporan SKM {told.period_title} {long_date(days.survey)}, laporan tindak lanjut {long_date(told.standing.days.followed)}."
        f"{'' if told.standing.is_all_done else ' Formulir menyebut semua rencana dilaksanakan; belum semuanya.'}"
    )
    return Finding(9, told.standing.speed_level, why, fields)


def _still(told: Survey | None) -> Step | None:
    loss = told.standing.loss if told is not None else None
    if loss is None or told is None or not told.standing.planned:
        return None
    return Step(f"terbitkan laporan tindak lanjut paling lambat {long_date(loss.last)}", 1, loss.level)


def _between(told: Survey | None) -> str:
    if told is None or told.standing.days.followed is None:
        return "-"
    level = told.standing.speed_level
    return f"paling lama {MONTHS_OF[level]} bulan" if level else "lebih dari 12 bulan"


def _seen(facts: Facts) -> Iterator[Finding]:
    """Give the indicators that an evaluator judges by what is there: the kiosk is, and its photo is to be added."""
    stands = facts.kiosks > 0
    kiosk = f"{facts.kiosks} kios" if stands else "tidak ada kios"
    ask = "lampirkan fotonya; penilai yang menilai" if stands else "penilai yang menilai"
    for number, field, has in (
        (18, "Alat bantu bagi tuna netra dan tuna rungu", "kios dengan suara, huruf besar dan tombol"),
        (20, "Layar informasi", "layar kios"),
        (22, "Sistem informasi pendukung", "SKM elektronik"),
        (25, "Sarana pengaduan", "register pengaduan elektronik"),
        (26, "Sarana tatap muka", "kios berdiri sendiri, terpisah dari front office"),
    ):
        yield Finding(number, None, f"{kiosk}; {ask}.", ((field, has if stands else "-"),))


def _managed(facts: Facts) -> Finding:
    """Say what there is of indicator 27, which an evaluator judges: documented, archived, in a report, monitored, followed up, published."""
    out = len(facts.complaints.reports)
    told = f"{out} laporan pengaduan terbit" if out else "belum ada laporan pengaduan yang terbit"
    fields = (("Didokumentasikan dan diarsipkan", "Ya"), ("Laporan diumumkan", yes(out > 0)))
    return Finding(27, None, f"register pengaduan elektronik; {told}; penilai yang menilai.", fields)


def _complaints(facts: Facts) -> Finding:
    said = facts.complaints
    level = levels.complaint_level(said.received, said.resolved, said.lapor)
    why = f"{said.resolved} dari {said.received} pengaduan {facts.year} selesai."
    if said.lapor is not None:
        source = (
            "dinyatakan"
            if said.stated
            else "yang diteruskan dari sini dan bernomor; yang masuk langsung di sana belum terhitung"
        )
        why += f" SP4N-LAPOR! ({source}): {said.lapor[1]} dari {said.lapor[0]} selesai."
    elif said.received:
        why += " Tanpa SP4N-LAPOR! paling tinggi 2."
    if not said.whole:
        why += " Pengaduan tentang petugas tidak ikut dihitung di berkas unit."
    fields = (
        ("Diterima seluruhnya", str(said.received)),
        ("Selesai seluruhnya", str(said.resolved)),
        ("Diterima di SP4N-LAPOR!", str(said.lapor[0]) if said.lapor else "isi sendiri"),
        ("Selesai di SP4N-LAPOR!", str(said.lapor[1]) if said.lapor else "isi sendiri"),
    )
    came, done = said.lapor or (said.received, said.resolved)
    goal = levels.LAPOR_TARGET if said.lapor and level == 4 else Fraction(1, 2)
    needed = levels.needed_of(came, done, goal)
    step = Step(f"selesaikan {needed} pengaduan lagi", needed, level + 1) if needed else None
    return Finding(28, level, why, fields, step)


def _kinds(facts: Facts) -> list[Medium]:
    return media(line for one in facts.surveys for line in one.publications)
