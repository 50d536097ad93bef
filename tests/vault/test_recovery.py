"""Nobody left, or the pepper lost: with two sheets the house lets somebody in again; it costs re-admission, not data."""

import secrets

import pytest
from django.db import transaction

from audit.log.models import Entry
from cellule.accounts import enrolment, team
from cellule.accounts.acting import Acting, outside_a_browser
from cellule.accounts.fiction import act_as
from cellule.accounts.models import Invitation, User
from cellule.vault import membership, rosters, secrets_file
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
from tests.vault.papers import Paper, folder_of, open_folder, read, write
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


def _told(by: Acting, folder, paper: Paper) -> list[set[str]]:
    return read(open_folder(by, folder), paper)


def _lose_secrets(settings) -> None:
    settings.SECRETS_FILE.unlink()
    rosters.forget_cache()


# --- Nobody left ------------------------------------------------------------------------------------


@pytest.fixture
def nobody_left(sheets, supervisor, second_supervisor) -> tuple[Acting, Acting]:
    """Both supervisors have lost their passphrase, and enrolled anew: nobody can let them in."""
    return _enrol_anew("mireille"), _enrol_anew("omar")


def test_house_lets_a_new_supervisor_in_who_opens_what_was_sealed_before(sheets, caseworker):
    folder = folder_of("unit")
    paper = write(caseworker, folder, "before")
    mireille, _omar = _enrol_anew("mireille"), _enrol_anew("omar")
    with pytest.raises(NotAMember):
        open_folder(mireille, folder)

    entered = _let_in(open_house(two(sheets)), mireille)

    assert entered == ["intake", "unit"]
    assert _told(mireille, folder, paper) == [{"before"}]
    assert mireille.is_admitted


def test_root_turns_when_the_house_lets_somebody_in(nobody_left, sheets):
    """Neither the lost keys of this person nor those of the other one open anything newer."""
    mireille, omar = nobody_left
    before = {kind: rosters.verified(group_id(kind)).body for kind in ("intake", "unit")}

    _let_in(open_house(two(sheets)), mireille)

    for kind, body in before.items():
        now = rosters.verified(group_id(kind)).body
        assert now.epoch == body.epoch + 1
        assert now.member(omar.user.pk) is None
        assert now.member(mireille.user.pk).fingerprint == mireille.vault.identity.fingerprint


def test_whoever_is_in_again_lets_the_others_in(nobody_left, sheets):
    mireille, omar = nobody_left
    root = open_house(two(sheets))
    _let_in(root, mireille)
    # A second supervisor takes two, or the house once more.
    assert team.admit(omar.user, fingerprint_words(omar.vault.identity.fingerprint), by=mireille) is False

    _let_in(root, omar)
    claire = _enrol_anew("claire")
    membership.settle(mireille.vault, mireille.actor)

    assert team.admit(claire.user, fingerprint_words(claire.vault.identity.fingerprint), by=mireille) is True
    assert {m.user for m in rosters.verified(group_id("unit")).body.members} >= {
        person.user.pk for person in (mireille, omar, claire)
    }


def test_letting_in_twice_is_letting_in_once(nobody_left, sheets):
    """Broken off anywhere it is begun again: a person who is in stays as they are."""
    mireille, _omar = nobody_left
    root = open_house(two(sheets))

    assert [_let_in(root, mireille), _let_in(root, mireille)] == [["intake", "unit"], []]
    assert list(Entry.objects.of_action("vault.recovered").values_list("reference", flat=True)) == [
        str(mireille.user.pk)
    ]


def test_auditors_come_back_the_same_way(sheets):
    paule = _enrol_anew("paule")

    assert _let_in(open_house(two(sheets)), paule) == ["auditors"]
    assert paule.vault.current_root(group_id("auditors")).epoch == 2


@pytest.mark.parametrize("of", ["nobody", "the root before"])
def test_another_root_lets_nobody_in(sheets, nobody_left, supervisor, of):
    mireille, _omar = nobody_left
    root = Identity(secrets.token_bytes(32)) if of == "nobody" else open_house(two(sheets))
    if of == "the root before":
        turn_house(two(sheets), mireille.actor, written_down=Desk())
    before = rosters.verified(group_id("unit")).hash

    with pytest.raises(NotTheHouse):
        _let_in(root, mireille)

    assert rosters.verified(group_id("unit")).hash == before


# --- The pepper is lost -----------------------------------------------------------------------------


def test_lost_pepper_costs_readmission_and_no_data(sheets, settings, caseworker):
    folder = folder_of("unit")
    paper = write(caseworker, folder, "before the loss")
    _lose_secrets(settings)

    root = open_any_house(two(sheets, "AC"))
    make_secrets_again(root)

    # Every passphrase is dead.
    for name in ("mireille", "claire"):
        with pytest.raises(CannotOpen):
            acting(name)
    mireille = _enrol_anew("mireille")
    _let_in(root, mireille)
    claire = _enrol_anew("claire")
    membership.settle(mireille.vault, mireille.actor)
    keys = enrolled_public(claire.user.pk)
    assert team.admit(claire.user, fingerprint_words(keys.fingerprint), by=mireille) is True
    assert [_told(person, folder, paper) for person in (mireille, claire)] == [[{"before the loss"}]] * 2


def test_new_secrets_are_pinned_to_the_root_and_take_a_pepper_that_no_slot_names(sheets, settings):
    pin = secrets_file.read().pin
    named = set(Slot.objects.values_list("pepper_number", flat=True))
    _lose_secrets(settings)

    make_secrets_again(open_any_house(two(sheets)))

    made = secrets_file.read()
    assert (made.pin, made.pepper_number) == (pin, max(named) + 1)
    assert settings.SECRETS_FILE.stat().st_mode & 0o777 == 0o600


def test_secrets_that_are_there_are_not_made_again(sheets, settings):
    before = settings.SECRETS_FILE.read_bytes()

    with pytest.raises(FileExistsError):
        make_secrets_again(open_house(two(sheets)))

    assert settings.SECRETS_FILE.read_bytes() == before


def test_restored_older_secrets_file_opens_what_is_under_its_pepper(sheets, settings, caseworker):
    """A backup from before the pepper was turned: who has signed in since is locked out, and nobody else."""
    older = settings.SECRETS_FILE.read_bytes()
    secrets_file.add_pepper()
    acting("claire")

    settings.SECRETS_FILE.write_bytes(older)

    with pytest.raises(CannotOpen):
        acting("claire")
    assert acting("mireille").is_admitted


def test_restored_older_keys_do_not_verify_under_the_new_pin(sheets, supervisor):
    """Keys from before the root was turned, with today's secrets file: the house stays shut and trusts nobody."""
    with transaction.atomic():
        turn_house(two(sheets), supervisor.actor, written_down=Desk())
        assert rosters.verified(group_id("unit")).member(supervisor.user.pk)
        transaction.set_rollback(True)
    rosters.forget_cache()

    with pytest.raises(rosters.RosterRefused):
        rosters.verified(group_id("unit"))
