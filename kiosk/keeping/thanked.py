"""What visitors were thanked for, told to a file where a test asks."""

import json
from typing import TextIO


class ThankedLog:
    """Appends one JSON line for every record a visitor was thanked for, so that a test can hold us to it."""

    def __init__(self, file: TextIO) -> None:
        self._file = file

    def add(self, *, stream: str, seq: int, token: str) -> None:
        """Write one line and push it to the operating system: it survives the death of this process."""
        visit, _, what = token.partition("/")
        line = {"stream": stream, "seq": seq, "visit": int(visit), "what": what}
        self._file.write(json.dumps(line) + "\n")
        self._file.flush()
