"""The administrator's pages: people are invited, organisations made; no content and no passphrase is ever seen."""

import base64
import re
import uuid
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from audit.log.models import Entry
from cases.models import Case, Channel, Interpreter
from cellule.accounts.models import Invitation, Organisation, User
from cellule.jobs import work
from cellule.jobs.models import Job
from cellule.vault.models import Slot
from tests.people import signed_in
from tests.world import PEOPLE

INVITE = "/administration/invitations/nouvelle/"
NEW_ORGANISATION = "/administration/organisations/nouvelle/"


@pytest.fixture
def luc(db) -> Client:
    return signed_in("luc")


@pytest.fixture
def mail(settings, tmp_path) -> Path:
    """The folder that stands in for a mail server."""
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path / "mail")},
        }
    }
    return tmp_path / "mail"


def _person(**changes: str) -> dict[str, str]:
    return {
        "name": "Nora Nouvelle",
        "email": "Nora@Cellule.example",
        "organisation": str(Organisation.objects.get(zone="unit").pk),
        "role": "caseworker",
        "language": "en",
        "sent": "mail",
        **changes,
    }


def _letters(folder: Path):
    return [
        message_from_bytes(path.read_bytes().split(b"-" * 79)[0], policy=policy.default) for path in folder.iterdir()
    ]


# --- Invitations ------------------------------------------------------------------------------------


def test_invitation_by_mail_is_a_job_and_then_a_letter_with_a_way_in(luc, mail):
    assert luc.post(INVITE, _person())["Location"] == "/administration/"
    person = User.objects.get(email="nora@cellule.example")
    job = Job.objects.get(kind="accounts.invitation_letter", subject=[str(person.invitations.get().pk)])
    assert job.by == str(User.objects.get(email=PEOPLE["luc"].email).pk)

    work.run(str(job.pk))

    (letter,) = _letters(mail)
    (link,) = re.findall(r"http\S+", letter.get_content())
    assert (letter["To"], letter["Content-Language"]) == ("nora@cellule.example", "en")
    assert link.startswith(f"{settings.SITE_ADDRESS}/invitation/")
    assert Client().get(link.removeprefix(settings.SITE_ADDRESS)).status_code == 200
    told = f"{letter['Subject']} {letter.get_content()}"
    assert [word for word in ("Nora", "Cellule", "cellule", "caseworker", "Luc") if word in told] == []


def test_ended_invitation_is_not_mailed(luc, mail):
    luc.post(INVITE, _person())
    person = User.objects.get(email="nora@cellule.example")
    luc.post(f"/administration/invitations/{person.pk}/retirer/")
    job = Job.objects.get(kind="accounts.invitation_letter", subject=[str(person.invitations.get().pk)])

    work.run(str(job.pk))

    assert not mail.exists()
    assert Entry.objects.filter(action="accounts.invitation_withdrawn", reference=str(person.pk)).count() == 1


def test_invitation_on_paper_is_shown_once_and_mailed_to_nobody(luc):
    page = luc.post(INVITE, _person(sent="print"))

    link = page.context["link"]
    assert link in page.text
    assert Client().get(link.removeprefix(settings.SITE_ADDRESS)).status_code == 200
    assert (
        Job.objects.filter(
            kind="accounts.invitation_letter", subject=[str(Invitation.objects.get(user__name="Nora Nouvelle").pk)]
        ).count()
        == 0
    )
    code = link.rstrip("/").rpartition("/")[2]
    assert [path for path in ("/administration/", INVITE, "/compte/") if code in luc.get(path).text] == []


def test_code_of_an_invitation_cannot_be_made_from_its_row(luc):
    """The row's id is half of the code; the other half needs the secrets file."""
    luc.post(INVITE, _person())
    row = Invitation.objects.get(user__name="Nora Nouvelle")

    made_up = base64.urlsafe_b64encode(row.pk.bytes + bytes(16)).decode().rstrip("=")

    assert Client().get(f"/invitation/{made_up}/").status_code == 404


def test_account_of_the_invitation_has_no_keys_yet(luc):
    luc.post(INVITE, _person())

    person = User.objects.get(email="nora@cellule.example")
    assert (person.role, person.organisation.zone, person.is_active) == ("caseworker", "unit", True)
    assert Slot.objects.filter(holder=person.pk).count() == 0
    assert Entry.objects.filter(action="accounts.invited", reference=str(person.pk)).count() == 1
    assert Client().post("/connexion/", {"login": person.email, "password": ""}).status_code == 200


def test_used_e_mail_is_told_next_to_the_field_and_nothing_is_lost(luc):
    response = luc.post(INVITE, _person(email=f" {PEOPLE['claire'].email.upper()} "))

    form = response.context["form"]
    assert (response.status_code, list(form.errors), len(form.errors["email"])) == (422, ["email"], 1)
    assert form.errors["email"].as_data()[0].code == "unique"
    assert str(form["email"].errors[0]) in response.text
    assert 'value="Nora Nouvelle"' in response.text
    assert User.objects.filter(name="Nora Nouvelle").count() == 0


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"email": "not an address"}, "email"),
        ({"role": "agency_worker"}, "role"),
        ({"role": "root"}, "role"),
        ({"organisation": str(uuid.UUID(int=7))}, "organisation"),
        ({"sent": "fax"}, "sent"),
        ({"language": "xx"}, "language"),
    ],
)
def test_wrong_answer_gets_its_message_and_makes_nobody(luc, changes, field):
    before = User.objects.count()

    response = luc.post(INVITE, _person(**changes))

    assert (response.status_code, list(response.context["form"].errors)) == (422, [field])
    assert User.objects.count() == before


