"""An audit in words: on a screen, as JSON, and as a page to print and sign."""

import json
from html import escape

from collector.evidence.proof.audit import Audit, StreamAudit
from collector.local import stamp_text

_PAGE = """\
<!doctype html>
<html lang="id"><meta charset="utf-8"><title>{title}</title>
<style>
body {{ font: 11pt/1.45 Inter, "Noto Sans", sans-serif; margin: 2cm auto; max-width: 18cm; color: #111; }}
h1 {{ font-size: 16pt; margin-bottom: 0; }} p {{ margin: .4em 0; }}
table {{ border-collapse: collapse; width: 100%; margin: 1em 0; }}
th, td {{ border: 1px solid #999; padding: .25em .5em; text-align: left; vertical-align: top; }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums; }}
.sign {{ margin-top: 3em; display: flex; justify-content: space-between; }}
</style>
<h1>Pemeriksaan bukti: {name}</h1>
<p>{unit} · {period} · dibuat {made}</p>
<p><strong>Keutuhan: {integrity}</strong> · <strong>Kelengkapan: {completeness}</strong></p>
<table><tr><th>Kios</th><th>Aliran</th><th>Catatan</th><th>Jawaban dalam periode</th><th>Temuan</th></tr>
{rows}</table>
{refusals}
<p>Setiap catatan bernomor urut, berantai, dan ditandatangani oleh kios. Siapa pun dapat memeriksanya sendiri dari
berkas bukti dengan <code>ikm-collector evidence verify</code>.</p>
<div class="sign"><span>Pemeriksa: ____________________</span><span>Tanggal: ______________</span></div>
</html>
"""


def as_text(audit: Audit) -> str:
    """Give the audit for a screen."""
    lines = [f"{audit.name} ({audit.unit}), {audit.period.identifier}"]
    for stream in audit.streams:
        lines.append(f"  {stream.kiosk} {stream.uid[:8]}  {stream.verdict}; {_in_period(stream)}")
        lines += [f"    PROBLEM  {fault.sentence()}" for fault in stream.verdict.faults]
        if stream.set_aside:
            lines.append(
                f"    {stream.set_aside} records are held but not counted (`ikm-collector refusals`)"
            )
    if not audit.streams:
        lines.append("  no kiosk has sent anything for this unit")
    lines += [f"  refused from {kiosk}: {count} × {code}" for kiosk, code, count in audit.refusals]
    lines.append(f"integrity: {_word(audit.integrity)}   completeness: {_word(audit.completeness)}")
    return "\n".join(lines)


def as_json(audit: Audit) -> str:
    """Give the audit for programs."""
    return json.dumps(
        {
            "unit": audit.unit,
            "name": audit.name,
            "from": audit.period.first.isoformat(),
            "to": audit.period.last.isoformat(),
            "made_at": _time(audit.made_ms),
            "integrity": audit.integrity,
            "completeness": audit.completeness,
            "streams": [
                {
                    "kiosk": stream.kiosk,
                    "stream": stream.uid,
                    "received": stream.verdict.received,
                    "written": stream.verdict.written,
                    "integrity": stream.verdict.integrity,
                    "completeness": stream.verdict.completeness,
                    "faults": [
                        {"finding": fault.finding, "first": fault.first, "last": fault.last}
                        for fault in stream.verdict.faults
                    ],
                    "responses_in_period": stream.responses,
                    "uncertain_in_period": stream.uncertain,
                    "set_aside": stream.set_aside,
                    "received_at": _time(stream.received_ms),
                    "heard_at": _time(stream.heard_ms) if stream.heard_ms else None,
                }
                for stream in audit.streams
            ],
            "refusals": [
                {"kiosk": kiosk, "code": code, "count": count} for kiosk, code, count in audit.refusals
            ],
        },
        ensure_ascii=False,
        indent=2,
    )


def as_html(audit: Audit) -> str:
    """Give the audit as a page to print."""
    rows = "".join(
        f"<tr><td>{escape(stream.kiosk)}</td><td>{stream.uid[:8]}</td><td>{escape(str(stream.verdict))}</td>"
        f'<td class="n">{"?" if stream.responses is None else stream.responses}</td>'
        f"<td>{'<br>'.join(escape(fault.sentence()) for fault in stream.verdict.faults) or 'tidak ada'}</td></tr>\n"
        for stream in audit.streams
    )
    refused = "; ".join(f"{escape(kiosk)}: {count} × {escape(code)}" for kiosk, code, count in audit.refusals)
    return _PAGE.format(
        title=escape(f"{audit.unit} {audit.period.identifier}"),
        name=escape(audit.name),
        unit=escape(audit.unit),
        period=escape(audit.period.dates),
        made=_time(audit.made_ms),
        integrity="utuh" if audit.integrity else "TIDAK UTUH",
        completeness="lengkap" if audit.completeness else "TIDAK LENGKAP",
        rows=rows,
        refusals=f"<p>Ditolak: {refused}</p>" if refused else "",
    )


def _in_period(stream: StreamAudit) -> str:
    if stream.responses is None:
        return "too damaged to count what lies in the period"
    uncertain = f" ({stream.uncertain} of uncertain date)" if stream.uncertain else ""
    return f"{stream.responses} responses in the period{uncertain}"


def _word(holds: bool) -> str:
    return "holds" if holds else "BROKEN"


def _time(at_ms: int) -> str:
    return stamp_text(at_ms)
