"""An audit in words: on a screen, as JSON, and as a page to print and sign."""

from collections.abc import Iterator
from html import escape

from django.conf import settings

from collector.evidence.proof.audit import Audit, SilentKey, StreamAudit
from collector.evidence.proof.remarks import Remark
from collector.local import minute_text, stamp_text
from collector.words.catalogue import CONSOLE, known, say
from collector.words.foreign import shown, shown_json
from survey.record.findings import Fault

_PAGE = """\
<!doctype html>
<html lang="{language}"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 11pt/1.45 Inter, "Noto Sans", sans-serif; margin: 2cm auto; max-width: 18cm; color: #111; }}
h1 {{ font-size: 16pt; margin-bottom: 0; }} p {{ margin: .4em 0; }}
table {{ border-collapse: collapse; width: 100%; margin: 1em 0; }}
th, td {{ border: 1px solid #999; padding: .25em .5em; text-align: left; vertical-align: top; }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums; }}
.sign {{ margin-top: 3em; display: flex; justify-content: space-between; }}
</style>
<h1>{title}</h1>
<p>{unit} · {period} · {made}</p>
<p><strong>{integrity}</strong> · <strong>{completeness}</strong> · <strong>{lineage}</strong> · <strong>{times}</strong></p>
<table><tr>{heads}</tr>
{rows}</table>
{notes}
<p>{how}</p>
<div class="sign"><span>{examiner}: ____________________</span><span>{date}: ______________</span></div>
</html>
"""
_HEADS = ("kiosk", "stream", "records", "responses", "findings")


def as_text(audit: Audit) -> str:
    """Give the audit for a screen, in the console's language."""
    lines = [f"{audit.name} ({audit.unit}), {audit.period}"]
    for stream in audit.streams:
        lines.append(f"  {stream.kiosk} {stream.uid[:8]}  {_received(stream, CONSOLE)}; {_in_period(stream)}")
        lines += [f"    PROBLEM  {_finding(fault, CONSOLE)}" for fault in stream.verdict.faults]
        lines += [f"    {_mark(one)}{one.sentence(CONSOLE)}" for one in stream.remarks]
        lines += [f"    PROBLEM  {sentence}" for sentence in _never_came(stream, CONSOLE)]
        lines += [f"    {sentence}" for sentence in _attachments(stream, CONSOLE)]
        lines += [f"    {sentence}" for sentence in _tallies(stream, CONSOLE)]
        lines += [f"    {sentence}" for sentence in _set_aside(stream, CONSOLE)]
    if not audit.streams:
        lines.append("  no kiosk has sent anything for this unit")
    lines += [f"  {sentence}" for sentence in _of_all(audit, CONSOLE)]
    lines += [f"  {_silent(one, CONSOLE)}" for one in audit.silent]
    lines += [f"  refused from {kiosk}: {count} × {code}" for kiosk, code, count in audit.refusals]
    lines.append(
        f"integrity: {_word(audit.integrity)}   completeness: {_word(audit.completeness)}   "
        f"lineage: {_word(audit.lineage)}   times: {_word(audit.times)}"
    )
    return "\n".join(map(shown, lines))


def as_json(audit: Audit) -> str:
    """Give the audit for programs."""
    return shown_json(
        {
            "unit": audit.unit,
            "name": audit.name,
            "from": audit.period.first.isoformat(),
            "to": audit.period.last.isoformat(),
            "made_at": stamp_text(audit.made_ms),
            "integrity": audit.integrity,
            "completeness": audit.completeness,
            "lineage": audit.lineage,
            "times": audit.times,
            "attachments": audit.attachments,
            "streams": [
                {
                    "kiosk": stream.kiosk,
                    "stream": stream.uid,
                    "received": stream.verdict.received,
                    "written": stream.verdict.written,
                    "integrity": stream.verdict.integrity,
                    "completeness": stream.verdict.completeness and stream.attachments.complete,
                    "attachments": {
                        "named": stream.attachments.named,
                        "held": stream.attachments.held,
                        "destroyed": stream.attachments.destroyed,
                        "lost": stream.attachments.lost,
                        "never": [list(one) for one in stream.attachments.never],
                    },
                    "tallies": {
                        "checked": stream.tallies.checked,
                        "unopened": stream.tallies.unopened,
                        "differ": list(stream.tallies.differs),
                    },
                    "faults": [
                        {"finding": fault.finding, "first": fault.first, "last": fault.last}
                        for fault in stream.verdict.faults
                    ],
                    "standing": stream.standing.value,
                    "remarks": [
                        {"code": one.code.value, "breaks": one.breaks, **dict(one.values)}
                        for one in stream.remarks
                    ],
                    "responses_in_period": stream.responses,
                    "uncertain_in_period": stream.uncertain,
                    "late_in_period": stream.late,
                    "redated_in_period": stream.redated,
                    "set_aside": dict(stream.set_aside),
                    "received_at": stamp_text(stream.received_ms) if stream.received_ms else None,
                    "heard_at": stamp_text(stream.heard_ms) if stream.heard_ms else None,
                }
                for stream in audit.streams
            ],
            "silent": [
                {"kiosk": one.kiosk, "key": one.key, "enrolled_at": stamp_text(one.enrolled_ms)}
                for one in audit.silent
            ],
            "refusals": [
                {"kiosk": kiosk, "code": code, "count": count} for kiosk, code, count in audit.refusals
            ],
        }
    )


