"""What the proof of a unit's quarter weighs and costs to check, with and without test visits.

    python -m bench.proof_size                 none, 1 and 60 test visits
    python -m bench.proof_size --visits 10

The collector lies in a folder that is thrown away, on SQLite; the village is the fraud drill's: two kiosks, two witnesses.
"""

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

MOST_BYTES, MOST_SECONDS = 20_000, 1.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--visits", type=int, help="so many, in this process")
    given = parser.parse_args()
    if given.visits is not None:
        with tempfile.TemporaryDirectory(prefix="ikm-proof-") as folder:
            measure(Path(folder), given.visits)
        return
    for number in (0, 1, 60):
        subprocess.run([sys.executable, "-m", "bench.proof_size", "--visits", str(number)], check=True)
    print(f"load average {os.getloadavg()[0]:.1f}")


def measure(folder: Path, number: int) -> None:
    """Publish a quarter with so many test visits, and check it."""
    from bench.fraud import asked_page, set_up  # noqa: PLC0415 - after the arguments

    set_up(folder)
    from bench.fraud_evidence import visited  # noqa: PLC0415 - its models load after django.setup()
    from bench.fraud_scene import Scene  # noqa: PLC0415
    from collector.releases import proof_file  # noqa: PLC0415

    scene = Scene(folder, 1)
    release = visited(scene, number) if number else scene.released()
    scene.log()
    proof, tests = proof_file.of_release(release) or b"", proof_file.of_tests(release)
    files = {"proof": proof, "tests": tests} if tests else {"proof": proof}
    for name, content in files.items():
        (folder / f"{name}.json.gz").write_bytes(content)
    options = ["--tests", str(folder / "tests.json.gz")] if tests else []
    command = [sys.executable, "-m", "witness.verify.command", str(folder / "proof.json.gz")]
    began = time.perf_counter()
    ran = subprocess.run(
        [*command, "--policy", str(scene.policy), *options], check=False, capture_output=True
    )
    spent = time.perf_counter() - began
    sizes = ", ".join(
        f"{name} {len(content):,} bytes ({len(gzip.decompress(content)):,} unpacked)"
        for name, content in files.items()
    )
    print(
        f"{number} test visits: {sizes} (goal {MOST_BYTES:,}); ikm-verify {spent:.2f} s (goal {MOST_SECONDS:.0f}), exit code {ran.returncode};"
        f" the page {asked_page(proof, tests, scene.policy):.2f} s"
    )


if __name__ == "__main__":
    main()
