"""Celery carries ids of jobs from the relay to the workers; what is true stands in the ledger."""

import os

from celery import Celery
from celery.signals import worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cellule.settings")

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from cellule.ground.refusal import refuse_to_start

if not settings.JOB_TIME_LIMIT_SECONDS < settings.JOB_LEASE_SECONDS < settings.JOB_VISIBILITY_SECONDS:
    raise ImproperlyConfigured(
        "JOB_TIME_LIMIT_SECONDS must be less than JOB_LEASE_SECONDS, and that less than an hour."
    )

app = Celery("cellule")


def transport(url: str) -> dict:
    """Give the settings that belong to this kind of broker, by its address."""
    kind = url.partition("://")[0]
    if kind == "filesystem":
        return {
            "broker_url": "filesystem://folder",
            "broker_transport": "cellule.jobs.folder:Transport",
            # One message is taken per interval: the default of a second would be one job a second.
            "broker_transport_options": {"folder": str(settings.DATA / "broker"), "polling_interval": 0.05},
        }
    if kind in {"amqp", "amqps"}:
        return {
            "broker_url": url,
            "task_default_queue_type": "quorum",
            "broker_transport_options": {"confirm_publish": True},
        }
    if kind in {"redis", "rediss"}:
        return {"broker_url": url, "broker_transport_options": {"visibility_timeout": settings.JOB_VISIBILITY_SECONDS}}
    raise ImproperlyConfigured("BROKER_URL takes filesystem://, amqp(s):// or redis(s)://.")


app.conf.update(
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,
    task_default_queue="jobs",
    # Ids only, as JSON; nothing that could hold more is ever read.
    accept_content=["json"],
    task_serializer="json",
    result_serializer="json",
    event_serializer="json",
    task_ignore_result=True,
    task_store_errors_even_if_ignored=False,
    # A message is done with when its job is; a second one does nothing.
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    # Soft limit < hard limit < lease < visibility: whoever still works holds the job.
    task_soft_time_limit=settings.JOB_TIME_LIMIT_SECONDS * 0.9,
    task_time_limit=settings.JOB_TIME_LIMIT_SECONDS,
    worker_concurrency=settings.JOB_WORKERS,
    worker_max_tasks_per_child=1000,
    # Nobody commands or watches workers from outside; the ledger says what is open.
    worker_enable_remote_control=False,
    worker_send_task_events=False,
    task_send_sent_event=False,
    worker_hijack_root_logger=False,
    worker_redirect_stdouts=False,
    timezone=settings.TIME_ZONE,
    enable_utc=True,
    **transport(settings.BROKER_URL),
)


@worker_init.connect
def _refuse(**signal: object) -> None:
    """A worker of an unsafe house ends before it takes a message."""
    refuse_to_start()


app.steps["consumer"].add("cellule.jobs.watch:Watch")
