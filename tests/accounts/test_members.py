"""Taking people out, another role, a way back after a lost passphrase: through the pages, as each person sees them."""

import re

import pytest
from django.conf import settings
from django.db import transaction
from django.test import Client

from audit.log.models import Entry
from cellule.accounts import enrolment, leaving, members
from cellule.accounts.models import Invitation, SignInSession, User
from cellule.vault import parking, rosters
from cellule.vault.membership import enrolled_public
from cellule.vault.models import Departure, GroupWrap, ParkedText, Slot, VaultSession
from cellule.vault.unlocked import group_id
from cellule.vault.words import fingerprint_words
from tests.people import said, signed_in
from tests.vault.parcels import clinic, group_of
from tests.world import PEOPLE

pytestmark = pytest.mark.django_db

PASSPHRASE = "un deux trois quatre cinq six"


def _user(name: str) -> User:
    return User.objects.get(email=f"{name}@cellule.example")


def _page(name: str, what: str = "") -> str:
    return f"/equipe/{_user(name).pk}/{what}"


def _named_in(kind: str, name: str) -> bool:
    return rosters.verified(group_id(kind)).member(_user(name).pk) is not None


def _epochs() -> list[int]:
    return [rosters.verified(group_id(kind)).body.epoch for kind in ("intake", "unit")]


def _acts(name: str, *actions: str) -> list[str]:
    entries = Entry.objects.about(str(_user(name).pk)).of_action(*actions)
    return sorted(entries.values_list("action", flat=True))


def _members(client: Client) -> list[str]:
    return [one.person.name for one in client.get("/equipe/").context["members"]]


# --- Taking out -------------------------------------------------------------------------------------


def test_page_says_what_will_happen_before_anything_does():
    mireille = signed_in("mireille")
    signed_in("claire")

    page = mireille.get(_page("claire", "retirer/"))

    assert (page.context["sessions"], page.context["turns_now"], page.context["last_in"]) == (1, True, [])
    assert [place.kind for place in page.context["places"]] == ["intake", "unit"]
    assert _named_in("unit", "claire")


def test_who_is_taken_out_is_out_at_once():
    mireille, claire = signed_in("mireille"), signed_in("claire")
    parking.park(_user("claire").pk, "/dossiers/", [("body", "brouillon")])

    assert mireille.post(_page("claire", "retirer/"))["Location"] == "/equipe/"

    pk = _user("claire").pk
    assert claire.get("/dossiers/")["Location"].startswith("/connexion/")
    held = [model.objects.filter(holder=pk).count() for model in (GroupWrap, Slot, VaultSession, ParkedText)]
    assert held == [0, 0, 0, 0]
    assert (_named_in("intake", "claire"), _named_in("unit", "claire"), _epochs()) == (False, False, [2, 2])
    assert Departure.objects.count() == 0
    assert "Claire Exemple" not in _members(mireille)
    assert _acts("claire", "accounts.removed") == ["accounts.removed"]


def test_who_is_taken_out_signs_in_no_more():
    signed_in("mireille").post(_page("claire", "retirer/"))
    client, claire = Client(), PEOPLE["claire"]

    answer = client.post("/connexion/", {"login": claire.email, "password": claire.passphrase})

    assert (answer.status_code, SignInSession.objects.filter(user=_user("claire")).count()) == (200, 0)


def test_second_click_changes_nothing_more():
    mireille = signed_in("mireille")
    mireille.post(_page("claire", "retirer/"))

    again = mireille.post(_page("claire", "retirer/"))

    assert (again["Location"], _epochs()) == ("/equipe/", [2, 2])
    assert _acts("claire", "accounts.removed") == ["accounts.removed"]


def test_colleagues_read_and_write_on_after_somebody_left():
    claire = signed_in("joaquin")
    signed_in("mireille").post(_page("claire", "retirer/"))

    assert claire.get("/dossiers/").status_code == 200


def test_last_supervisor_stays_and_the_page_says_why():
    mireille = signed_in("mireille")
    mireille.post(_page("omar", "retirer/"))
    luc = signed_in("luc")
    close = f"/administration/comptes/{_user('mireille').pk}/fermer/"

    shown, refused = luc.get(close), luc.post(close)

    assert (shown.status_code, refused.status_code) == (200, 409)
    assert shown.context["last_in"] == refused.context["last_in"] == [said("Intake"), said("Unit")]
    assert mireille.get("/equipe/").status_code == 200


@pytest.mark.parametrize("what", ["", "retirer/", "role/", "phrase-perdue/"])
def test_nobody_decides_on_themselves(what):
    status = signed_in("mireille").get(_page("mireille", what)).status_code

    assert status == (200 if what == "" else 404)


def test_supervisors_decide_on_no_auditor_and_auditors_on_nobody_of_the_unit():
    pages = [("mireille", "paule"), ("paule", "claire"), ("rose", "paule"), ("mireille", "thea")]

    told = [signed_in(who).get(_page(whom, "retirer/")).status_code for who, whom in pages]

    assert told == [404, 404, 404, 404]


