"""How long it takes to name all regions from the Ministry's table, and to import the same table again.

    python -m bench.regions FILE [--postgres]

FILE is a CSV of code and name, which is not part of this project. Each import is a command in a process of its own, with its start; memory is the most that it held.
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

from tests.postgres import PrivatePostgres


def main() -> None:
    """Import twice and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--postgres", action="store_true")
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        url = stack.enter_context(PrivatePostgres()).url() if options.postgres else ""
        environment = os.environ | {"IKM_DATA": folder, "DATABASE_URL": url}
        run = [sys.executable, "-m", "collector.manage"]
        subprocess.run([*run, "setup"], env=environment, check=True, capture_output=True)
        for turn in ("first", "again"):
            began = time.monotonic()
            done = subprocess.run(
                [*run, "region", "import", str(options.file)],
                env=environment,
                check=True,
                capture_output=True,
                text=True,
            )
            print(f"{turn}: {done.stdout.strip()}; {time.monotonic() - began:.1f} s with its start")
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    print(f"most memory of a process: {most} MB")


if __name__ == "__main__":
    main()
