"""Text from outside on its way to a terminal or a paper.

A name, a file's name, a citizen's words, a field of a bundle: whoever wrote it may want the reader's terminal to hide a line, turn it
around or add one. So all of it goes through `shown`, and what a reader cannot see is spelled out.
"""


def shown(text: object) -> str:
    """Give a text in one line, with every control character, direction mark and line end spelled out as an escape."""
    return "".join(map(_character, str(text)))


def _character(one: str) -> str:
    if one == "\\":
        return "\\\\"  # so that nobody can write what looks like an escape of ours
    if one.isprintable():
        return one
    return one.encode("unicode_escape", "surrogatepass").decode("ascii")
