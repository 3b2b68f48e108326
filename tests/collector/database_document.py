"""`docs/database.md`, made of the models: `python -m tests.collector.database_document` writes it, a test compares."""

import inspect
from pathlib import Path

from django.apps import apps
from django.db import models

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "database.md"
APPS = (
    "people",
    "accounts",
    "fleet",
    "evidence",
    "scores",
    "complaints",
    "challenges",
    "releases",
    "followup",
    "papers",
    "standards",
    "handover",
    "jobs",
    "alerts",
    "desk",
    "api",
)
_HEAD = """\
# The collector's tables

Made of the models by `python -m tests.collector.database_document`; a test compares. `evidence` is what must never be lost or changed;
everything in `scores` and most of `complaints` is projected from it and can be made anew (`ikm-collector rebuild`). Times that end in `_ms` are milliseconds
since 1970 UTC, others are timestamps in UTC. Django's own tables of accounts and sessions are left out.
"""


def document() -> str:
    """Give the whole document."""
    return _HEAD + "".join(_app(label) for label in APPS)


def _app(label: str) -> str:
    config = apps.get_app_config(label)
    found = sorted(config.get_models(), key=lambda model: model._meta.db_table)
    lines = [f"\n## {label}\n\n{(type(config).__doc__ or '').strip()}\n", "```mermaid", "erDiagram"]
    for model in found:
        lines += _entity(model)
    for model in found:
        lines += _arrows(model)
    lines += ["```", "", "| Table | What it holds |", "| --- | --- |"]
    lines += [f"| `{model._meta.db_table}` | {_promise(model)} |" for model in found]
    return "\n".join(lines) + "\n"


def _entity(model: type[models.Model]) -> list[str]:
    fields = [
        f"        {field.get_internal_type()} {field.column}{' PK' if field.primary_key else ''}"
        for field in model._meta.concrete_fields
    ]
    return [f"    {model._meta.db_table} {{", *fields, "    }"]


def _arrows(model: type[models.Model]) -> list[str]:
    return [
        f"    {field.related_model._meta.db_table} ||--o{{ {model._meta.db_table} : {field.name}"
        for field in model._meta.concrete_fields
        if isinstance(field, models.ForeignKey) and not isinstance(field.related_model, str)
    ]


def _promise(model: type[models.Model]) -> str:
    return (inspect.getdoc(model) or "").partition("\n\n")[0].replace("\n", " ")


if __name__ == "__main__":
    import os

    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collector.settings")
    django.setup()
    DOCUMENT.write_text(document(), encoding="utf-8")
