"""One indicator of PEKPPP as the folder tells it: its level, why, what a level more asks for, and fields of form F-01 A."""

from dataclasses import dataclass
from fractions import Fraction

from collector.pekppp import levels

TITLES = {
    1: "Standar pelayanan sesuai ketentuan",
    2: "Kelompok masyarakat dalam penyusunan standar",
    3: "Media publikasi komponen service delivery",
    4: "Peninjauan ulang standar pelayanan",
    5: "Siklus maklumat pelayanan",
    6: "Survei Kepuasan Masyarakat sesuai peraturan",
    7: "Media publikasi hasil SKM",
    8: "Persentase tindak lanjut SKM",
    9: "Kecepatan tindak lanjut SKM",
    18: "Sarana bagi kelompok rentan",
    20: "Sarana front office",
    22: "Sistem informasi pendukung",
    25: "Sarana pengaduan",
    26: "Jenis sarana konsultasi dan pengaduan",
    27: "Pengelolaan pengaduan",
    28: "Penyelesaian pengaduan",
}
"""The indicators of which the product has evidence, in our short words."""


@dataclass(frozen=True, slots=True)
class Step:
    """What the next level asks for."""

    words: str
    needed: int
    """How many things must still be done."""
    level: int
    """The level that is reached then."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One indicator."""

    number: int
    level: int | None
    """None where an evaluator judges from what is seen."""
    why: str
    fields: tuple[tuple[str, str], ...]
    """Questions of form F-01 A, in our words, with their answers."""
    step: Step | None = None

    @property
    def title(self) -> str:
        """What it is about."""
        return TITLES[self.number]

    @property
    def gain(self) -> Fraction:
        """What its next step adds to the IPP; 0 without one."""
        if self.step is None or self.level is None:
            return Fraction(0)
        return levels.worth(self.number, self.step.level - self.level)


def yes(is_so: bool) -> str:
    """Give an answer as the form has it."""
    return "Ya" if is_so else "Tidak"
