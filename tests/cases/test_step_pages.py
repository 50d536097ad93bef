"""The page of a step: what it asks, what it refuses, and what stands on the case's page for whom."""

import uuid

import pytest
from django.urls import reverse

from cases.models import Case, ContactRules
from cases.models.codes import ClosingReason, ClosingTalk, RiskLevel
from cellule.accounts.models import User
from cellule.notices.models import Notice


@pytest.fixture
def active(case, caseworker) -> Case:
    """Claire's case in active support."""
    case.begin_intake(by=caseworker, in_tongue="tam", with_interpreter="yes")
    case.write_contact(by=caseworker, rules=ContactRules(none_possible=True), details=None, version=0)
    case.begin_assessment(by=caseworker)
    case.assess_risk(by=caseworker, row_id=uuid.uuid4(), level=RiskLevel.SOME, flags={}, rationale="Rien de grave.")
    case.activate(by=caseworker)
    return case


def _step(case: Case, slug: str) -> str:
    return reverse("cases:step", args=[case.reference, slug])


def _person(name: str) -> User:
    return User.objects.get(email=f"{name}@cellule.example")


def _texts(page) -> list[str]:
    return [str(button.text) for button in page.context["steps"].buttons]


def test_page_offers_what_the_lead_may_do_and_says_why_not_the_rest(as_, active, caseworker):
    active.add_need(by=caseworker, row_id=uuid.uuid4(), kind="shelter", urgent=True)

    page = as_("claire").get(reverse("cases:case", args=[active.reference]))

    offered = [button.href.rstrip("/").rpartition("/")[2] for button in page.context["steps"].buttons]
    assert offered == ["proposer-fermeture", "transmettre", "partager", "demander-cercle"]
    assert [str(name) for name, _why in page.context["steps"].refused] == ["Passer au suivi"]
    assert "besoin urgent" in page.text


def test_closing_is_proposed_by_one_and_decided_by_another(as_, active, logged):
    claire, mireille = as_("claire"), as_("mireille")
    told = {"reason": "goals_reached", "talk": "held", "words": "Tout est en place."}
    answer = claire.post(_step(active, "proposer-fermeture"), told)
    assert answer["Location"] == reverse("cases:case", args=[active.reference])
    assert Notice.objects.filter(recipient=_person("mireille"), reference=active.reference).count() == 1
    page = mireille.get(_step(active, "fermer"))
    assert "Tout est en place." in page.text
    logged()

    answer = mireille.post(
        _step(active, "fermer"), {"answer": "D’accord.", "version": page.context["form"]["version"].value()}
    )

    assert answer.status_code == 302
    assert Case.objects.get(pk=active.pk).state == "closed"
    assert logged() == [("cases.case_closed", "cases.case", active.reference, "supervisor", "done")]


def test_decision_on_a_page_that_is_too_old_is_asked_again(as_, active, caseworker):
    active.propose_closing(
        by=caseworker, reason=ClosingReason.MOVED, talk=ClosingTalk.HELD, words="Elle est partie à Laval."
    )
    mireille = as_("mireille")
    version = mireille.get(_step(active, "fermer")).context["form"]["version"].value()
    active.add_note(by=caseworker, row_id=uuid.uuid4(), body="Elle revient.")

    late = mireille.post(_step(active, "fermer"), {"answer": "Bonne route.", "version": version})

    assert late.status_code == 409
    assert "Bonne route." in late.text
    again = mireille.post(
        _step(active, "fermer"), {"answer": "Bonne route.", "version": late.context["form"]["version"].value()}
    )
    assert again.status_code == 302


def test_step_that_is_not_possible_now_says_why(as_, active):
    mireille = as_("mireille")

    answer = mireille.post(_step(active, "fermer"), {"answer": ""})

    assert answer.status_code == 409
    assert "proposer" in answer.text
    assert mireille.get(_step(active, "rouvrir")).status_code == 409


