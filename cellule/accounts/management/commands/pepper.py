"""`manage.py pepper`: which peppers there are; `--turn` adds one, `--drop N` takes an old one away."""

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.db.models import Count, Max

from audit.log.actions import Action
from audit.log.actor import Actor
from audit.log.models import Entry
from audit.log.record import record
from cellule.vault import secrets_file
from cellule.vault.actions import PEPPER_DROPPED, PEPPER_TURNED
from cellule.vault.models import Slot


class Command(BaseCommand):
    help = "Show the peppers and how many passphrase slots lie under each; add one, or take away one that nobody needs."

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--turn", action="store_true", help="add a pepper; slots move to it at their next unlock")
        what.add_argument("--drop", type=int, metavar="N", help="take pepper N away, once no slot lies under it")

    def handle(self, *args, **options) -> None:
        if not secrets_file.is_founded():
            raise CommandError("There is no secrets file. Found the house first, or: manage.py recover")
        if options["turn"]:
            self._turn()
        elif options["drop"] is not None:
            self._drop(options["drop"])
        self._show()

    def _turn(self) -> None:
        """The entry is committed after the file: a turn that was broken off in between is finished, not done twice."""
        number = secrets_file.read().pepper_number
        if not self._is_unfinished(number):
            above = Slot.objects.aggregate(newest=Max("pepper_number"))["newest"] or 0
            number = secrets_file.add_pepper(above=above)
        _log(PEPPER_TURNED, number)
        self.stdout.write("A pepper was added. Back up the secrets file now: who signs in from here on needs it.")

    def _is_unfinished(self, number: int) -> bool:
        known = Entry.objects.of_action(PEPPER_TURNED.code).filter(reference=str(number))
        return number > 1 and number not in _named() and not known.exists()

    def _drop(self, number: int) -> None:
        peppers = secrets_file.read()
        if number == peppers.pepper_number:
            raise CommandError(f"Pepper {number} is the newest one. Nothing was changed.")
        if number not in peppers.peppers:
            raise CommandError(f"There is no pepper {number}. Nothing was changed.")
        if lying := _named().get(number):
            raise CommandError(f"{lying} slots still lie under pepper {number}. Nothing was changed.")
        # Logged first: a file without the pepper and without a word on it would be the worse half.
        _log(PEPPER_DROPPED, number)
        secrets_file.drop_pepper(number)

    def _show(self) -> None:
        peppers, named = secrets_file.read(), _named()
        for number in sorted({*peppers.peppers, *named}):
            state = "newest" if number == peppers.pepper_number else "older"
            state = state if number in peppers.peppers else "LOST"
            self.stdout.write(f"  pepper {number} ({state}): {named.get(number, 0)} slots")


def _named() -> dict[int, int]:
    """How many slots lie under each pepper, of passphrases and of passkeys."""
    return dict(Slot.objects.values_list("pepper_number").annotate(Count("pk")))


def _log(action: Action, number: int) -> None:
    with transaction.atomic():
        record(action, by=Actor.system(), subject_type="vault.pepper", reference=str(number))
