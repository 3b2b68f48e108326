"""A release as open data: its table, and the metadata that travel with it."""

import io
import zipfile
from datetime import datetime

from collector.opendata import metadata
from collector.opendata.metadata import About
from collector.papers.press import Press
from collector.papers.registry import EVERY_INDEX, Audience, Format, Purpose
from collector.papers.said import Said
from collector.papers.undated import entry
from collector.releases.show.columns import as_csv
from survey.index.periods import parse

TABLE = "data.csv"


def _make(said: Said, _: Press) -> bytes:
    parts = {TABLE: as_csv(said.reading, excel=False), **metadata.files(_about(said), excel=False)}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, text in parts.items():
            archive.writestr(entry(name), text.encode())
    return out.getvalue()


def _about(said: Said) -> About:
    told = said.reading.said
    return About(
        said.instrument,
        parse(told["period"]["id"]),
        said.name,
        said.region or said.name,
        f"rilis {said.address}, {said.edition}",
        datetime.fromisoformat(told["published"]),
        said.withdrawn,
    )


FORMAT = Format(
    name="open-data",
    file="data-terbuka.zip",
    content_type="application/zip",
    title="Data terbuka dengan metadata BPS",
    audience=Audience.EVERYBODY,
    purpose=Purpose.REPORT,
    make=_make,
    kinds=EVERY_INDEX,
)
