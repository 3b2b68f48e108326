"""`python -m tests.collector.api.serve PORT`: the real server, whose limits nobody meets: what is asked of it is asked a thousand times."""

import os
import sys

import django


def main() -> None:
    """Serve."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collector.settings")
    django.setup()
    from collector import manage  # noqa: PLC0415 - after django.setup()
    from collector.api import limits  # noqa: PLC0415 - its models load after django.setup()

    limits.OF_TOKEN = limits.OF_NETWORK = limits.WRONG = 10**6
    sys.argv[1:] = ["serve", "--port", sys.argv[1], "--workers", "1"]
    manage.main()


if __name__ == "__main__":
    main()