def test_form_takes_nothing_that_it_does_not_ask_for(luc):
    luc.post(INVITE, _person(is_active="", password="x", id=str(uuid.UUID(int=5)), groups="1", is_superuser="on"))

    person = User.objects.get(email="nora@cellule.example")
    assert (person.is_active, person.is_superuser) == (True, False)
    assert (person.pk == uuid.UUID(int=5), person.password == "x") == (False, False)
    assert list(person.groups.all()) == [person.organisation.group]


def test_invited_again_the_older_link_ends(luc):
    first = luc.post(INVITE, _person(sent="print")).context["link"].removeprefix(settings.SITE_ADDRESS)
    person = User.objects.get(email="nora@cellule.example")

    second = luc.post(f"/administration/invitations/{person.pk}/", {"print": ""}).context["link"]

    assert Client().get(first).status_code == 404
    assert Client().get(second.removeprefix(settings.SITE_ADDRESS)).status_code == 200


def test_printed_link_loaded_by_its_address_is_the_list_and_makes_no_new_link(luc):
    luc.post(INVITE, _person(sent="print"))
    printed = luc.post(f"/administration/invitations/{User.objects.get(name='Nora Nouvelle').pk}/", {"print": ""})
    made = Invitation.objects.count()

    again = luc.get(printed.request["PATH_INFO"])

    assert (again.status_code, again.headers["Location"]) == (302, "/administration/")
    assert Invitation.objects.count() == made


def test_withdrawn_link_no_longer_works(luc):
    link = luc.post(INVITE, _person(sent="print")).context["link"].removeprefix(settings.SITE_ADDRESS)
    person = User.objects.get(email="nora@cellule.example")

    assert luc.post(f"/administration/invitations/{person.pk}/retirer/")["Location"] == "/administration/"

    assert Client().get(link).status_code == 404


def test_who_has_keys_is_not_invited_again(luc):
    """Otherwise the administrator would enrol in somebody's place; losing a passphrase takes a supervisor."""
    claire = User.objects.get(email=PEOPLE["claire"].email)

    assert luc.post(f"/administration/invitations/{claire.pk}/", {"print": ""}).status_code == 404
    assert Invitation.objects.open().filter(user=claire).count() == 0


# --- Organisations ----------------------------------------------------------------------------------


def test_organisation_is_made_as_a_partner_and_logged(luc):
    assert (
        luc.post(NEW_ORGANISATION, {"name": "Maison Exemple", "legal_regime": "P-39.1", "zone": "unit"}).status_code
        == 302
    )

    made = Organisation.objects.get(name="Maison Exemple")
    assert (made.zone, made.legal_regime, made.group.user_set.count()) == ("partner", "P-39.1", 0)
    assert Entry.objects.filter(action="accounts.organisation_made", reference=str(made.pk)).count() == 1
    assert "Maison Exemple" in luc.get("/administration/").text


def test_organisation_of_the_same_name_is_told_next_to_the_field(luc):
    luc.post(NEW_ORGANISATION, {"name": "Maison Exemple", "legal_regime": "P-39.1"})

    response = luc.post(NEW_ORGANISATION, {"name": "Maison Exemple", "legal_regime": "A-2.1"})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["name"])
    assert Organisation.objects.filter(name="Maison Exemple").count() == 1


# --- What the administrator does not see ------------------------------------------------------------


@pytest.fixture
def case(caseworker) -> Case:
    case = Case.open_inquiry(by=caseworker, row_id=uuid.uuid4(), channel=Channel.PHONE, interpreter=Interpreter.NO)
    case.add_note(by=caseworker, row_id=uuid.uuid4(), body="MARQUE-NOTE")
    return case


def test_administrator_reaches_no_case_and_no_log(luc, case):
    paths = {
        "/dossiers/": 403,
        "/dossiers/nouveau/": 403,
        f"/dossiers/{case.code}/": 403,
        f"/dossiers/{case.code}/incidents/nouveau/": 403,
        f"/dossiers/{case.code}/notes/nouvelle/": 403,
        "/dossiers/2222-2222/": 403,
        "/audit/journal/": 403,
        f"/audit/journal/{Entry.objects.newest_first().first().pk}/": 403,
        "/equipe/": 403,
        "/admin/": 404,
    }

    assert {path: luc.get(path).status_code for path in paths} == paths


def test_administrator_s_pages_name_no_case(luc, case):
    pages = ["/administration/", INVITE, NEW_ORGANISATION, "/compte/", "/textes-gardes/"]

    told = {path: luc.get(path).text for path in pages}

    words = (case.code, case.reference, str(case.pk), "MARQUE-NOTE", "/dossiers/")
    assert {path: [word for word in words if word in text] for path, text in told.items()} == {
        path: [] for path in pages
    }


def test_administrator_belongs_to_no_key_group(administrator, case):
    assert administrator.vault.memberships == {}


def test_nobody_else_reaches_the_administrator_s_pages(db):
    for name in ("claire", "mireille", "paule", "rose", "ana"):
        client = signed_in(name)
        before = User.objects.count()

        answers = [client.get(path).status_code for path in ("/administration/", INVITE, NEW_ORGANISATION)]
        answers += [client.post(path, _person()).status_code for path in (INVITE, NEW_ORGANISATION)]

        assert (answers, User.objects.count()) == ([403] * 5, before)
