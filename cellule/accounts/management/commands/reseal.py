"""`manage.py reseal`: after a release that changed the shape of sealed documents, a member lifts what lies there."""

from django.core.management.base import BaseCommand, CommandError

from cellule.accounts.roles import Permission
from cellule.accounts.terminal import Progress, sign_in
from cellule.vault.reseal import Resealed, owners_of, raised_contracts, reseal


class Command(BaseCommand):
    help = "Seal records anew in the newest shape of their documents. It may be broken off and begun again."

    def handle(self, *args, **options) -> None:
        contracts = raised_contracts()
        if not contracts:
            self.stdout.write("No document has changed its shape: there is nothing to do.")
            return
        acting = sign_in(self.stdout, permission=Permission.SUPERVISE_CASES)
        owners = sum(len(pks) for _model, pks in owners_of(acting.vault, contracts))
        progress, done = Progress(self.stdout, "Sealed anew", owners), Resealed()
        for batch in reseal(acting.vault, acting.actor):
            done.add(batch)
            progress.step(batch.owners)
        self.stdout.write(f"{done.raised} values were lifted, {done.newest} were in the newest shape.")
        if done.unopened:
            raise CommandError(
                f"{done.unopened} values did not open. Run it again; if they stay, tell the supervisors."
            )
