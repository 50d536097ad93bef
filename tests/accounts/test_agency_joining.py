"""An agency joins through the pages: invited without content, let in by a call, then its own coordinator's to open."""

import re
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from audit.log.models import Entry
from cellule.accounts.models import Organisation, User
from cellule.jobs import work
from cellule.jobs.models import Job
from cellule.vault import rosters
from cellule.vault.membership import enrolled_public
from cellule.vault.words import fingerprint_words
from tests.people import said, signed_in
from tests.vault.newcomers import Newcomer, newcomer
from tests.world import PEOPLE

pytestmark = pytest.mark.django_db

INVITE = "/administration/invitations/nouvelle/"
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
CALL = "Call the number in the directory, not one they gave you."


def _answers(organisation: Organisation, **changes: str) -> dict[str, str]:
    return {
        "name": "Nora Nouvelle",
        "email": "nora@cellule.example",
        "organisation": str(organisation.pk),
        "role": "agency_coordinator",
        "language": "fr",
        "sent": "mail",
        **changes,
    }


def _mailed_link(folder: Path, person: User) -> tuple[str, str]:
    """The text of the letter, and the way in that it holds."""
    job = Job.objects.get(kind="accounts.invitation_letter", subject=[str(person.invitations.get().pk)])
    work.run(str(job.pk))
    (letter,) = [
        message
        for path in folder.iterdir()
        if (message := message_from_bytes(path.read_bytes().split(b"-" * 79)[0], policy=policy.default))["To"]
        == person.email
    ]
    text = f"{letter['Subject']} {letter.get_content()}"
    return text, re.findall(r"http\S+", text)[0].removeprefix(settings.SITE_ADDRESS)


def _enrols(link: str) -> str:
    """Through the pages; gives the passphrase."""
    client = Client()
    shown = client.get(link).context
    passphrase, token = " ".join(shown["passphrase"]), shown["token"]
    client.post(link, {"token": token})
    client.post(link, {"token": token, "typed": passphrase})
    return passphrase


def _signs_in(email: str, passphrase: str) -> Client:
    client = Client()
    client.post("/connexion/", {"login": email, "password": passphrase})
    return client


def _words(person: Newcomer) -> str:
    return fingerprint_words(enrolled_public(person.user).fingerprint)


def _waiting(client: Client) -> list[str]:
    return [entrant["person"].email for entrant in client.get("/equipe/").context["waiting"]]


def _stand(client: Client, agency: Organisation) -> tuple[bool, list[str]]:
    (line,) = [one for one in client.get("/equipe/").context["agencies"] if one.organisation == agency]
    return line.can_receive, line.coordinators


@pytest.fixture
def mail(settings, tmp_path) -> Path:
    """The folder that stands in for a mail server."""
    folder = tmp_path / "mail"
    backend = "django.core.mail.backends.filebased.EmailBackend"
    settings.MAILERS = {"default": {"BACKEND": backend, "OPTIONS": {"file_path": str(folder)}}}
    return folder


def test_agency_joins_from_its_invitation_to_its_colleagues(mail):
    luc, mireille = signed_in("luc"), signed_in("mireille")
    luc.post("/administration/organisations/nouvelle/", {"name": "Entraide inventée", "legal_regime": "P-39.1"})
    agency = Organisation.objects.get(name="Entraide inventée")
    assert luc.post(INVITE, _answers(agency))["Location"] == "/administration/"
    nora = User.objects.get(email="nora@cellule.example")

    told, link = _mailed_link(mail, nora)
    assert [word for word in ("Nora", "Entraide", "coord", "Cellule", "Luc") if word in told] == []
    client = _signs_in(nora.email, _enrols(link))
    assert client.get("/")["Location"] == "/attente/"
    five = " ".join(client.get("/attente/").context["words"])

    page = mireille.get("/equipe/")
    assert (_waiting(mireille), _stand(mireille, agency)) == (["nora@cellule.example"], (False, []))
    assert "Entraide inventée" in page.text
    admit = f"/equipe/{nora.pk}/admettre/"
    assert (said(CALL) in mireille.get(admit).text, five in mireille.get(admit).text) == (True, False)
    assert mireille.post(admit, {"typed": "blond adopter pelage goupille daigner"}).status_code == 422
    assert mireille.post(admit, {"typed": five})["Location"] == "/equipe/"
    assert (_waiting(mireille), _stand(mireille, agency)) == ([], (False, ["Nora Nouvelle"]))

    assert client.get("/attente/")["Location"] == "/"
    assert client.get("/")["Location"] == "/orientations/"
    assert "Entraide inventée" in client.get("/compte/").text
    assert _stand(mireille, agency) == (True, ["Nora Nouvelle"])

    luc.post(INVITE, _answers(agency, name="Ines Inventée", email="ines@cellule.example", role="agency_worker"))
    ines = User.objects.get(email="ines@cellule.example")
    worker = _signs_in(ines.email, _enrols(_mailed_link(mail, ines)[1]))
    assert (_waiting(client), _waiting(mireille)) == (["ines@cellule.example"], [])
    five = " ".join(worker.get("/attente/").context["words"])
    assert client.post(f"/equipe/{ines.pk}/admettre/", {"typed": five})["Location"] == "/equipe/"

    assert worker.get("/attente/")["Location"] == "/"
    assert worker.get("/")["Location"] == "/orientations/"
    assert worker.get("/equipe/").status_code == 403
    assert [one.person.name for one in client.get("/equipe/").context["members"]] == ["Ines Inventée", "Nora Nouvelle"]
    done = Entry.objects.filter(action="accounts.admitted", reference__in=[str(nora.pk), str(ines.pk)])
    assert list(done.order_by("pk").values_list("reference", "actor_role")) == [
        (str(nora.pk), "supervisor"),
        (str(ines.pk), "agency_coordinator"),
    ]


