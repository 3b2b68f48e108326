"""Telephone numbers as people in Indonesia write them, checked where they are typed: a number that nobody can call helps nobody.

After the leading 0 (or +62) come an area's or a network's code and the subscriber's number, together 8 to 12 digits in numbers that are in use;
the networks' codes begin with 8, no code begins with 0 or 1.
"""

MAX_PHONE_DIGITS = 15
"""With the country's code; E.164."""
_SHORTEST, _LONGEST = 8, 12
_COUNTRY = "62"


def read_phone(text: str) -> str | None:
    """Read a number as typed (`0812 3456-7890`, `+62 812…`, `62812…`); gives it as `0812…`, or None where it can be none."""
    digits = "".join(character for character in text if character not in " .-()")
    if digits.startswith("+"):
        digits = digits[1:]
        if not digits.startswith(_COUNTRY):
            return None
    if not (digits.isascii() and digits.isdigit()):
        return None
    if digits.startswith(_COUNTRY):
        digits = "0" + digits[len(_COUNTRY) :].removeprefix("0")
    national = digits.removeprefix("0")
    if not digits.startswith("0") or national.startswith(("0", "1")):
        return None
    if not _SHORTEST <= len(national) <= _LONGEST or len(set(national)) < 3:
        return None
    return digits
