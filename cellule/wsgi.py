"""The door for gunicorn, and for any other WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

from cellule.ground.refusal import refuse_to_start

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cellule.settings")
application = get_wsgi_application()
refuse_to_start()
