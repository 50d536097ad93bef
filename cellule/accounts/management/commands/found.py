"""`manage.py found` founds the house; `manage.py found --seal` makes its root in front of the custodians."""

import re
from functools import partial

from django.core.management.base import BaseCommand, CommandError, CommandParser

from audit.log.actor import Actor
from cellule.accounts import roles
from cellule.accounts.enrolment import link_of
from cellule.accounts.founding import FoundedAlready, Founder, found
from cellule.accounts.models import User
from cellule.accounts.terminal import ask, write_down
from cellule.vault import secrets_file
from cellule.vault.founding import SealedAlready, seal_house
from cellule.vault.membership import WrongWords
from cellule.vault.models import Slot

_PERSON = re.compile(r"^\s*(?P<name>[^<>]+?)\s*<(?P<email>[^<>@\s]+@[^<>@\s]+)>\s*$")


class Command(BaseCommand):
    help = "Found the house (organisation, first people, secrets), then seal it with --seal."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seal", action="store_true", help="make the house root; the custodians are present")
        parser.add_argument("--organisation", help="name of the unit")
        for role in ("supervisor", "administrator", "auditor", "privacy-officer"):
            parser.add_argument(
                f"--{role}",
                action="append",
                metavar='"NAME <E-MAIL>"',
                help="once, or several times" if role == "supervisor" else "",
            )

    def handle(self, *args, **options) -> None:
        if options["seal"]:
            self._seal()
        else:
            self._found(options)

    # --- Founding ----------------------------------------------------------------------------------

    def _found(self, options: dict) -> None:
        organisation = options["organisation"] or ask("Name of the unit: ")
        founders = [
            self._founder(role, text)
            for role in (roles.SUPERVISOR, roles.ADMINISTRATOR, roles.AUDITOR, roles.PRIVACY_OFFICER)
            for text in options[role.code] or self._people(role)
        ]
        try:
            invitations = found(organisation, founders)
        except FoundedAlready:
            raise CommandError("The house is founded already. More people come by invitation.") from None
        self.stdout.write("\nEach person opens their own link, once, within 72 hours, on a screen nobody else sees:\n")
        for invitation in invitations:
            self.stdout.write(f"  {invitation.user.name} ({invitation.user.role}): {link_of(invitation)}")
        self.stdout.write("\nThen, with three custodians in the room: manage.py found --seal")

    def _people(self, role: roles.Role) -> list[str]:
        people = [ask(f"{role.code}, as NAME <E-MAIL>: ")]
        while role is roles.SUPERVISOR and (
            another := input("another supervisor (two are wise), or nothing: ").strip()
        ):
            people.append(another)
        return people

    def _founder(self, role: roles.Role, text: str) -> Founder:
        match = _PERSON.match(text)
        if match is None:
            raise CommandError(f"{text!r} is not of the form NAME <E-MAIL>.")
        return Founder(role.code, match["name"], match["email"])

    # --- Sealing -----------------------------------------------------------------------------------

    def _seal(self) -> None:
        if not secrets_file.is_founded():
            raise CommandError("Found the house first: manage.py found")
        enrolled = Slot.objects.values_list("holder", flat=True)
        supervisors = list(User.objects.filter(role=roles.SUPERVISOR.code, is_active=True, pk__in=enrolled))
        if not supervisors:
            raise CommandError("No supervisor has enrolled yet: a supervisor opens the link first.")
        self.stdout.write(
            "Each supervisor signs in and reads five words from the screen; type them as you hear them.\n"
        )
        heard = [(person.pk, ask(f"{person.name}: ")) for person in supervisors]
        try:
            sheets = seal_house(heard, Actor.system(), written_down=partial(write_down, self.stdout))
        except WrongWords:
            raise CommandError(
                "Those are not the words of these keys. Nothing was made; read them out again."
            ) from None
        except SealedAlready:
            raise CommandError("The house is sealed already.") from None
        self.stdout.write(f"Fingerprint of the house, pinned outside the database:\n  {sheets.fingerprint}\n")
        self.stdout.write("Any two of the three sheets open the house root. Keep them apart, and prove them each year:")
        self.stdout.write("  manage.py custodians drill")
