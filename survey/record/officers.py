"""Whether a text speaks of an officer: such a complaint never goes to the desk that is complained of. It errs to the careful side."""

import re

_WORDS = re.compile(
    r"\b(petugas|pegawai|pak|bu|bapak|ibu|oknum|uang|bayar|rokok|amplop|suap|pungli|setor|upeti|tip)\b"
    r"|\d[\d .\-]{6,}\d",
    re.IGNORECASE,
)


def speaks_of_officer(text: str) -> bool:
    """Tell whether a text speaks of an officer, of money, or holds a telephone number."""
    return _WORDS.search(text) is not None
