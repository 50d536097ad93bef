"""`manage.py custodians drill|replace|turn`: the ceremonies of the house root, with two custodians in the room."""

from functools import partial

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.log.actor import Actor
from cellule.accounts.roles import Permission
from cellule.accounts.terminal import pairs, present_custodians, sign_in, write_down
from cellule.vault import house
from cellule.vault.custody import NotTheHouse, drill, replace_custodian, turn_house
from cellule.vault.sealing import CannotOpen

_NOTHING = "Nothing was changed."
_REFUSED = {
    NotTheHouse: "These sheets are of another ceremony: they do not open the house root that counts now.",
    CannotOpen: "These sheets do not belong together: one of them is of another house, or was replaced.",
}


class Command(BaseCommand):
    help = "Prove the custodians' sheets (drill, once a year), give one a new sheet (replace), make a new root (turn)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ceremony", choices=["drill", "replace", "turn"])

    def handle(self, *args, **options) -> None:
        if house.finish_pin():
            self.stdout.write("A ceremony had been broken off; the pin is now what the database holds.")
        if not house.pinned():
            raise CommandError("The house is not sealed yet: manage.py found --seal")
        try:
            getattr(self, f"_{options['ceremony']}")()
        except (NotTheHouse, CannotOpen) as refused:
            raise CommandError(f"{_REFUSED[type(refused)]} {_NOTHING}") from None

    def _drill(self) -> None:
        """Each pair of those who are here opens the root; the log keeps the day, and nothing else is written."""
        sheets = present_custodians(self.stdout)
        for one, other in pairs(sheets):
            proved = drill({one: sheets[one], other: sheets[other]}, Actor.system())
            self.stdout.write(f"{one} and {other} open the house root {proved.fingerprint[:16]}.")
        self.stdout.write(f"It opens the newest root of: {', '.join(proved.opened) or 'no group yet'}.")
        if proved.missing:
            raise CommandError(
                f"It does not open: {', '.join(proved.missing)}. Turn the root of each: that wraps it for the house."
            )

    def _replace(self) -> None:
        by = sign_in(self.stdout, permission=Permission.ADMIT).actor
        present = present_custodians(self.stdout, most=2)
        replace_custodian(present, by, written_down=partial(write_down, self.stdout))
        self.stdout.write("The new sheet counts, the old one opens nothing more. Prove it: manage.py custodians drill")

    def _turn(self) -> None:
        by = sign_in(self.stdout, permission=Permission.ADMIT).actor
        present = present_custodians(self.stdout)
        two = {letter: present[letter] for letter in sorted(present)[:2]}
        fingerprint = turn_house(two, by, written_down=partial(write_down, self.stdout))
        self.stdout.write(f"The new house root counts, the old sheets open nothing more:\n  {fingerprint}\n")
        self.stdout.write("Back up the secrets file, which holds the pin, and prove the sheets:")
        self.stdout.write("  manage.py custodians drill")
