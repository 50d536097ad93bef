"""How gunicorn serves the house: one parent loads it, so that its workers share the boot secret by fork."""

import os

wsgi_app = "cellule.wsgi:application"
bind = [os.environ.get("BIND", "127.0.0.1:8000")]
preload_app = True
worker_class = "gthread"
workers = int(os.environ.get("WEB_WORKERS", "2"))
threads = int(os.environ.get("WEB_THREADS", "4"))
timeout = 60
graceful_timeout = 15
keepalive = 5
# Paths hold references and times tell who was there: the house keeps its own log.
accesslog = None
loglevel = os.environ.get("LOG_LEVEL", "warning").lower()
# The text of an error may hold what somebody typed.
logconfig_dict = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"discreet": {"()": "cellule.ground.discretion.Discreet"}},
    "handlers": {"terminal": {"class": "logging.StreamHandler", "filters": ["discreet"]}},
    "root": {"level": "WARNING", "handlers": ["terminal"]},
    "loggers": {
        "gunicorn.error": {"level": loglevel.upper(), "handlers": ["terminal"], "propagate": False},
        "gunicorn.access": {"handlers": [], "propagate": False},
    },
}
# It would open under the user's home.
control_socket_disable = True
worker_tmp_dir = "/dev/shm" if os.path.isdir("/dev/shm") else None  # noqa: PTH112
