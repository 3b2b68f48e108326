"""Text from outside on its way to a terminal, a paper or a row.

A name, a file's name, a citizen's words, a field of a bundle: whoever wrote it may want the reader's terminal to hide a line, turn it
around or add one. So all of it goes through `shown`, and what a reader cannot see is spelled out.
"""

import json


def shown(text: object) -> str:
    """Give a text in one line, with every control character, direction mark and line end spelled out as an escape."""
    return "".join(map(_character, str(text)))


def shown_json(value: object) -> str:
    """Give JSON to be read by people and programs; what a reader cannot see is escaped as JSON does."""
    text = json.dumps(value, ensure_ascii=False, indent=2)
    return "".join(one if one == "\n" or one.isprintable() else json.dumps(one)[1:-1] for one in text)


def in_one_line(text: str) -> str:
    """Give a text as it is kept or mailed: in one line, a space in the place of each character that steers a screen or a printer."""
    return " ".join("".join(one if one.isprintable() else " " for one in text).split())


def shown_lines(text: str) -> str:
    """Give a text of several lines of our own, each as `shown` gives it."""
    return "\n".join(shown(line.removesuffix("\r")) for line in text.split("\n"))


def _character(one: str) -> str:
    if one == "\\":
        return "\\\\"  # so that nobody can write what looks like an escape of ours
    if one.isprintable():
        return one
    return one.encode("unicode_escape", "surrogatepass").decode("ascii")