def test_coordinators_decide_on_their_own_agency_s_people_alone(coordinator):
    people = ("thea", "noor", "solange", "claire", "mireille")

    seen = [name for name in people if members.within_sight(coordinator, _user(name).pk)]

    assert seen == ["thea", "noor"]
    assert [members.may_decide_on(coordinator, _user(name)) for name in people] == [True, False, False, False, False]


def test_coordinator_takes_a_colleague_out(coordinator):
    leaving.remove(_user("thea"), by=coordinator)

    roster = rosters.verified(group_of(clinic()))
    assert (roster.member(_user("thea").pk), roster.body.epoch, _user("thea").is_active) == (None, 2, False)


def test_supervisor_takes_no_last_coordinator_out():
    page = signed_in("mireille").get(_page("noor", "retirer/"))

    assert page.context["last_in"] == [said("Agency")]


# --- Without keys -----------------------------------------------------------------------------------


def test_account_that_the_administrator_closes_leaves_its_groups_at_a_member_s_next_page():
    luc, claire, joaquin = signed_in("luc"), signed_in("claire"), signed_in("joaquin")

    page = luc.get(f"/administration/comptes/{_user('claire').pk}/fermer/")
    luc.post(f"/administration/comptes/{_user('claire').pk}/fermer/")

    assert page.context["turns_now"] is False
    assert (_epochs(), Departure.objects.count()) == ([1, 1], 2)
    assert claire.get("/dossiers/")["Location"].startswith("/connexion/")

    joaquin.get("/dossiers/")
    assert (_epochs(), Departure.objects.count(), _named_in("unit", "claire")) == ([2, 2], 0, False)


def test_closed_account_opens_again_only_by_another_invitation():
    luc, mireille = signed_in("luc"), signed_in("mireille")
    mireille.post(_page("claire", "retirer/"))

    luc.post(f"/administration/invitations/{_user('claire').pk}/", {"print": "1"})

    assert (_user("claire").is_active, Invitation.objects.open().filter(user=_user("claire")).count()) == (True, 1)
    assert "Claire Exemple" not in _members(mireille)


# --- A lost passphrase ------------------------------------------------------------------------------


def _enrols_anew(client: Client, name: str) -> str:
    """By the link on paper; gives the new passphrase."""
    page = client.post(_page(name, "phrase-perdue/"), {"sent": "print"})
    link = page.context["link"].removeprefix(settings.SITE_ADDRESS)
    browser = Client()
    shown = browser.get(link)
    assert shown.context["is_anew"] is True
    words, token = " ".join(shown.context["passphrase"]), shown.context["token"]
    browser.post(link, {"token": token})
    browser.post(link, {"token": token, "typed": words})
    return words


def _comes_back(name: str, passphrase: str) -> Client:
    client = Client()
    client.post("/connexion/", {"login": PEOPLE[name].email, "password": passphrase})
    return client


def _five(name: str) -> str:
    return fingerprint_words(enrolled_public(_user(name).pk).fingerprint)


def test_link_alone_ends_nothing():
    mireille, claire = signed_in("mireille"), signed_in("claire")

    mireille.post(_page("claire", "phrase-perdue/"), {"sent": "mail"})

    assert claire.get("/dossiers/").status_code == 200


def test_who_forgot_comes_back_with_new_keys_and_five_words():
    mireille, before = signed_in("mireille"), signed_in("claire")
    parking.park(_user("claire").pk, "/dossiers/", [("body", "brouillon")])
    words = _enrols_anew(mireille, "claire")

    claire = _comes_back("claire", words)
    assert before.get("/dossiers/")["Location"].startswith("/connexion/")
    assert (claire.get("/dossiers/")["Location"], ParkedText.objects.count()) == ("/attente/", 0)
    assert [one["person"].name for one in mireille.get("/equipe/").context["waiting"]] == ["Claire Exemple"]
    assert (_epochs(), _named_in("unit", "claire")) == ([2, 2], False)

    mireille.post(_page("claire", "admettre/"), {"typed": _five("claire")})

    assert claire.get("/dossiers/").status_code == 200
    assert _acts("claire", "accounts.keys_lost") == ["accounts.keys_lost"]


def test_old_passphrase_opens_nothing_after_new_keys():
    _enrols_anew(signed_in("mireille"), "claire")

    answer = Client().post("/connexion/", {"login": PEOPLE["claire"].email, "password": PEOPLE["claire"].passphrase})

    assert answer.status_code == 200


def test_supervisor_who_forgot_waits_for_two():
    """The founders are two: a third one comes first."""
    mireille, omar = signed_in("mireille"), signed_in("omar")
    for client in (mireille, omar):
        client.post(_page("joaquin", "role/"), {"role": "supervisor"})
    joaquin = signed_in("joaquin")
    words = _enrols_anew(mireille, "omar")

    mireille.post(_page("omar", "admettre/"), {"typed": _five("omar")})
    half = _comes_back("omar", words).get("/equipe/")
    joaquin.post(_page("omar", "admettre/"), {"typed": _five("omar")})

    assert half["Location"] == "/attente/"
    assert _comes_back("omar", words).get("/equipe/").status_code == 200


