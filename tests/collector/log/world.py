"""A village, its log as witnesses cosign it, and a stranger with both verifiers: `ikm-verify`, and the page that opens from a stick."""

import base64
import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Page

from collector.log import witnesses
from collector.log.models import LogState
from collector.releases import proof_file
from collector.releases.models import Release
from collector.trust import public
from survey.log.checkpoint import read_checkpoint
from survey.log.cosignature import cosign
from survey.log.note import ED25519, VerifierKey, with_lines
from tests.collector.log.village import Village
from tests.survey.log.keys import witness
from witness.verify import command

_ASK = """async ([content, policy, sheet, rows, kept, tests]) => {
  try {
    const report = await verify(content, policy, tests);
    if (sheet) await checkSheet(report, content, Uint8Array.from(atob(sheet), (one) => one.charCodeAt(0)), rows);
    if (kept) await checkKept(report, content, kept);
    return report;
  } catch (error) {
    if (error instanceof Wrong) return null;
    throw error;
  }
}"""


def plain(content: bytes) -> str:
    """A file as it is before it is packed."""
    return (gzip.decompress(content) if content.startswith(b"\x1f\x8b") else content).decode()


def report_by_page(page: Page, content: str, policy: str, *more: str) -> dict[str, Any] | None:
    """Ask the page's own functions, as its fields do; None where it cannot read a file. `more` as `ikm-verify` takes it."""
    given = dict(zip(more[::2], more[1::2], strict=True))
    sheet = base64.b64encode(Path(given["--sheet"]).read_bytes()).decode() if "--sheet" in given else ""
    rows = Path(given["--rows"]).read_text() if "--rows" in given else ""
    kept = Path(given["--remember"]).read_text() if "--remember" in given else ""
    tests = plain(Path(given["--tests"]).read_bytes()) if "--tests" in given else None
    found = page.evaluate(_ASK, [content, policy, sheet, rows, kept, tests])
    return dict(found) if found is not None else None


def by_page(page: Page, content: str, policy: str, *more: str) -> list[Any] | None:
    """What the page finds."""
    found = report_by_page(page, content, policy, *more)
    return list(found["findings"]) if found is not None else None


class Stranger:
    """Somebody with a policy who runs `ikm-verify` on a file, and keeps the checkpoint he saw."""

    def __init__(self, folder: Path, *, quorum: str = "1") -> None:
        self.folder = folder
        self.policy = folder / "kebijakan.txt"
        key = VerifierKey("ikm-log/127.0.0.1/1", ED25519, public.read(settings.IKM_KEYS).signing)
        self.policy.write_text(
            f"log {key.text()}\nwitness inspektorat {witness(1).key.text()}\nwitness universitas {witness(2).key.text()}\n"
            f"group saksi {quorum} inspektorat universitas\nquorum saksi\n"
        )

    def runs(self, proof: dict[str, Any], *more: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
        file = self.folder / "bukti.json"
        file.write_text(json.dumps(proof))
        capsys.readouterr()
        code = command.main([str(file), "--policy", str(self.policy), "--json", *more])
        said = dict(json.loads(capsys.readouterr().out))
        return said | {"code": code, "faults": {one[1] for one in said["findings"] if one[0] == "fault"}}


class World:
    """A village, its log as witnesses cosign it, and a stranger."""

    def __init__(
        self, village: Village, folder: Path, capsys: pytest.CaptureFixture[str], page: Page | None = None
    ) -> None:
        self._page = page
        self.village = village
        self.stranger = Stranger(folder)
        self._capsys = capsys
        settings.IKM_LOG_POLICY = self.stranger.policy

    def log(self, *numbers: int) -> None:
        """Build the log, and have witnesses cosign it; an operator who has changed rows has every source looked at again."""
        LogState.objects.update(marks={})
        note = read_checkpoint(self.village.log().encode()).note
        lines = [
            cosign(note, key=witness(one).key, at_s=1_800_000_000, sign=witness(one).sign)
            for one in numbers or (1, 2)
        ]
        witnesses.take(with_lines(note, lines).message())

    def verify(self, proof: dict[str, Any] | Release, *more: str) -> dict[str, Any]:
        """Have both verifiers check a file; what needs a copy of the log, `ikm-verify` does alone."""
        proof = self.village.proof(proof) if isinstance(proof, Release) else proof
        if "--tests" not in more and (tests := self._tests(proof)) is not None:
            path = self.stranger.folder / "uji.json.gz"
            path.write_bytes(tests)
            more = (*more, "--tests", str(path))
        said = self.stranger.runs(proof, *more, capsys=self._capsys)
        if self._page is not None and not {"--log", "--remember", "--code"} & {*more}:
            assert (
                by_page(self._page, json.dumps(proof), self.stranger.policy.read_text(), *more)
                == said["findings"]
            )
        return said

    def _tests(self, proof: dict[str, Any]) -> bytes | None:
        """The file of the test visits, as whoever has a release's proof gets it from the same page."""
        said = json.loads(proof["release"])
        release = Release.objects.filter(address=said.get("address")).first() if said.get("tests") else None
        return proof_file.of_tests(release) if release is not None else None
