"""`manage.py recover`: nobody can let anybody in any more, or the pepper is lost; two custodians are in the room."""

from allauth.mfa.models import Authenticator
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from audit.log.actor import Actor
from audit.log.record import record
from cellule.accounts import enrolment
from cellule.accounts.models import SignInSession, User
from cellule.accounts.terminal import ask, present_custodians, sign_in
from cellule.vault import house, secrets_file
from cellule.vault.actions import SECRETS_MADE_AGAIN
from cellule.vault.custody import NotTheHouse, open_any_house, open_house
from cellule.vault.identities import Identity
from cellule.vault.recovery import let_in, make_secrets_again
from cellule.vault.sealing import CannotOpen


class Command(BaseCommand):
    help = "Let a newly enrolled person in with the house root; makes lost secrets again. It can be run as often as needed."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--person", metavar="E-MAIL", help="whom to let in; asked for when missing")

    def handle(self, *args, **options) -> None:
        root = self._open()
        email = (options["person"] or ask("E-mail of the person to let in (a supervisor first): ")).lower()
        person = User.objects.filter(email=email).first()
        if person is None or not person.duty.in_unit or not person.duty.key_groups:
            raise CommandError("Nobody of the unit has this e-mail and a role that opens anything. Nothing was done.")
        self._enrol(person)
        acting = sign_in(self.stdout)
        if acting.user.pk != person.pk:
            raise CommandError("Somebody else has signed in. Nobody was let in.")
        duty = person.duty
        try:
            entered = let_in(root, acting.vault, may_admit=duty.may_admit, kinds=duty.key_groups, by=acting.actor)
        except CannotOpen:
            raise CommandError("The house holds no root of one of these groups. Nobody was let in.") from None
        if not entered:
            self.stdout.write(f"{person.name} is in already.")
            return
        self.stdout.write(f"{person.name} is in ({', '.join(entered)}), and lets the others in under «Équipe».")
        self.stdout.write("Everybody else enrols anew with a new link and is let in like a newcomer.")

    def _open(self) -> Identity:
        is_lost = not secrets_file.is_founded()
        if not is_lost:
            house.finish_pin()
        try:
            sheets = present_custodians(self.stdout)
            two = {letter: sheets[letter] for letter in sorted(sheets)[:2]}
            root = open_any_house(two) if is_lost else open_house(two)
        except (NotTheHouse, CannotOpen):
            raise CommandError("These sheets do not open the house root that counts now. Nothing was done.") from None
        if is_lost:
            self._make_secrets(root)
        return root

    def _make_secrets(self, root: Identity) -> None:
        """What the lost server secret had sealed is dead: second factors are set up anew, sessions end."""
        if not ask("The secrets file is lost, and every passphrase with it. Make a new one? Type yes: ") == "yes":
            raise CommandError("Restore it from its own backup. Nothing was done.")
        # The file comes last: whoever breaks this off before it is asked again.
        with transaction.atomic():
            Authenticator.objects.all().delete()
            SignInSession.objects.all().delete()
            by = Actor.system()
            record(SECRETS_MADE_AGAIN, by=by, subject_type="vault.house", reference=root.fingerprint)
        make_secrets_again(root)
        self.stdout.write("New secrets are written. Back them up apart from the database, and start the site again.")

    def _enrol(self, person: User) -> None:
        """A link for who has no keys that open; nothing for who has enrolled already."""
        if ask(f"Does {person.name} need a new link, because the passphrase opens nothing more? yes or no: ") != "yes":
            return
        with transaction.atomic():
            invitation = enrolment.invite(person, by=Actor.system(), by_mail=False)
        self.stdout.write(f"\n{person.name} opens this link now, on a screen nobody else sees:")
        self.stdout.write(f"  {enrolment.link_of(invitation)}\n")
        self.stdout.write("and then signs in once, to set up the second factor.")
        input("Press Enter when that is done.")
