"""An ordinary disk's flush: a small library that makes every fsync of a program take longer.

It is compiled on the spot with the machine's C compiler and put before the C library with LD_PRELOAD. Programs that link
statically, or that flush in other ways (O_DSYNC), are not slowed; SQLite and PostgreSQL as Debian builds them are.
"""

import shutil
import subprocess
from pathlib import Path

_SOURCE = """
#define _GNU_SOURCE
#include <dlfcn.h>
#include <unistd.h>
static int (*real_fsync)(int), (*real_fdatasync)(int);
int fsync(int fd) {
    if (!real_fsync) real_fsync = dlsym(RTLD_NEXT, "fsync");
    usleep(%(microseconds)d);
    return real_fsync(fd);
}
int fdatasync(int fd) {
    if (!real_fdatasync) real_fdatasync = dlsym(RTLD_NEXT, "fdatasync");
    usleep(%(microseconds)d);
    return real_fdatasync(fd);
}
"""


def environment(folder: Path, *, milliseconds: float) -> dict[str, str]:
    """Give the environment under which a program's flushes take this much longer; empty for 0."""
    if milliseconds <= 0:
        return {}
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None:
        raise SystemExit("--slow-fsync needs a C compiler; install it with: sudo apt-get install gcc")
    source, library = folder / "slow_fsync.c", folder / "slow_fsync.so"
    source.write_text(_SOURCE % {"microseconds": round(milliseconds * 1000)})
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, source, "-ldl"], check=True)
    return {"LD_PRELOAD": str(library)}
