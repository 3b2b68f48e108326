"""The tables are what the models say."""

import pytest
from django.core.management import call_command


@pytest.mark.django_db
def test_no_model_has_changed_since_its_migration() -> None:
    call_command("makemigrations", "--check", "--dry-run", verbosity=0)