def as_html(audit: Audit, language: str) -> str:
    """Give the audit as a page to print."""
    rows = "".join(
        f"<tr><td>{escape(shown(stream.kiosk))}</td><td>{stream.uid[:8]}</td><td>{escape(_received(stream, language))}</td>"
        f'<td class="n">{"?" if stream.responses is None else stream.responses}</td>'
        f"<td>{_findings(stream, language)}</td></tr>\n"
        for stream in audit.streams
    )
    refused = "; ".join(
        f"{escape(shown(kiosk))}: {count} × {escape(shown(code))}" for kiosk, code, count in audit.refusals
    )
    integrity = say("audit.whole" if audit.integrity else "audit.not_whole", language)
    completeness = say("audit.complete" if audit.completeness else "audit.not_complete", language)
    lineage = say("audit.whole" if audit.lineage else "audit.not_whole", language)
    times = say("audit.whole" if audit.times else "audit.not_whole", language)
    return _PAGE.format(
        language=language,
        title=say("audit.title", language, name=escape(shown(audit.name))),
        unit=escape(shown(audit.unit)),
        period=escape(audit.period.dates if language == "id" else str(audit.period)),
        made=say("audit.made", language, made=minute_text(audit.made_ms, settings.IKM_TIME_ZONE)),
        integrity=f"{say('audit.integrity', language)}: {integrity}",
        completeness=f"{say('audit.completeness', language)}: {completeness}",
        lineage=f"{say('audit.lineage', language)}: {lineage}",
        times=f"{say('audit.times', language)}: {times}",
        heads="".join(f"<th>{say(f'audit.{head}', language)}</th>" for head in _HEADS),
        rows=rows,
        notes="\n".join(
            [
                *(f"<p>{escape(sentence)}</p>" for sentence in _of_all(audit, language)),
                *(f"<p>{escape(_silent(one, language))}</p>" for one in audit.silent),
                *([f"<p>{say('audit.refused', language, refused=refused)}</p>"] if refused else []),
            ]
        ),
        how=say("audit.how", language),
        examiner=say("audit.examiner", language),
        date=say("audit.date", language),
    )


def _findings(stream: StreamAudit, language: str) -> str:
    found = [_finding(fault, language) for fault in stream.verdict.faults]
    found += _never_came(stream, language)
    found += [one.sentence(language) for one in stream.remarks]
    found += [say("audit.late", language, count=stream.late)] if stream.late else []
    found += [say("audit.redated", language, count=stream.redated)] if stream.redated else []
    found = found or [say("audit.no_findings", language)]
    return "<br>".join(map(escape, [*found, *_beside(stream, language)]))


def _beside(stream: StreamAudit, language: str) -> Iterator[str]:
    yield from _attachments(stream, language)
    yield from _tallies(stream, language)
    yield from _set_aside(stream, language)


def _tallies(stream: StreamAudit, language: str) -> Iterator[str]:
    found = stream.tallies
    if found.checked or found.unopened:
        yield say("audit.tallies", language, checked=found.checked, unopened=found.unopened)


def _silent(one: SilentKey, language: str) -> str:
    since = minute_text(one.enrolled_ms, settings.IKM_TIME_ZONE)
    return say("audit.silent", language, kiosk=one.kiosk, key=one.key[:16], since=since)


def _mark(one: Remark) -> str:
    return "PROBLEM  " if one.breaks is not None else ""


def _received(stream: StreamAudit, language: str) -> str:
    verdict = stream.verdict
    return say(
        "audit.received",
        language,
        written=verdict.written,
        received=verdict.received,
        missing=verdict.missing,
    )


def _finding(fault: Fault, language: str) -> str:
    key = "audit.record" if fault.first == fault.last else "audit.record_range"
    finding = say(f"finding.{fault.finding.value}", language)
    return say(key, language, first=fault.first, last=fault.last, finding=finding)


def _set_aside(stream: StreamAudit, language: str) -> Iterator[str]:
    for code, count in stream.set_aside:
        key = f"set_aside.{code}"
        why = say(key if known(key) else "set_aside.other", language, code=code)
        yield say("audit.set_aside", language, count=count, why=why)


def _attachments(stream: StreamAudit, language: str) -> Iterator[str]:
    found = stream.attachments
    if found.named:
        yield say(
            "audit.attachments",
            language,
            named=found.named,
            held=found.held,
            destroyed=found.destroyed,
            lost=found.lost,
            never=len(found.never),
        )


def _of_all(audit: Audit, language: str) -> Iterator[str]:
    found = audit.attachments
    if found["named"]:
        yield say(
            "audit.attachments_of_all",
            language,
            named=found["named"],
            held=found["held"],
            destroyed=found["destroyed"],
            lost=found["lost"],
            never=found["never"],
        )


def _never_came(stream: StreamAudit, language: str) -> Iterator[str]:
    for seq, name in stream.attachments.never:
        yield say("audit.never_came", language, seq=seq, name=name)


def _in_period(stream: StreamAudit) -> str:
    if stream.responses is None:
        return "too damaged to count what lies in the period"
    beside = [
        f"{number} {words}"
        for number, words in (
            (stream.uncertain, "of uncertain date"),
            (stream.late, "more than 30 days late"),
            (stream.redated, "re-dated"),
        )
        if number
    ]
    return f"{stream.responses} responses in the period" + (f" ({', '.join(beside)})" if beside else "")


def _word(holds: bool) -> str:
    return "holds" if holds else "BROKEN"
