"""What Celery is allowed to do, with each kind of broker."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from cellule.celery import app, transport


def test_messages_are_json_and_nothing_else():
    conf = app.conf

    assert (conf.accept_content, conf.task_serializer, conf.event_serializer, conf.result_serializer) == (
        ["json"],
        "json",
        "json",
        "json",
    )


def test_a_message_is_kept_until_its_job_was_tried():
    conf = app.conf

    assert (conf.task_acks_late, conf.task_reject_on_worker_lost, conf.worker_prefetch_multiplier) == (True, True, 1)


def test_nothing_is_kept_or_told_about_jobs_outside_the_ledger():
    conf = app.conf

    assert (
        conf.task_ignore_result,
        conf.result_backend,
        conf.worker_enable_remote_control,
        conf.worker_send_task_events,
        conf.task_send_sent_event,
    ) == (True, None, False, False, False)


def test_who_still_works_on_a_job_holds_it(settings):
    limits = (app.conf.task_soft_time_limit, app.conf.task_time_limit, settings.JOB_LEASE_SECONDS)

    assert [*limits, settings.JOB_VISIBILITY_SECONDS] == sorted({*limits, settings.JOB_VISIBILITY_SECONDS})


def test_without_a_broker_a_folder_of_the_house_is_used(settings, tmp_path):
    settings.DATA = tmp_path

    given = transport("filesystem://")

    assert given["broker_transport_options"] == {"folder": str(tmp_path / "broker"), "polling_interval": 0.05}


def test_rabbitmq_keeps_messages_on_several_machines_and_confirms_them():
    address = "amqp://someone@broker.example/house"

    assert transport(address) == {
        "broker_url": address,
        "task_default_queue_type": "quorum",
        "broker_transport_options": {"confirm_publish": True},
    }


@pytest.mark.parametrize("address", ["redis://broker.example/0", "rediss://broker.example/0"])
def test_valkey_and_redis_show_a_message_again_only_after_every_lease(settings, address: str):
    assert transport(address) == {
        "broker_url": address,
        "broker_transport_options": {"visibility_timeout": settings.JOB_VISIBILITY_SECONDS},
    }


@pytest.mark.parametrize("address", ["memory://", "sqla+sqlite:///x", "broker.example"])
def test_other_brokers_are_refused(address: str):
    with pytest.raises(ImproperlyConfigured):
        transport(address)
