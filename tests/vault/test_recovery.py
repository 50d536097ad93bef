"""Nobody left, or the pepper lost: with two sheets the house lets somebody in again; it costs re-admission, not data."""

import secrets

import pytest
from django.db import transaction

from audit.log.models import Entry
from cellule.accounts import enrolment, team
from cellule.accounts.acting import Acting, outside_a_browser
from cellule.accounts.fiction import act_as
from cellule.accounts.models import Invitation, User
from cellule.vault import membership, rosters, secrets_file, slots
from cellule.vault.custody import NotTheHouse, open_any_house, open_house, turn_house
from cellule.vault.identities import Identity
from cellule.vault.membership import enrolled_public
from cellule.vault.models import Slot
from cellule.vault.recovery import let_in, make_secrets_again
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import NotAMember, group_id
from cellule.vault.words import fingerprint_words, new_passphrase
from tests.people import acting
from tests.vault.ceremonies import Desk, sheets, two
from tests.vault.papers import Paper, read, write
from tests.world import PEOPLE

__all__ = ["sheets"]
pytestmark = pytest.mark.django_db


def _enrol_anew(name: str) -> Acting:
    """A new link, a new passphrase, new keys; nobody has let them in yet."""
    user = User.objects.select_related("organisation").get(email=PEOPLE[name].email)
    with transaction.atomic():
        invitation = enrolment.invite(user, by=outside_a_browser(user, None).actor, by_mail=False)
    passphrase = new_passphrase()
    enrolment.enrol(Invitation.objects.get(pk=invitation.pk), passphrase, passphrase)
    return act_as(user.email, passphrase)


def _let_in(root: Identity, person: Acting) -> list[str]:
    duty = person.user.duty
    return let_in(root, person.vault, may_admit=duty.may_admit, kinds=duty.key_groups, by=person.actor)
