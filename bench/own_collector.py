"""A collector of its own for a measurement: SQLite in a folder, set up, and Django ready in this process and those it starts."""

import os
import subprocess
import sys
from pathlib import Path

import django


def set_up(folder: Path | str) -> None:
    """Make the database and the keys, whatever database the caller has; models may be imported from then on."""
    os.environ |= {
        "IKM_DATA": str(folder),
        "DATABASE_URL": "",
        "DJANGO_SETTINGS_MODULE": "collector.settings",
        "IKM_LOG_LEVEL": "WARNING",
    }
    subprocess.run([sys.executable, "-m", "collector.manage", "setup"], check=True, capture_output=True)
    django.setup()