def test_step_of_somebody_else_is_refused(as_, active):
    claire, joaquin = as_("claire"), as_("joaquin")

    assert claire.post(_step(active, "affecter"), {}).status_code == 403
    assert joaquin.post(_step(active, "transmettre"), {}).status_code == 404
    assert claire.get(_step(active, "nulle-part")).status_code == 404


def test_case_handed_over_is_gone_for_who_gave_it(as_, active):
    claire, joaquin = as_("claire"), as_("joaquin")

    answer = claire.post(_step(active, "transmettre"), {"to": str(_person("joaquin").pk)})

    assert answer["Location"] == "/dossiers/"
    assert claire.get(reverse("cases:case", args=[active.reference])).status_code == 404
    assert joaquin.get(reverse("cases:case", args=[active.reference])).status_code == 200
    assert Notice.objects.unread(_person("joaquin")).filter(reference=active.reference).count() == 1


def test_only_people_of_the_unit_can_be_chosen(as_, active):
    page = as_("mireille").get(_step(active, "affecter"))

    chosen = {person.name for person in page.context["form"].fields["to"].queryset}

    assert chosen == {"Joaquín Inventado", "Mireille Fictive-Roy", "Omar Prétendu"}
    sent = as_("mireille").post(_step(active, "affecter"), {"to": str(_person("ana").pk)})
    assert sent.status_code == 422


def test_supervisor_sees_how_the_case_stands_but_not_its_story(as_, active, caseworker, logged):
    active.add_note(by=caseworker, row_id=uuid.uuid4(), body="M4RQU3UR")
    mireille = as_("mireille")
    logged()

    page = mireille.get(reverse("cases:case", args=[active.reference]))

    assert page.status_code == 200
    assert "M4RQU3UR" not in page.text
    assert "Rien de grave." not in page.text
    assert logged() == [("cases.case_opened", "cases.case", active.reference, "supervisor", "done")]


def test_page_tells_what_is_new_since_the_last_visit(as_, active, caseworker, other_caseworker):
    active.share(by=caseworker, to=other_caseworker.user)
    claire = as_("claire")
    address = reverse("cases:case", args=[active.reference])
    assert claire.get(address).context["news"] == 0
    Case.objects.get(pk=active.pk).add_note(by=other_caseworker, row_id=uuid.uuid4(), body="Une note de Joaquín.")
    Case.objects.get(pk=active.pk).add_note(by=caseworker, row_id=uuid.uuid4(), body="Une note de Claire.")

    page = claire.get(address)

    assert [event.text for event in page.context["events"] if event.is_new] == ["Une note de Joaquín."]
    assert claire.get(address).context["news"] == 0


def test_note_is_amended_beside_itself(as_, active, caseworker, send):
    note = active.add_note(by=caseworker, row_id=uuid.uuid4(), body="Le 3 mars.")
    claire = as_("claire")
    address = reverse("cases:amend_note", args=[active.reference, note.pk])

    assert "Le 3 mars." in claire.get(address).text
    answer = send(claire, address, {"reason": "Date corrigée", "body": "C’était le 4 mars."})

    events = claire.get(answer["Location"]).context["events"]
    assert (events[0].text, events[0].reason, events[0].amends) == (
        "C’était le 4 mars.",
        "Date corrigée",
        f"note-{note.pk}",
    )
    assert "Le 3 mars." in {event.text for event in events}


def test_timeline_shows_one_kind_and_the_order_of_events(as_, active, caseworker, add_incident):
    add_incident(active, caseworker, narrative="Ancien.")
    active.add_note(by=caseworker, row_id=uuid.uuid4(), body="Une note.")
    claire = as_("claire")
    address = reverse("cases:case", args=[active.reference])

    notes = claire.get(f"{address}?voir=notes").context["events"]
    by_day = claire.get(f"{address}?ordre=faits").context["events"]

    assert [event.text for event in notes] == ["Une note."]
    assert by_day[-1].text == "Ancien."
    assert claire.get(f"{address}?voir=inconnu&ordre=rien").status_code == 200
