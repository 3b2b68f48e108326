"""Fill the collector that the environment names with invented data: `python -m tests.browser.fill`."""

import os

import django


def main() -> None:
    """Fill it."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collector.settings")
    django.setup()
    from tests.browser.invented import fill  # noqa: PLC0415 - its models load after django.setup()

    fill()


if __name__ == "__main__":
    main()