# --- Who sees whom ----------------------------------------------------------------------------------


@pytest.fixture
def elsewhere(administrator) -> list[Newcomer]:
    """People who wait at the shelter, and a coordinator of an agency that is just joining."""
    shelter = Organisation.objects.get(name="Maison Fictive du Saule").pk
    roles = ("agency_worker", "agency_coordinator")
    waiting = [newcomer(role, by=administrator, organisation=shelter)[1] for role in roles]
    return [*waiting, newcomer("agency_coordinator", by=administrator)[1]]


def _without_tokens(text: str) -> str:
    return _TOKEN.sub("", text)


def _answer(client: Client, method: str, person: str) -> tuple[int, str]:
    """Status and text of the page that lets a person in, apart from the address itself and from tokens."""
    address = f"/equipe/{person}/admettre/"
    response = getattr(client, method)(address, {"typed": "un deux trois quatre cinq"} if method == "post" else {})
    return response.status_code, _without_tokens(response.text.replace(address, ""))


def test_coordinator_sees_no_trace_of_who_waits_elsewhere(elsewhere):
    noor, solange = signed_in("noor"), signed_in("solange")

    page = noor.get("/equipe/")

    assert (page.context["waiting"], page.context["agencies"]) == ([], [])
    assert sorted(one.person.name for one in page.context["members"]) == ["Noor Fictive-Haddad", "Thea Inventée"]
    others = [*Organisation.objects.exclude(name__contains="juridique").values_list("name", flat=True), "Nora Nouvelle"]
    assert [word for word in [*others, "Solange", "Dimitri"] if word in page.text] == []
    assert len(_waiting(solange)) == 1


def test_page_of_a_coordinator_is_the_same_whoever_waits_elsewhere(administrator):
    noor = signed_in("noor")
    before = _without_tokens(noor.get("/equipe/").text)

    shelter = Organisation.objects.get(name="Maison Fictive du Saule").pk
    newcomer("agency_worker", by=administrator, organisation=shelter)
    newcomer("caseworker", by=administrator, organisation=Organisation.objects.get(zone="unit").pk)

    assert _without_tokens(noor.get("/equipe/").text) == before


def test_person_who_waits_elsewhere_and_nobody_get_the_same_answer(elsewhere):
    noor = signed_in("noor")
    unknown = "00000000-0000-4000-8000-0000000000ff"

    told = [
        _answer(noor, method, str(pk)) for method in ("get", "post") for pk in (unknown, *(e.user for e in elsewhere))
    ]

    assert [status for status, _ in told] == [404] * 8
    assert (len(set(told[:4])), len(set(told[4:]))) == (1, 1)


def test_supervisor_neither_sees_nor_lets_in_an_agency_s_workers(elsewhere):
    mireille = signed_in("mireille")
    worker, *coordinators = elsewhere

    assert {entrant["person"].pk for entrant in mireille.get("/equipe/").context["waiting"]} == {
        one.user for one in coordinators
    }
    assert mireille.post(f"/equipe/{worker.user}/admettre/", {"typed": _words(worker)}).status_code == 404


