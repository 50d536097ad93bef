"""A house does not start with a collector or a witness of its log to whom nobody can speak."""

import pytest
from django.core.checks.registry import registry

from audit.log.note import SignerKey
from audit.review.checks import check_stream, check_witnesses
from cellule.ground.refusal import TAG


def test_checks_are_asked_before_anything_is_served():
    asked = registry.get_checks(include_deployment_checks=True)

    assert [check in asked and TAG in check.tags for check in (check_stream, check_witnesses)] == [True, True]


@pytest.mark.parametrize(
    "address", ["", "file:///var/log/cellule.jsonl", "syslog+tls://collector.example:6514", "syslog+unix:///dev/log"]
)
def test_collector_that_can_be_spoken_to_is_no_reason(settings, address):
    settings.LOG_STREAM = address

    assert check_stream(None) == []


@pytest.mark.parametrize("address", ["collector.example", "http://collector.example/", "syslog://secret@host:port"])
def test_collector_that_is_none_is_a_reason_and_its_address_is_not_told(settings, address):
    settings.LOG_STREAM = address

    (message,) = check_stream(None)

    assert (message.id, message.msg) == ("log.E001", "LOG_STREAM names no collector.")
    assert address not in str(message)


@pytest.mark.parametrize(
    ("address", "reasons"),
    [
        ("file:///var/lib/witness/checkpoints.jsonl", []),
        ("https://witness.example/ {key}", []),
        ("https://witness.example/", ["log.E002"]),
        ("https://witness.example/ neither+a+key", ["log.E002"]),
        ("ftp://witness.example", ["log.E002"]),
    ],
)
def test_witness_that_cannot_be_used_is_a_reason(settings, address, reasons):
    key = SignerKey.make("witness.example", witness=True).verifier
    settings.LOG_WITNESSES = {"one": address.replace("{key}", str(key))}

    assert [message.id for message in check_witnesses(None)] == reasons
