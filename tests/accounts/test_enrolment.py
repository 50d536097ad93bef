"""Invitation → passphrase shown and typed back → keys → admitted by the five words."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from audit.log.models import Entry
from cellule.accounts import enrolment, roles
from cellule.accounts.models import Invitation, Organisation, User
from cellule.vault import words
from cellule.vault.membership import enrolled_public
from cellule.vault.models import Slot
from tests.people import acting, said, signed_in


@pytest.fixture
def invitation(administrator) -> Invitation:
    return _invited(roles.CASEWORKER, administrator)


def _invited(role, administrator) -> Invitation:
    with transaction.atomic():
        user = User.objects.create(
            name="Nora Nouvelle",
            email=f"nora.{role.code}@cellule.example",
            role=role.code,
            organisation=Organisation.objects.get(zone="unit"),
        )
        return enrolment.invite(user, by=administrator.actor, by_mail=False)


def _path(invitation):
    return f"/invitation/{enrolment._code(invitation)}/"


def _enrol(invitation) -> str:
    """Through the pages; gives the passphrase."""
    client = Client()
    shown = client.get(_path(invitation)).context
    passphrase, token = " ".join(shown["passphrase"]), shown["token"]
    assert client.post(_path(invitation), {"token": token}).status_code == 200
    done = client.post(_path(invitation), {"token": token, "typed": passphrase.upper()})
    assert done.status_code == 200
    return passphrase


def test_the_whole_way_in(invitation, second_supervisor):
    person = invitation.user
    passphrase = _enrol(invitation)
    client = Client()
    client.post("/connexion/", {"login": person.email, "password": passphrase})
    assert client.get("/dossiers/").headers["Location"] == "/attente/"
    five = " ".join(client.get("/attente/").context["words"])

    omar = signed_in("omar")
    admit = f"/equipe/{person.pk}/admettre/"
    assert five not in omar.get(admit).content.decode()
    assert omar.post(admit, {"typed": "blond adopter pelage goupille daigner"}).status_code == 422
    assert omar.post(admit, {"typed": five}).status_code == 302

    assert client.get("/attente/").headers["Location"] == "/"
    assert client.get("/compte/").status_code == 200
    actions = list(Entry.objects.filter(reference=str(person.pk)).order_by("id").values_list("action", flat=True))
    assert actions == ["accounts.invited", "vault.enrolled", "accounts.signed_in", "accounts.admitted"]


def test_keys_exist_only_after_typing_back(invitation):
    client = Client()
    shown = client.get(_path(invitation)).context
    client.post(_path(invitation), {"token": shown["token"]})
    assert Slot.objects.filter(holder=invitation.user_id).count() == 0

    wrong = client.post(_path(invitation), {"token": shown["token"], "typed": "pas les bons mots"})

    assert wrong.status_code == 422
    assert wrong.context["form"].errors["typed"] == [
        said("These are not the six words that were shown. Look at your paper, or have them shown again.")
    ]
    assert Slot.objects.filter(holder=invitation.user_id).count() == 0


def test_the_page_after_the_words_does_not_show_them(invitation):
    client = Client()
    shown = client.get(_path(invitation)).context

    page = client.post(_path(invitation), {"token": shown["token"]}).content.decode()

    assert [word for word in shown["passphrase"] if f">{word}<" in page] == []


def test_a_link_works_once(invitation):
    _enrol(invitation)

    assert Client().get(_path(invitation)).status_code == 404


def test_a_link_ends_after_72_hours(invitation, time_machine):
    time_machine.move_to(timezone.now() + timedelta(hours=72, minutes=1))

    assert Client().get(_path(invitation)).status_code == 404


def test_a_new_invitation_ends_the_older_one(invitation, administrator):
    with transaction.atomic():
        newer = enrolment.invite(invitation.user, by=administrator.actor, by_mail=False)

    assert Client().get(_path(invitation)).status_code == 404
    assert Client().get(_path(newer)).status_code == 200


@pytest.mark.parametrize("code", ["x", "é", "AAAA", "A" * 43, "-" * 43])
def test_made_up_links_look_like_used_ones(db, code):
    response = Client().get(f"/invitation/{code}/")

    assert response.status_code == 404
    assert "This link does not work" in str(response.context) or b"<h1" in response.content


def test_opening_a_link_changes_nothing(invitation):
    """Mail scanners open links."""
    before = Entry.objects.count()
    Client().get(_path(invitation))

    assert Invitation.objects.open().filter(pk=invitation.pk).count() == 1
    assert Entry.objects.count() == before


def test_an_old_page_starts_again(invitation, time_machine):
    time_machine.move_to(timezone.now(), tick=False)
    client = Client()
    token = client.get(_path(invitation)).context["token"]
    time_machine.shift(31 * 60)

    assert client.post(_path(invitation), {"token": token, "typed": "x"}).status_code == 302


def test_a_token_of_another_invitation_is_refused(invitation, administrator):
    other = _invited(roles.INTAKE_WORKER, administrator)
    token = Client().get(_path(other)).context["token"]

    assert Client().post(_path(invitation), {"token": token, "typed": "x"}).status_code == 302


def test_the_code_is_stored_nowhere(invitation):
    code = enrolment._code(invitation)

    assert code not in str(Invitation.objects.values().get(pk=invitation.pk))


def test_a_caseworker_admits_nobody(invitation):
    _enrol(invitation)
    claire = signed_in("claire")

    assert claire.get("/equipe/").status_code == 403
    assert claire.post(f"/equipe/{invitation.user_id}/admettre/", {"typed": "x"}).status_code == 403


def test_a_new_supervisor_takes_two_signatures(administrator):
    person = _invited(roles.SUPERVISOR, administrator)
    _enrol(person)
    five = words.fingerprint_words(enrolled_public(person.user_id).fingerprint)
    admit = f"/equipe/{person.user_id}/admettre/"
    mireille, omar = signed_in("mireille"), signed_in("omar")

    assert mireille.post(admit, {"typed": five}).status_code == 200
    assert str(person.user_id) not in {
        str(m.user) for r in acting("omar").vault.rosters.values() for m in r.body.members
    }
    assert mireille.post(admit, {"typed": five}).status_code == 200
    assert omar.post(admit, {"typed": five}).status_code == 302

    kinds = {r.body.kind for r in acting("omar").vault.rosters.values() if r.member(person.user_id)}
    assert kinds == {"intake", "unit"}


def test_a_supervisor_lets_no_second_auditor_in(administrator):
    """The first auditor was signed in by a supervisor; after that auditors answer for themselves."""
    person = _invited(roles.AUDITOR, administrator)
    _enrol(person)
    five = words.fingerprint_words(enrolled_public(person.user_id).fingerprint)
    admit = f"/equipe/{person.user_id}/admettre/"

    assert signed_in("mireille").post(admit, {"typed": five}).status_code == 404
    assert signed_in("paule").post(admit, {"typed": five}).status_code == 302


def test_a_person_who_re_enrolled_elsewhere_is_not_admitted_by_old_words(invitation, administrator):
    """Somebody with the administrator's power enrols in the person's place: the words differ."""
    _enrol(invitation)
    genuine = words.fingerprint_words(enrolled_public(invitation.user_id).fingerprint)
    with transaction.atomic():
        again = enrolment.invite(invitation.user, by=administrator.actor, by_mail=False)
    _enrol(again)

    response = signed_in("mireille").post(f"/equipe/{invitation.user_id}/admettre/", {"typed": genuine})

    assert response.status_code == 422