def test_keys_of_the_last_supervisor_wait_for_the_custodians_and_the_house_works_on(administrator):
    signed_in("mireille").post(_page("omar", "retirer/"))
    mireille = _user("mireille")
    with transaction.atomic():
        invitation = enrolment.invite(mireille, by=administrator.actor, by_mail=False)
    enrolment.enrol(invitation, PASSPHRASE, PASSPHRASE)

    assert signed_in("claire").get("/dossiers/").status_code == 200
    assert (_named_in("unit", "mireille"), _epochs()) == (True, [2, 2])


# --- Another role -----------------------------------------------------------------------------------


def test_new_supervisor_takes_two_signatures():
    mireille, omar = signed_in("mireille"), signed_in("omar")

    first = mireille.post(_page("claire", "role/"), {"role": "supervisor"})
    between = _user("claire").role
    second = omar.post(_page("claire", "role/"), {"role": "supervisor"})

    assert (first.status_code, between, second["Location"]) == (200, "caseworker", _page("claire"))
    assert signed_in("claire").get("/equipe/").status_code == 200
    assert _acts("claire", "accounts.role_proposed", "accounts.role_changed") == [
        "accounts.role_changed",
        "accounts.role_proposed",
    ]


def test_same_supervisor_twice_is_one_signature():
    mireille = signed_in("mireille")

    answers = [mireille.post(_page("claire", "role/"), {"role": "supervisor"}).status_code for _ in range(2)]

    assert (answers, _user("claire").role) == ([200, 200], "caseworker")


def test_who_supervises_no_more_loses_the_right_at_once():
    mireille, omar = signed_in("mireille"), signed_in("omar")

    mireille.post(_page("omar", "role/"), {"role": "caseworker"})

    assert (omar.get("/equipe/").status_code, omar.get("/dossiers/").status_code) == (403, 200)
    assert _epochs() == [1, 1]


def test_who_goes_to_the_intake_leaves_the_unit_s_keys():
    mireille, claire = signed_in("mireille"), signed_in("claire")

    mireille.post(_page("claire", "role/"), {"role": "intake_worker"})

    assert (_named_in("intake", "claire"), _named_in("unit", "claire"), _epochs()) == (True, False, [1, 2])
    assert claire.get("/dossiers/").status_code == 200
    assert not GroupWrap.objects.filter(holder=_user("claire").pk, group_id=group_id("unit")).exists()


def test_who_comes_from_the_intake_gets_the_unit_s_keys():
    signed_in("mireille").post(_page("ana", "role/"), {"role": "caseworker"})

    assert (_named_in("unit", "ana"), signed_in("ana").get("/dossiers/").status_code) == (True, 200)


def test_last_supervisor_does_not_fall():
    mireille, omar = signed_in("mireille"), signed_in("omar")
    mireille.post(_page("omar", "role/"), {"role": "caseworker"})

    assert omar.post(_page("mireille", "role/"), {"role": "caseworker"}).status_code == 403


# --- What the pages tell ----------------------------------------------------------------------------


def test_team_page_tells_since_when_and_by_whom():
    told = {one.person.name: one for one in signed_in("mireille").get("/equipe/").context["members"]}

    assert told["Claire Exemple"].let_in_by == ["Mireille Fictive-Roy"]
    assert told["Mireille Fictive-Roy"].let_in_by == []
    assert all(one.since is not None for one in told.values())


def test_member_s_page_shows_the_words_of_the_keys_that_the_rosters_name():
    mireille, claire = signed_in("mireille"), signed_in("claire")

    known, own = (
        client.get(path).context["words"] for client, path in ((mireille, _page("claire")), (claire, "/compte/mots/"))
    )

    assert known == own
    assert len(known) == 5


def test_history_is_newest_first_and_names_people():
    mireille = signed_in("mireille")

    events = mireille.get(_page("claire")).context["history"]

    assert [(str(event.sentence), event.by) for event in events] == [
        (said("Admitted a person"), "Mireille Fictive-Roy"),
        (said("Made their keys"), "Claire Exemple"),
        (said("Invited a person"), "Luc Système-Fictif"),
    ]


def test_addresses_of_people_say_nothing_of_who_exists():
    mireille = signed_in("mireille")
    unknown = "/equipe/00000000-0000-4000-8000-00000000abcd/"
    token = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')

    answers = [mireille.get(path) for path in (unknown, _page("paule"), _page("thea"))]

    assert {answer.status_code for answer in answers} == {404}
    said_alike = {token.sub("", answer.text.replace(answer.request["PATH_INFO"], "")) for answer in answers}
    assert len(said_alike) == 1
