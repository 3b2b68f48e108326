"""PEKPPP's indicators 1, 3, 4 and 5: from a unit's standards, its maklumat and the visits of the year."""

from collector.pekppp import levels
from collector.pekppp.facts import Facts, Promised
from collector.pekppp.finding import Finding, Step, yes
from survey.index.pekppp import HIGHEST
from survey.index.periods import long_date


def standard(facts: Facts) -> Finding:
    """Give indicator 1: whether every service has a standard that is complete, decreed, drawn up with citizens, and monitored."""
    said = facts.promised
    written, every = said.in_force, len(said.services)
    visit = said.visits[-1].visit if said.visits else None
    complete = sum(one.whole.is_whole for one in said.services)
    reached = {
        "complete": complete == every > 0,
        "decreed": bool(written) and all(one.is_decreed for one in written),
        "involved": bool(written) and all(one.groups for one in written),
        "monitored": visit is not None,
    }
    level = levels.standard_level(written=bool(written), **reached)
    fields = (
        ("Standar pelayanan dibuat", yes(bool(written))),
        ("Jumlah jenis pelayanan", str(every)),
        ("Jumlah standar pelayanan", str(len(written))),
        ("Memenuhi 14 komponen", yes(reached["complete"])),
        ("Melibatkan unsur masyarakat", yes(reached["involved"])),
        ("Ditetapkan", yes(reached["decreed"])),
        ("Dilakukan monev", yes(reached["monitored"])),
    )
    if not every:
        return Finding(1, 0, "Belum ada layanan yang tercatat.", fields)
    told = [f"{len(written)} dari {every} layanan mempunyai standar, {complete} lengkap 14 komponen"]
    if visit is not None:
        told.append(f"kunjungan {long_date(visit.visited_on)} dihitung sebagai monev")
    lacks = {
        "complete": ("", "lengkapi standar", every - complete),
        "decreed": ("belum semua ditetapkan", "tetapkan standar", sum(not one.is_decreed for one in written)),
        "involved": (
            "belum semua melibatkan masyarakat",
            "catat siapa yang dilibatkan dalam penyusunan standar",
            sum(not one.groups for one in written),
        ),
        "monitored": (f"belum ada kunjungan pada {facts.year}", "", 1),
    }
    missing = [rung for rung in levels.STANDARD_RUNGS if not reached[rung]]
    told += [lacks[rung][0] for rung in missing if lacks[rung][0]]
    step = None
    if not written:
        step = Step("tulis standar satu layanan", 1, 1)
    elif missing:
        _, words, needed = lacks[missing[0]]
        after = levels.standard_level(written=True, **(reached | {missing[0]: True}))
        wanted = f"{words} {needed} layanan" if words else "minta kunjungan pemantauan"
        step = Step(wanted, needed, after)
    return Finding(1, level, f"{'; '.join(told)}.", fields, step)


def publication(facts: Facts) -> Finding:
    """Give indicator 3 as far as it is known: our own page is one medium, and which others there are an evaluator sees."""
    said = facts.promised
    every, out = len(said.services), sum(one.public.is_whole for one in said.services)
    fields = (
        ("Standar dipublikasikan", yes(bool(said.in_force))),
        ("Seluruh 6 komponen dipublikasikan", yes(every > 0 and out == every)),
    )
    if not said.in_force:
        return Finding(3, 0, "Tidak ada standar yang terbit di halaman unit.", fields)
    why = f"Enam komponen terbit di halaman unit untuk {out} dari {every} layanan"
    if out < every:
        step = Step(f"lengkapi enam komponen {every - out} layanan", every - out, 2)
        return Finding(3, 1, f"{why}.", fields, step)
    return Finding(3, None, f"{why}; media lain dan SIPP Nasional dilihat penilai.", fields)


def review(facts: Facts) -> Finding:
    """Give indicator 4: how long ago each service's standard was reviewed."""
    said = facts.promised
    days = [one.standard.reviewed_on if one.standard is not None else None for one in said.services]
    level = levels.review_level(days, said.on)
    year_ago = levels.years_before(said.on, 1)
    lately = sum(day is not None and year_ago <= day <= said.on for day in days)
    last = max((day for day in days if day is not None), default=None)
    fields = (
        ("Ditinjau ulang", yes(last is not None)),
        ("Ditinjau ulang dalam setahun", f"{lately} dari {len(days)} layanan"),
    )
    why = f"{lately} dari {len(days)} layanan ditinjau ulang dalam setahun sampai {long_date(said.on)}."
    if last is not None and lately < len(days):
        why += f" Peninjauan terakhir {long_date(last)}."
    return Finding(4, level, why, fields, _next_review(said, level, lately))


def _next_review(said: Promised, level: int, lately: int) -> Step | None:
    every = len(said.services)
    if level == HIGHEST or not said.in_force:
        return None
    if lately or every == 1:
        return Step(f"tinjau ulang standar {every - lately} layanan lagi", every - lately, HIGHEST)
    return Step("tinjau ulang standar satu layanan", 1, HIGHEST - 1)


def promise(facts: Facts) -> Finding:
    """Give indicator 5: whether there is a maklumat, and whether a photo shows that it hangs on the wall."""
    found = facts.promised.maklumat
    posted = found is not None and found.has_photo
    level = levels.promise_level(issued=found is not None, posted=posted)
    fields = (
        ("Maklumat tersedia", yes(found is not None)),
        ("Ditetapkan", f"{long_date(found.issued_on)}, {found.signer}" if found is not None else "Tidak"),
        (
            "Dipublikasikan",
            "Elektronik, Non Elektronik" if posted else "Elektronik" if found is not None else "-",
        ),
    )
    if found is None:
        step = Step("catat maklumat dengan fotonya", 1, HIGHEST)
        return Finding(5, level, "Tidak ada maklumat yang tercatat.", fields, step)
    why = f"Maklumat {long_date(found.issued_on)}, terbit di halaman unit"
    why += ", fotonya tercatat" if posted else "; tanpa foto yang menunjukkan bahwa ia terpasang"
    lacks = None if posted else Step("catat foto maklumat yang terpasang", 1, HIGHEST)
    return Finding(5, level, f"{why}. Kesesuaian isinya dengan peraturan dinilai penilai.", fields, lacks)
