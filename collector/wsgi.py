"""The WSGI application that `ikm-collector serve` and other servers run."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collector.settings")
application = get_wsgi_application()
