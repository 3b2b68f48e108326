"""Who answered, by what they told of themselves: counts only, and no group of a paper is smaller than five people.

A profile stands beside no answer, so a count tells nobody's answers; but two papers of a unit whose groups differ by one person tell what
that one is. So the rule of releases holds here too (`protection.holds`): the groups of one attribute, put over those of every
release of the unit that came out before, cut the people into blocks of five or more. Small groups are put together until that
is so; where fewer than two are left, the attribute is not shown. Which groups that makes follows from the releases alone, in the
order in which they came out: it is the same on each paper, whenever it is made.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from collector.papers.cleaning import clean
from collector.releases.editions import connected
from collector.releases.models import Release
from collector.releases.people import members_of, unpack_basis
from collector.releases.protection import INCOMPLETE, OTHERS, holds, put_together
from collector.scores.models import Group, Response
from collector.scores.tallies.naming import groups_of_profile
from survey.index.periods import parse
from survey.instrument.profile import AGE, EDUCATION, EXTRA, JOB, SEX, USER

AT_ONCE = 5_000
"""Answers that are asked for in one query."""

_COUNTED = "*counted"
_UNTOLD = " "
_TITLES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    SEX: ("Jenis kelamin", {"L": "Laki-laki", "P": "Perempuan"}),
    AGE: ("Usia", {}),
    EDUCATION: (
        "Pendidikan",
        {
            "tidak_sekolah": "Tidak sekolah", "sd": "SD", "smp": "SMP", "sma": "SMA", "diploma": "Diploma (D1–D4)", "s1": "S1",
            "s2": "S2", "s3": "S3",
        },
    ),
    JOB: (
        "Pekerjaan",
        {
            "pns": "PNS", "tni": "TNI", "polri": "POLRI", "swasta": "Swasta", "wirausaha": "Wirausaha",
            "petani": "Petani atau nelayan", "rumah_tangga": "Ibu rumah tangga", "pelajar": "Pelajar atau mahasiswa",
            "pensiunan": "Pensiunan", "tidak_bekerja": "Tidak bekerja", "lainnya": "Lainnya",
        },
    ),
    USER: ("Pengguna layanan", {"internal": "Internal", "eksternal": "Eksternal"}),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Characteristic:
    """One attribute: its groups with how many people are in each; no group where it may not be shown."""

    key: str
    title: str
    groups: tuple[tuple[str, int], ...]


def of(release: Release) -> tuple[Characteristic, ...]:
    """Give who answered a release, attribute by attribute; nothing of one that was added up from others."""
    chain = _until(release)
    crowds = [complete_members(one) for one in chain]
    if not crowds or not crowds[-1]:
        return ()
    told = _told({number for crowd in crowds for number in crowd})
    found = (_characteristic(key, crowds, told) for key in _TITLES)
    return tuple(one for one in found if one.groups or one.key not in EXTRA)


def complete_members(release: Release) -> set[int]:
    """Give the numbers of the complete responses that stand in a release."""
    members = members_of(unpack_basis(bytes(release.basis)))
    return {number for number, label in members.items() if label != INCOMPLETE}


def _until(release: Release) -> Sequence[Release]:
    """Give the releases that share people with one and came out before it, and it, in that order."""
    if release.unit is None:
        return ()
    around = connected(release.unit, parse(release.period), instrument=release.instrument)
    around.sort(key=lambda one: (one.published_at is None, one.published_at, one.pk))
    places = [place for place, one in enumerate(around) if one.pk == release.pk]
    return around[: places[0] + 1] if places else ()


def _told(numbers: Iterable[int]) -> Mapping[int, Mapping[str, str]]:
    """Give what each respondent told, by attribute."""
    names = {pk: (dimension, code) for pk, dimension, code in _groups()}
    found: dict[int, Mapping[str, str]] = {}
    profiles: dict[str, Mapping[str, str]] = {}
    for number, text in _in_parts(sorted(numbers)):
        if text not in profiles:
            profiles[text] = dict(names[group] for group in groups_of_profile(text) if group in names)
        found[number] = profiles[text]
    return found


def _groups() -> Iterable[tuple[int, str, str]]:
    return Group.objects.filter(dimension__in=_TITLES).values_list("pk", "dimension", "code")


def _in_parts(numbers: Sequence[int]) -> Iterable[tuple[int, str]]:
    for first in range(0, len(numbers), AT_ONCE):
        part = Response.objects.filter(pk__in=numbers[first : first + AT_ONCE])
        yield from part.values_list("pk", "profile__text")


def _characteristic(
    key: str, crowds: Sequence[set[int]], told: Mapping[int, Mapping[str, str]]
) -> Characteristic:
    """Give the groups of the last crowd, after those of the crowds before it in their turn."""
    before: list[dict[int, str]] = []
    groups: Mapping[str, str] = {}
    codes: dict[int, str] = {}
    for crowd in crowds:
        codes = {number: told.get(number, {}).get(key) or _UNTOLD for number in crowd}
        groups = _grouped(codes, before)
        before.append({number: groups.get(code, _COUNTED) for number, code in codes.items()})
    title, names = _TITLES[key]
    return Characteristic(key, title, tuple(_named(Counter(codes.values()), groups, names)))


def _grouped(codes: Mapping[int, str], before: Sequence[Mapping[int, str]]) -> Mapping[str, str]:
    def fits(groups: Mapping[str, str]) -> bool:
        return holds({number: groups[code] for number, code in codes.items()}, before)

    if set(codes.values()) == {_UNTOLD}:
        return {}
    return put_together(Counter(codes.values()), fits)


def _named(
    sizes: Mapping[str, int], groups: Mapping[str, str], names: Mapping[str, str]
) -> Iterable[tuple[str, int]]:
    """Give the groups in the order of the official list; those put together under the names of all of them, at the end."""
    order = {code: place for place, code in enumerate((*names, _UNTOLD))}
    codes = sorted(groups, key=lambda code: (order.get(code, len(names) - 0.5), code))

    def name(code: str) -> str:
        return "Tidak menjawab" if code == _UNTOLD else clean(names.get(code, code), longest=40)

    yield from ((name(code), sizes[code]) for code in codes if groups[code] == code)
    together = [code for code in codes if groups[code] == OTHERS]
    if together:
        yield ", ".join(map(name, together)), sum(sizes[code] for code in together)
