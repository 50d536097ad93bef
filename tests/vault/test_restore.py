"""A restored house whose keys are older or newer than its content: what must open opens, nothing that was ended since.

Each time people unlock with a passphrase on what lies there: slots, rosters, wraps and chain are those of the backup.
"""

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client

from cases.actions import CASE_OPENED
from cases.models import Case, Note, State
from cellule.accounts import enrolment, leaving
from cellule.accounts.acting import Acting
from cellule.accounts.fiction import act_as
from cellule.accounts.models import User
from cellule.vault import removal, rosters
from cellule.vault.models import Slot
from cellule.vault.models.owner import Compartment
from cellule.vault.sealing import CannotOpen, VaultError
from cellule.vault.slots import open_root
from cellule.vault.unlocked import group_id
from referrals.models import Referral
from referrals.models.codes import ReferralState
from tests.factories import case_at, take
from tests.old_backup import backup, put_back
from tests.people import acting, signed_in
from tests.referrals.sent import CLINIC, SENDING, joined, referral_at
from tests.world import PEOPLE

pytestmark = pytest.mark.django_db(transaction=True)
NEW = "aborder abolir abeille abdiquer abandon abaisser"
STAYING = ("claire", "mireille", "omar")


@dataclass
class Told:
    """A case of Claire's with a note, and a referral that an agency has accepted."""

    case: Case
    before: Note
    referral: Referral

    def opens(self, by: Acting, note: Note) -> bool:
        """Whether somebody opens a note with all that they have."""
        case = Case.objects.get(pk=self.case.pk)
        told = {"action": CASE_OPENED, "by": by.actor, "relation": case.relation_to(by.user)}
        try:
            keys = by.vault.open_owner(case, [Compartment.STORY], **told)
            keys.read(Note.objects.get(pk=note.pk), "story")
        except VaultError:
            return False
        return True

    def is_shown_to(self, name: str) -> bool:
        """Whether the agency's page shows what was agreed to be shared."""
        return SENDING.summary in signed_in(name).get(f"/orientations/{self.referral.code}/").text


@pytest.fixture
def told() -> Told:
    claire = acting("claire")
    case = case_at(State.ACTIVE, claire, shared_with=acting("joaquin"))
    note = case.add_note(by=claire, row_id=uuid.uuid4(), body="Avant.")
    clinic = joined(CLINIC, acting("mireille"))
    sent = referral_at(ReferralState.ACCEPTED, lead=claire, partner=acting("thea"), to=clinic, case=case)
    return Told(case, note, sent)


@pytest.fixture
def since(told) -> Callable[[], Note]:
    """What happens after the backup; gives what was written last."""

    def happen() -> Note:
        assert [told.opens(acting(name), told.before) for name in (*STAYING, "joaquin")] == [True] * 4
        assert told.is_shown_to("thea")
        claire, mireille = acting("claire"), acting("mireille")
        told.referral.consent.withdraw(by=claire)
        leaving.remove(acting("joaquin").user, by=mireille)
        enrolment.change_passphrase(claire, NEW, NEW)
        note = told.case.add_note(by=_claire(NEW), row_id=uuid.uuid4(), body="Après.")
        assert rosters.verified(group_id("unit")).body.epoch == 2
        assert [told.opens(by, note) for by in (_claire(NEW), acting("omar"))] == [True, True]
        return note

    return happen


def _claire(passphrase: str) -> Acting:
    return act_as(PEOPLE["claire"].email, passphrase)


def _signs_in(name: str, passphrase: str) -> bool:
    sent = Client().post("/connexion/", {"login": PEOPLE[name].email, "password": passphrase})
    return sent.status_code == 302


# --- Keys older than the content ----------------------------------------------------------------------


@pytest.fixture
def older_keys(postgres_server, told, since) -> Note:
    """The keys as they were beside the content of today; gives the note that is newer than they are."""
    kept = backup(postgres_server, "keys")
    note = since()
    put_back(postgres_server, "keys", kept)
    return note


def test_older_keys_open_what_was_sealed_under_them_and_nothing_newer(told, older_keys):
    people = [acting(name) for name in STAYING]

    assert [told.opens(by, told.before) for by in people] == [True] * 3
    assert [told.opens(by, older_keys) for by in people] == [False] * 3


