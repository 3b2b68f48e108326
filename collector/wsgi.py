"""The WSGI application that `ikm-collector serve` and other servers run."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "collector.settings")
application = get_wsgi_application()

# What is loaded now stays for good: frozen, no full garbage collection walks it again in the middle of a request.
gc.collect()
gc.freeze()
