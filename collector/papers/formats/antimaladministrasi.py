"""The pack of Desa Anti-maladministrasi by its four indicators, with the checklist of a visit."""

from collector.papers.integrity.packs import village
from collector.papers.registry import Audience, Format, Purpose

FORMAT = Format(
    name="antimaladministrasi",
    file="desa-anti-maladministrasi.pdf",
    content_type="application/pdf",
    title="Desa Anti-maladministrasi, dengan lembar periksa kunjungan",
    audience=Audience.OFFICE,
    purpose=Purpose.ASSESS,
    make=village,
    of_units=True,
)
