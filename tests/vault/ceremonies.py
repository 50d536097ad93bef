"""The custodians of the fictional house: their sheets, and a secrets file that a test may change."""

import json
import shutil
from pathlib import Path

import pytest
from django.conf import settings as house_settings

from cellule.vault import rosters
from cellule.vault.custody import Sheets


@pytest.fixture
def sheets(db, settings, tmp_path) -> dict[str, str]:
    """The words of A, B and C; what the test does to the secrets file ends with it."""
    words = json.loads((Path(house_settings.DATA) / "custodians.json").read_text(encoding="utf-8"))
    copy = tmp_path / "secrets" / "house.json"
    copy.parent.mkdir(mode=0o700)
    shutil.copy(house_settings.SECRETS_FILE, copy)
    settings.SECRETS_FILE = copy
    rosters.forget_cache()
    yield words
    rosters.forget_cache()


def two(sheets: dict[str, str], letters: str = "AB") -> dict[str, str]:
    """The sheets of those who are in the room."""
    return {letter: sheets[letter] for letter in letters}


class Desk:
    """Where new sheets are written down: keeps what was shown."""

    def __init__(self) -> None:
        self.words: dict[str, str] = {}

    def __call__(self, made: Sheets) -> None:
        self.words |= made.words
