"""What the worker is told: the id of a job, nothing else."""

from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db.models.functions import Now

from cellule.jobs import work
from cellule.jobs.kinds import recurring
from cellule.jobs.models import Job


@shared_task(name="jobs.run")
def run(job_id: str) -> None:
    """Do the job with this id."""
    work.run(job_id)


@recurring("jobs.forget", every=timedelta(hours=6))
def forget(job: Job) -> None:
    """Delete the rows of work done long ago: who asked for what, and when, is the log's to keep."""
    Job.objects.filter(done_at__lt=Now() - timedelta(days=settings.JOB_KEEP_DAYS)).delete()
