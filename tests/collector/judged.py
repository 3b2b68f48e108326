"""An audit and a bundle of the same evidence, looked at together: they must come to one verdict."""

from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

from collector.evidence.proof.audit import Audit, audit
from collector.evidence.proof.audit_output import as_text
from collector.evidence.proof.verify_bundle import Report, verify
from collector.fleet.models import Unit
from collector.scores.proof.export import export
from collector.words.catalogue import say
from survey.index.periods import Period


class Judged(NamedTuple):
    """What the collector says, and what an auditor finds in the bundle."""

    audit: Audit
    report: Report

    @property
    def holds(self) -> bool:
        return self.audit.holds

    @property
    def text(self) -> str:
        return as_text(self.audit)

    def remarks(self, stream: str = "") -> list[str]:
        """The codes of what is remarked of a stream, or of all."""
        return [
            one.code.value
            for found in self.audit.streams
            if found.uid.startswith(stream)
            for one in found.remarks
        ]

    def faults(self, stream: str = "") -> list[tuple[str, int, int]]:
        return [
            (str(one.finding), one.first, one.last)
            for found in self.audit.streams
            if found.uid.startswith(stream)
            for one in found.verdict.faults
        ]


def judge(unit: Unit, period: Period, folder: Path) -> Judged:
    """Audit a unit, export its bundle and verify that; both must name the same things."""
    found = audit(unit, period, now=datetime(2026, 12, 1, tzinfo=UTC))
    path = folder / "judged.zip"
    export(path, unit=unit, period=period, who="auditor", why="a test")
    report = verify(path)
    said = {one for one in (*report.problems, *report.notes) if ", stream " in one}
    named = {
        f"{stream.kiosk}, stream {stream.uid[:8]}: {sentence}"
        for stream in found.streams
        for sentence in [
            *(one.sentence("en") for one in stream.remarks),
            *(fault.sentence() for fault in stream.verdict.faults),
            *(
                [say("audit.tallies", "en", checked=stream.tallies.checked, unopened=stream.tallies.unopened)]
                if stream.tallies.checked or stream.tallies.unopened
                else []
            ),
            *([say("audit.late", "en", count=stream.late)] if stream.late else []),
            *([say("audit.redated", "en", count=stream.redated)] if stream.redated else []),
        ]
    }
    assert named == said
    silent = [one for one in report.notes if "nothing was ever heard" in one]
    assert len(silent) == len(found.silent)
    assert found.holds == (report.problems == ())
    assert {(one.uid, str(one.verdict)) for one in found.streams} == {
        (verdict.uid, str(verdict)) for _, verdict in report.streams
    }
    return Judged(found, report)
