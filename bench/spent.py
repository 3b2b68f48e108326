"""What a process has used, by its number."""

import os
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


def processor_seconds(pid: int, *, with_children: bool = False) -> float:
    """Give the processor's seconds that a process has used, on request with those of its ended children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11 : 15 if with_children else 13])) / _TICKS


def tree(pid: int) -> list[int]:
    """Give a process and all that came from it and still run; nothing where it is gone."""
    parents: dict[int, list[int]] = {}
    for place in Path("/proc").iterdir():
        if place.name.isdigit():
            try:
                parent = int((place / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:
                continue  # it ended meanwhile
            parents.setdefault(parent, []).append(int(place.name))
    found, at = [pid] if Path(f"/proc/{pid}").exists() else [], 0
    while at < len(found):
        found += parents.get(found[at], [])
        at += 1
    return found


def tree_seconds(pid: int, *, without: int = 0) -> float:
    """Give the processor's seconds of a process, of all that came from it, and of those of them that ended; `without` is left out."""
    total = 0.0
    for one in tree(pid):
        if one != without:
            try:
                total += processor_seconds(one, with_children=True)
            except OSError:
                continue  # ended since; its parent has its time
    return total


def peak_mb(pid: int) -> float:
    """Give the most memory a process ever held, in megabytes; 0 where it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM:")), 0.0)
