"""Print a code by which an account proves itself at the console: what its holder does in the browser."""

import os
import sys

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collector.settings")
    django.setup()
    from django.contrib.auth.models import User

    from collector.accounts.console import new_code

    sys.stdout.write(new_code(User.objects.get(username=sys.argv[1])))
