"""What Python's libraries raise over an archive that a stranger made: each means that the file cannot be read, and nothing else."""

import zipfile
import zlib

UNREADABLE: tuple[type[Exception], ...] = (
    zipfile.BadZipFile,  # no archive, or a broken one
    zlib.error,  # a part that was packed is broken
    EOFError,  # it ends in the middle of a part
    RuntimeError,  # a part is locked with a password, or packed in a way that is not known
    KeyError,  # it lacks a part
    OSError,
    ValueError,  # it says what no archive can
)