def test_older_keys_take_the_passphrase_of_their_day(told, older_keys):
    with pytest.raises(CannotOpen):
        _claire(NEW)

    assert [_signs_in("claire", NEW), _signs_in("claire", PEOPLE["claire"].passphrase)] == [False, True]


def test_older_keys_let_nobody_in_who_has_left_since(told, older_keys):
    """Their keys are there again; their account is not, and what is newer they do not open either."""
    joaquin = User.objects.get(email=PEOPLE["joaquin"].email)
    root = open_root(joaquin.pk, PEOPLE["joaquin"].passphrase)

    assert Slot.objects.filter(holder=joaquin.pk).exists()
    assert not _signs_in("joaquin", PEOPLE["joaquin"].passphrase)
    assert rosters.verified(group_id("unit")).member(joaquin.pk).fingerprint == root.fingerprint
    assert not told.opens(acting("joaquin"), older_keys)


def test_removal_done_again_on_older_keys_holds(told, older_keys):
    mireille, joaquin = acting("mireille"), User.objects.get(email=PEOPLE["joaquin"].email)

    removal.remove(joaquin.pk, organisation=None, by=mireille.actor, unlocked=mireille.vault)

    claire = acting("claire")
    again = told.case.add_note(by=claire, row_id=uuid.uuid4(), body="De nouveau.")
    assert rosters.verified(group_id("unit")).body.epoch == 2
    assert [told.opens(acting(name), note) for name in STAYING for note in (told.before, again)] == [True] * 6
    assert not told.opens(claire, older_keys)
    with pytest.raises(CannotOpen):
        open_root(joaquin.pk, PEOPLE["joaquin"].passphrase)


def test_older_keys_give_an_agency_nothing_that_was_withdrawn(told, older_keys):
    assert not told.is_shown_to("thea")


# --- Keys newer than the content ----------------------------------------------------------------------


@pytest.fixture
def older_content(postgres_server, told, since) -> None:
    """The content as it was beside the keys of today."""
    kept = backup(postgres_server, "public")
    since()
    put_back(postgres_server, "public", kept)


def test_newer_keys_open_all_older_content(told, older_content):
    people = [_claire(NEW), acting("mireille"), acting("omar")]

    assert [told.opens(by, told.before) for by in people] == [True] * 3
    assert list(Note.objects.values_list("pk", flat=True)) == [told.before.pk]


def test_newer_keys_are_written_under(told, older_content):
    note = told.case.add_note(by=_claire(NEW), row_id=uuid.uuid4(), body="De nouveau.")

    assert [told.opens(acting(name), each) for name in ("mireille", "omar") for each in (told.before, note)] == [
        True
    ] * 4


def test_newer_keys_take_today_s_passphrase(told, older_content):
    assert [_signs_in("claire", PEOPLE["claire"].passphrase), _signs_in("claire", NEW)] == [False, True]


def test_newer_keys_let_nobody_in_who_has_left_since(told, older_content):
    """Their account is there again; their keys are not."""
    joaquin = User.objects.get(email=PEOPLE["joaquin"].email)

    assert joaquin.is_active
    assert not _signs_in("joaquin", PEOPLE["joaquin"].passphrase)
    assert rosters.verified(group_id("unit")).member(joaquin.pk) is None


def test_newer_keys_give_an_agency_nothing_that_was_withdrawn(told, older_content):
    """The consent is given again, and the referral accepted: the agency's keys are gone all the same."""
    now = Referral.objects.get(pk=told.referral.pk)

    assert (now.state, now.consent.state) == (ReferralState.ACCEPTED, "given")
    assert not told.is_shown_to("thea")


def test_case_that_has_come_into_a_circle_since_stays_shut_for_all_others(postgres_server, told):
    claire, mireille = acting("claire"), acting("mireille")
    kept = backup(postgres_server, "public")
    take(told.case, "ask_circle", claire, people=[claire.user, mireille.user])
    take(told.case, "approve_circle", mireille)
    circle = told.case.key_holder
    put_back(postgres_server, "public", kept)

    assert Case.objects.get(pk=told.case.pk).key_holder == group_id("unit")
    assert [told.opens(acting(name), told.before) for name in (*STAYING, "joaquin")] == [False] * 4
    # Once its row says again where its keys are, its people open it.
    Case.objects.filter(pk=told.case.pk).update(key_holder=circle)
    assert [told.opens(acting(name), told.before) for name in (*STAYING, "joaquin")] == [True, True, False, False]
