"""No dead code: whatever vulture calls unused has a reason in the list, and no reason outlives its code."""

import re
import subprocess
import sys
from fnmatch import fnmatchcase
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("survey", "hardware", "uplink", "kiosk", "collector", "witness")


class Unused(NamedTuple):
    """A name that only looks unused, or is kept for a reason."""

    path: str
    names: str
    why: str


BY_LIBRARIES = (
    Unused("collector/settings.py", "*", "Django and its middleware read settings by name"),
    Unused("collector/*/apps.py", "*Config", "Django finds an app's class"),
    Unused("collector/*/apps.py", "default_auto_field|verbose_name", "Django reads an app's facts"),
    Unused("collector/*urls.py", "urlpatterns", "Django reads addresses"),
    Unused("collector/urls.py", "handler500", "Django asks it where an error came out"),
    Unused("collector/*/models*", "constraints|indexes|ordering|verbose_name_plural", "Django reads `Meta`"),
    Unused("collector/*/commands/*.py", "Command|help", "Django calls commands"),
    Unused("collector/console/serving.py", "load_config", "gunicorn calls it"),
    Unused("collector/console/command.py", "help|requires_*|suppressed_base_arguments", "Django reads them"),
    Unused("collector/fleet/checks.py", "check_*|app_configs", "Django runs registered checks"),
    Unused("collector/language.py", "by_address", "the settings name it as a middleware"),
    Unused("collector/servers/base.py", "autocommit", "psycopg reads it"),
    Unused("collector/servers/reading.py", "from_replica", "the settings name it as a middleware"),
    Unused(
        "collector/servers/reading.py", "Router|db_for_*|allow_*", "the settings name it, and Django calls it"
    ),
    Unused("collector/releases/show/one.py", "at_once", "the settings name it as a middleware"),
    Unused(
        "collector/accounts/login.py",
        "AccountAdapter|is_open_for_signup|SecondFactor|can_delete_authenticator|two_factors",
        "the settings name them, and allauth calls them",
    ),
    Unused("collector/alerts/models.py", "not_before|morning", "chosen by its value; conditions name it"),
    Unused("collector/challenges/*.py", "made_by|wrote_at", "kept for whoever looks into a test visit"),
    Unused(
        "collector/api/contract.py",
        "authenticate|me|_unknown|template_cdn",
        "ninja calls and reads them",
    ),
    Unused(
        "collector/api/client.py",
        "auth|exports|me|release_table",
        "programs elsewhere call the client; requests reads how it is known",
    ),
    Unused("collector/desk/show/tokens.py", "label_from_instance", "Django's form asks it"),
    Unused("collector/accounts/models.py", "abstract", "Django reads `Meta`"),
    Unused("collector/desk/*.py", "days_left|needs_reason|night|is_bad", "templates ask for them"),
    Unused(
        "collector/desk/templatetags/desk.py",
        "short_day|local_minute|count_words|step_words|has_units|administers|unit_rooms|day_at|topic_words|stop_words|step_by|complaint_filter|span_words",
        "templates use filters by name",
    ),
    Unused("collector/fleet/models/units.py", "retired_why|hidden_why", "templates ask for them"),
    Unused("collector/fleet/models/regions.py", "gone_in", "conditions name it"),
    Unused("collector/releases/endings.py", "retired_why|hidden_why", "templates ask for them"),
    Unused("collector/desk/show/papers.py", "is_public", "a template asks for it"),
    Unused("collector/papers/report/fields.py", "*", "templates and designs name them"),
    Unused(
        "collector/papers/report/filling.py",
        "created|modified|author|last_modified_by|comments|revision",
        "python-docx writes them into the file",
    ),
    Unused(
        "collector/papers/report/house.py",
        "page_*|*_margin|italic|rgb|space_*|alignment|keep_with_next|autofit",
        "python-docx writes them into the file",
    ),
    Unused("collector/*.py", "external_attr", "`zipfile` writes it into the file"),
    Unused("collector/papers/doors.py", "xframe_options_exempt", "Django's middleware reads it"),
    Unused("collector/papers/said.py", "qr", "designs read it"),
    Unused("collector/papers/signature.py", "Annots|AcroForm", "keys of a PDF"),
    Unused(
        "collector/papers/word_file.py",
        "created|modified|author|comments|last_modified_by|page_*|*_margin|alignment|space_after|bold|autofit|external_attr",
        "python-docx and zipfile read them",
    ),
    Unused("collector/papers/templatetags/papers.py", "band_colour", "templates use filters by name"),
    Unused(
        "collector/releases/show/overview/l*.py",
        "has_number|sure|name_of_grade|proof|drawn|moved|step",
        "templates ask for them",
    ),
    Unused(
        "collector/releases/show/reading.py",
        "is_missing|is_withdrawn|reason|has_rows",
        "templates ask for them",
    ),
    Unused(
        "collector/scores/templatetags/ikm.py",
        "minutes_of|svg|timing_sentences|published_day|due_day|long_day|period_name|days_of|in_words|languages",
        "templates use filters by name",
    ),
    Unused(
        "collector/console/broker_trial.py", "on_*|connect_timeout|SessionExpiryInterval", "paho reads them"
    ),
    Unused("collector/*/mqtt.py", "on_*|SessionExpiryInterval|ReceiveMaximum", "paho reads them"),
    Unused(
        "uplink/*/mqtt.py", "on_*|connect_timeout|suppress_exceptions|userdata", "paho reads and calls them"
    ),
    Unused("uplink/journal/table.py", "*", "TinyDB's interface"),
    Unused("hardware/pins.py", "when_pressed|when_released", "gpiozero calls them"),
    Unused("survey/named.py", "__ne__", "Python compares by it"),
    Unused(
        "witness/cosign/server.py",
        "do_*|log_message|server_version|sys_version",
        "`http.server` calls and reads them",
    ),
)
COLUMNS = (
    Unused(
        "collector/complaints/models.py", "WISH|YES|UNCLEAR|ELSEWHERE|DUPLICATE|SPAM", "choices of officers"
    ),
    Unused(
        "collector/complaints/*.py",
        "stop_seen_from|holder_region|acknowledged_by|due_before|due_after|changed_by|filed|unverified|guideline",
        "conditions, templates and files name them",
    ),
    Unused("collector/complaints/typed.py", "perhaps", "a template asks for it"),
    Unused("collector/complaints/models.py", "consent_version", "kept for the office: what was consented to"),
    Unused(
        "collector/jobs/models.py", "asked_at|taken_at|done_at|ended_by", "templates and queries ask for them"
    ),
    Unused("collector/handover/*.py", "returned_at", "kept for an auditor's own query"),
    Unused("collector/complaints/models.py", "told_at", "compared and set in queries"),
    Unused("collector/releases/show/reading.py", "discontented_leave", "the template asks for it"),
    Unused("collector/releases/*.py", "decided_at", "kept for an auditor's own query"),
    Unused(
        "collector/accounts/models.py", "given_by|ended_by|made_at|used_at", "kept for an auditor's own query"
    ),
    Unused(
        "collector/followup/models.py", "EXPERTS|AGENCIES|CIVIL|PRESS", "groups of people that forums count"
    ),
    Unused("collector/followup/models.py", "taken_back_*", "kept for an auditor's own query"),
    Unused(
        "collector/standards/models.py", "photo_gone_by|photo_gone_why|signed_at", "templates ask for them"
    ),
    Unused("collector/standards/models.py", "THERE|PARTLY", "findings that evaluators choose"),
    Unused("collector/papers/models.py", "PRINT|SOCIAL|WEBSITE|APPLICATION", "media that officers choose"),
    Unused(
        "collector/papers/*.py", "changed_at|changed_by|entered_at|made_at", "kept for an auditor's own query"
    ),
    Unused("collector/evidence/models.py", "opened_ms|made_at|decided_ms", "kept for an auditor's own query"),
    Unused(
        "collector/evidence/models.py", "first_ms|last_bytes|last_digest", "kept of refusals, for tracing"
    ),
    Unused(
        "collector/fleet/models/*.py", "created_at|used_at|changed_at|made_at", "kept for an auditor's query"
    ),
)
KEPT = (
    Unused("survey/index/perception.py", "OLD_PERCEPTION", "explains an old poster"),
    Unused("survey/index/indices.py", "weighted_mean|neighbour", "the printed sheet of the official outputs"),
    Unused("survey/instrument/instrument.py", "short|titles|sources|unverified", "what a file must say"),
    Unused("survey/instrument/weights.py", "*_DECIMALS", "members of the choice that files make"),
    Unused("survey/record/bodies.py", "Body", "the contract both ends are tested against"),
    Unused("survey/record/staff.py", "STAFF_ACTIONS", "the contract both ends are tested against"),
    Unused("survey/record/answer_set.py", "path_of|is_in", "the shuffled sheet of the official outputs"),
    Unused("survey/wire/log_news.py", "pack_log_news", "one message: the collectors that tests play"),
    Unused("survey/wire/messages.py", "pack_receipt", "one receipt: the collectors that tests play"),
    Unused("hardware/board.py", "throttled|memory_free_mb", "facts of a board: health reports take all"),
    Unused("hardware/simulator.py", "beeps", "the simulated panel's memory, for tests and the demo"),
)
FOR_NOW = (
    Unused(
        "collector/complaints/life.py",
        "citizen_*",
        "what a citizen adds at a kiosk or by the page calls them",
    ),
    Unused("collector/complaints/routing.py", "speaks_of_officer", "whatever opens a complaint calls it"),
    Unused(
        "survey/record/bodies.py", "RESTORED|DELETED", "why a stream was begun; written with returning cards"
    ),
    Unused("uplink/*", "ephemeral|jump|reboot", "a key and a clock for tests and benches"),
    Unused("uplink/*", "write_ms_p50", "a figure of the journal, for the doctor"),
    Unused("kiosk/draw/theme.py", "muted", "a colour of the theme"),
)
ALLOWED = BY_LIBRARIES + COLUMNS + KEPT + FOR_NOW


def found() -> list[tuple[str, str]]:
    """What vulture calls unused, as (path, name)."""
    command = [
        sys.executable,
        "-m",
        "vulture",
        "--min-confidence",
        "60",
        "--exclude",
        "migrations",
        *PACKAGES,
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 3), done.stderr
    return re.findall(r"^(\S+?):\d+: unused \w+ '(\w+)'", done.stdout, re.MULTILINE)


def allows(one: Unused, path: str, name: str) -> bool:
    return fnmatchcase(path, one.path) and any(fnmatchcase(name, each) for each in one.names.split("|"))


def test_unused_code_has_a_reason_and_every_reason_its_code() -> None:
    unused = found()
    dead = [f"{path}: {name}" for path, name in unused if not any(allows(one, path, name) for one in ALLOWED)]
    assert dead == [], "delete it, or say in this file why it stays"
    idle = [
        f"{one.path}: {one.names}"
        for one in BY_LIBRARIES + COLUMNS + KEPT
        if not any(allows(one, path, name) for path, name in unused)
    ]
    assert idle == [], "nothing is unused there any more; take the reason out"
