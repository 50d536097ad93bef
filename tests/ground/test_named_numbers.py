"""Settings that are several whole numbers, each under its name."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from cellule.settings import env_numbers

DEFAULT = {"other": 84, "accounts": 120}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", DEFAULT),
        ("other=60", {"other": 60, "accounts": 120}),
        ("other=60, vault=144", {"other": 60, "accounts": 120, "vault": 144}),
    ],
)
def test_what_is_not_named_keeps_its_default(monkeypatch, text, numbers):
    monkeypatch.setenv("MONTHS", text)

    assert env_numbers("MONTHS", DEFAULT) == numbers


@pytest.mark.parametrize("text", ["84", "other", "other=many", "other=1=2"])
def test_anything_else_is_refused(monkeypatch, text):
    monkeypatch.setenv("MONTHS", text)

    with pytest.raises(ImproperlyConfigured):
        env_numbers("MONTHS", DEFAULT)