@pytest.mark.parametrize("name", ["paule", "rose"])
def test_others_who_admit_see_nothing_of_agencies(elsewhere, name):
    page = signed_in(name).get("/equipe/")

    assert (page.context["waiting"], page.context["agencies"]) == ([], [])


def test_people_of_agencies_open_no_page_of_the_unit():
    pages = ["/dossiers/", "/dossiers/nouveau/", "/administration/", "/audit/journal/", "/dossiers/cellule/"]

    told = {name: [signed_in(name).get(path).status_code for path in pages] for name in ("noor", "thea")}

    assert told == {"noor": [403] * 5, "thea": [403] * 5}


# --- A second coordinator ---------------------------------------------------------------------------


def test_second_coordinator_comes_by_a_supervisor_and_waits_for_a_colleague(administrator):
    clinic = Organisation.objects.get(name__contains="juridique")
    _, second = newcomer("agency_coordinator", by=administrator, organisation=clinic.pk)
    email = User.objects.get(pk=second.user).email
    client = _signs_in(email, "un deux trois quatre cinq six")
    noor, mireille = signed_in("noor"), signed_in("mireille")
    admit = f"/equipe/{second.user}/admettre/"

    assert noor.post(admit, {"typed": _words(second)}).status_code == 404
    assert mireille.post(admit, {"typed": _words(second)})["Location"] == "/equipe/"

    page = client.get("/attente/")
    assert (page.status_code, said("You are let in") in page.text, _words(second).split()[0] in page.text) == (
        200,
        True,
        False,
    )
    assert client.get("/equipe/")["Location"] == "/attente/"
    noor.get("/compte/")
    assert client.get("/attente/")["Location"] == "/"
    assert sorted(_stand(mireille, clinic)[1]) == ["Noor Fictive-Haddad", "Nora Nouvelle"]


# --- Invitations ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("zone", "role"),
    [("unit", "agency_worker"), ("unit", "agency_coordinator"), ("partner", "caseworker"), ("partner", "supervisor")],
)
def test_role_and_organisation_go_together(zone, role):
    luc = signed_in("luc")
    before = User.objects.count()

    response = luc.post(INVITE, _answers(Organisation.objects.filter(zone=zone).first(), role=role))

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["role"])
    assert 'value="Nora Nouvelle"' in response.text
    assert User.objects.count() == before


def test_organisation_s_line_leads_to_the_invitation_of_its_coordinator():
    luc = signed_in("luc")
    clinic = Organisation.objects.get(name__contains="juridique")
    address = f"{INVITE}?organisation={clinic.pk}"

    assert address in luc.get("/administration/").text
    form = luc.get(address).context["form"]
    assert (form["organisation"].value(), form["role"].value()) == (clinic.pk, "agency_coordinator")


@pytest.mark.parametrize("organisation", ["", "x", "00000000-0000-4000-8000-0000000000ff"])
def test_invitation_asks_as_usual_where_the_address_names_no_agency(organisation):
    page = signed_in("luc").get(INVITE, {"organisation": organisation})

    assert (page.status_code, page.context["form"].initial.get("organisation")) == (200, None)


def test_people_of_agencies_read_their_organisation_on_their_account():
    assert "Clinique juridique fictive du Phare" in signed_in("thea").get("/compte/").text


def test_text_of_an_agency_s_person_is_kept_over_the_lock():
    """Sealed to keys that a verified roster of their own agency names."""
    thea = signed_in("thea")
    thea.post("/verrou/")
    thea.post("/compte/", {"language": "en"})

    thea.post("/verrou/ouvrir/", {"password": PEOPLE["thea"].passphrase})

    assert len(thea.get("/textes-gardes/").context["texts"]) == 1


# --- Cost -------------------------------------------------------------------------------------------


def _queries(client: Client) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get("/equipe/")
    return len(captured)


def test_team_page_costs_the_same_with_one_and_with_ten_who_wait(administrator):
    mireille, noor = signed_in("mireille"), signed_in("noor")
    clinic = Organisation.objects.get(name__contains="juridique").pk

    def join() -> None:
        newcomer("agency_coordinator", by=administrator)
        newcomer("agency_worker", by=administrator, organisation=clinic)

    join()
    counts = [_queries(client) for client in (mireille, noor)]
    for _ in range(9):
        join()

    assert [_queries(client) for client in (mireille, noor)] == counts
    assert [len(client.get("/equipe/").context["waiting"]) for client in (mireille, noor)] == [10, 10]
    assert len(rosters.verified_agencies()) == 3
