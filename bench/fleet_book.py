"""How long it takes to bring in a fleet by one workbook, to bring it in again, and to write it out.

    python -m bench.fleet_book [--units 2651] [--postgres]

Each unit has a region, and up to 10,000 units two services each. Each step is a command in a process of its own, with its start; memory is the most that one of them held.
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import openpyxl

from tests.postgres import PrivatePostgres


def main() -> None:
    """Import, import again, export, and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--units", type=int, default=2_651)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = stack.enter_context(PrivatePostgres()).url() if options.postgres else ""
        environment = os.environ | {"IKM_DATA": str(folder / "data"), "DATABASE_URL": url}
        run = [sys.executable, "-m", "collector.manage"]
        subprocess.run([*run, "setup"], env=environment, check=True, capture_output=True)
        made, given = folder / "fleet.xlsx", folder / "given.xlsx"
        _write(made, options.units)
        print(f"{options.units} units: {made.stat().st_size} bytes")
        steps = (("import", made, "--dry-run"), ("import", made), ("import", made), ("export", given))
        for step in steps:
            began = time.monotonic()
            subprocess.run([*run, "fleet", *map(str, step)], env=environment, check=True, capture_output=True)
            print(f"{' '.join(map(str, step))}: {time.monotonic() - began:.1f} s with its start")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"most memory of a process: {most} MB")


def _write(path: Path, units: int) -> None:
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    regions, own, services = (book.create_sheet(name) for name in ("wilayah", "unit", "layanan"))
    regions.append(["kode", "nama"])
    own.append(["kode", "nama", "wilayah", "instansi", "zona waktu"])
    services.append(["unit", "kode", "nama", "ditawarkan"])
    for number in range(units):
        above, village = divmod(number, 900)
        code = f"18.{above // 90 + 1:02}.{above % 90 + 1:02}.2{village + 1:03}"
        regions.append([code, f"Desa {number}"])
        own.append([f"desa-{number}", f"Desa {number}", code, "", ""])
        if units <= 10_000:
            for service in ("ktp", "kk"):
                services.append([f"desa-{number}", service, service.upper(), "ya"])
    book.save(path)


if __name__ == "__main__":
    main()
