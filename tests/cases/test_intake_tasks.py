"""The task list of an intake: what opens when, how far each task is, and who gets which answer."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases.forms.intake import NONE
from cases.intake import TASKS, Progress
from cases.models import Case, ContactRules, IntakeStory, Person, PersonOrdinary
from cases.models.codes import NeedKind, RedFlag, RiskLevel
from cellule.forms import Unknown
from cellule.forms.unknown import to_json

LATER = to_json(Unknown.LATER)
DONE = ("assigned", "done")


def address(case: Case, slug: str = "") -> str:
    return (
        reverse("cases:intake_task", args=[case.reference, slug])
        if slug
        else reverse("cases:intake", args=[case.reference])
    )


def progress_on(page) -> dict[str, Progress]:
    return {line.task.slug: line.progress for line in page.context["lines"]}


@pytest.fixture
def begun(case, caseworker) -> Case:
    """A case of Claire's whose limits of confidentiality were explained."""
    case.begin_intake(by=caseworker, in_tongue="tam", with_interpreter="yes")
    return case


# --- First the limits ------------------------------------------------------------------------------


def test_nothing_but_the_limits_can_start_in_an_inquiry(as_, case):
    page = as_("claire").get(address(case))

    first, *others = page.context["lines"]
    assert (first.progress, first.href) == (Progress.NOT_STARTED, address(case, "limites"))
    assert {(line.progress, line.href) for line in others} == {(Progress.CANNOT_START, "")}
    assert page.text.count("govuk-task-list__link") == 1


@pytest.mark.parametrize("slug", ["personne", "langue", "evenements", "besoins"])
def test_questions_wait_for_the_limits(as_, case, slug):
    claire = as_("claire")

    answers = claire.get(address(case, slug)), claire.post(address(case, slug), {"called": "Lune"})

    assert [answer.status_code for answer in answers] == [302, 409]
    assert answers[0]["Location"] == address(case)


def test_limits_once_explained_open_everything(as_, case, caseworker, logged):
    claire = as_("claire")
    page = claire.get(address(case, "limites"))
    assert page.context["form"]["in_tongue"].value() == "tam"
    logged()

    answer = claire.post(address(case, "limites"), {"in_tongue": "tam", "with_interpreter": "yes"})

    assert (answer.status_code, answer["Location"]) == (302, address(case))
    case = Case.objects.get()
    assert (case.state, case.is_held_by_unit) == ("intake", True)
    assert logged() == [
        ("cases.case_opened", "cases.case", case.reference, *DONE),
        ("cases.intake_begun", "cases.case", case.reference, *DONE),
    ]
    progress = progress_on(claire.get(address(case)))
    assert progress["limites"] == Progress.DONE
    assert Progress.CANNOT_START not in progress.values()


def test_explained_limits_are_told_and_not_asked_again(as_, begun):
    page = as_("claire").get(address(begun, "limites"))

    assert [answer for _question, answer in page.context["explained"]][1:] == ["Claire Exemple", "tamoul", "Oui"]
    assert 'name="in_tongue"' not in page.text


def test_limits_sent_twice_are_explained_once(as_, case, logged):
    claire, told = as_("claire"), {"in_tongue": "fra", "with_interpreter": "no"}
    logged()

    answers = [claire.post(address(case, "limites"), told) for _ in range(2)]

    assert [(answer.status_code, answer["Location"]) for answer in answers] == [(302, address(case))] * 2
    assert [entry[0] for entry in logged()].count("cases.intake_begun") == 1


def test_limits_noted_otherwise_meanwhile_are_not_written_over(as_, begun, caseworker):
    answer = as_("claire").post(address(begun, "limites"), {"in_tongue": "fra", "with_interpreter": "no"})

    assert answer.status_code == 409
    page = as_("claire").get(address(begun, "limites"))
    assert "tamoul" in [text for _question, text in page.context["explained"]]


def test_limits_without_answers_say_what_is_missing(as_, open_inquiry, caseworker):
    case = open_inquiry(caseworker, language="")

    answer = as_("claire").post(address(case, "limites"), {})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"in_tongue", "with_interpreter"}
    assert Case.objects.get().state == "inquiry"


# --- How far ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("known", "progress"),
    [
        ({}, Progress.NOT_STARTED),
        ({"called": "É."}, Progress.IN_PROGRESS),
        ({"called": "É.", "pronouns": LATER, "age_band": "25-34"}, Progress.LATER),
        ({"called": LATER, "pronouns": "", "age_band": ""}, Progress.IN_PROGRESS),
        (
            {"called": to_json(Unknown.DECLINED), "pronouns": "elle", "age_band": to_json(Unknown.DONT_KNOW)},
            Progress.DONE,
        ),
    ],
    ids=["nothing", "some", "later", "only-later", "declined"],
)
def test_task_is_as_far_as_its_answers(as_, begun, caseworker, known, progress):
    client = begun.people.get()
    begun.correct_person(client, by=caseworker, known=PersonOrdinary(**known), version=client.version)

    assert progress_on(as_("claire").get(address(begun)))["personne"] == progress


def test_language_asks_who_may_interpret_only_where_an_interpreter_is_wanted(as_, caseworker, open_inquiry):
    claire, progress = as_("claire"), []
    for language, interpreter in [("", "unknown"), ("tam", "unknown"), ("tam", "no"), ("tam", "yes")]:
        case = open_inquiry(caseworker, language=language, interpreter=interpreter)
        case.begin_intake(by=caseworker, in_tongue="fra", with_interpreter="no")
        progress.append(progress_on(claire.get(address(case)))["langue"])

    assert progress == [Progress.NOT_STARTED, Progress.IN_PROGRESS, Progress.DONE, Progress.IN_PROGRESS]


def test_tasks_of_other_parts_are_as_far_as_what_these_hold(as_, begun, caseworker, add_incident):
    claire = as_("claire")
    others = ("contact", "evenements", "besoins", "risk")
    before = progress_on(claire.get(address(begun)))
    begun.write_intake(by=caseworker, version=begun.version, intake=IntakeStory(happened=LATER, needs=NONE))
    begun.write_contact(by=caseworker, rules=ContactRules(cover=LATER), details=None, version=0)
    begun.assess_risk(
        by=caseworker, row_id=uuid.uuid4(), level=RiskLevel.SOME, flags={RedFlag.WEAPON.value: LATER}, rationale=""
    )
    between = progress_on(claire.get(address(begun)))

    add_incident(begun, caseworker)
    begun.add_need(by=caseworker, row_id=uuid.uuid4(), kind=NeedKind.FOOD, urgent=True)
    begun.assess_risk(by=caseworker, row_id=uuid.uuid4(), level=RiskLevel.SOME, flags={}, rationale="")
    after = progress_on(claire.get(address(begun)))

    assert [before[slug] for slug in others] == [Progress.NOT_STARTED] * 4
    assert [between[slug] for slug in others] == [Progress.LATER, Progress.LATER, Progress.DONE, Progress.LATER]
    assert [after[slug] for slug in others] == [Progress.LATER, Progress.DONE, Progress.DONE, Progress.DONE]


def test_tasks_of_other_parts_come_back_to_the_list(as_, begun):
    hrefs = {line.task.slug: line.href for line in as_("claire").get(address(begun)).context["lines"]}

    assert (hrefs["contact"], hrefs["risk"]) == (
        f"/dossiers/{begun.code}/contact/?suite=accueil",
        f"/dossiers/{begun.code}/risque/?suite=accueil",
    )
    assert hrefs["personne"] == f"/accueil/{begun.code}/personne/"


def test_list_says_that_it_was_read(as_, begun, logged):
    claire = as_("claire")
    logged()

    claire.get(address(begun))

    assert logged() == [("cases.case_opened", "cases.case", begun.reference, *DONE)]


def test_list_asks_as_often_for_ten_rows_as_for_one(as_, begun, caseworker, add_incident):
    claire, counts = as_("claire"), []
    claire.get(address(begun))

    for more in (1, 9):
        for _ in range(more):
            add_incident(begun, caseworker)
            begun.add_need(by=caseworker, row_id=uuid.uuid4(), kind=NeedKind.FOOD, urgent=False)
            begun.assess_risk(by=caseworker, row_id=uuid.uuid4(), level=RiskLevel.SOME, flags={}, rationale="")
        with CaptureQueriesContext(connection) as asked:
            claire.get(address(begun))
        counts.append(len(asked))

    assert counts[0] == counts[1]


# --- Who -------------------------------------------------------------------------------------------


def test_intake_worker_begins_and_goes_on_with_their_own_inquiry(as_, intake_worker, open_inquiry):
    case, ana = open_inquiry(intake_worker), as_("ana")

    answer = ana.post(address(case, "limites"), {"in_tongue": "tam", "with_interpreter": "yes"})

    assert answer.status_code == 302
    assert [ana.get(address(case, slug)).status_code for slug in ("", *(t.slug for t in TASKS if not t.elsewhere))] == [
        200
    ] * 6
    case = Case.objects.get()
    assert (case.state, case.is_held_by_unit) == ("intake", False)


@pytest.mark.parametrize("person", ["joaquin", "ana"])
def test_foreign_and_unknown_cases_get_the_same_answer(as_, begun, person):
    client = as_(person)

    foreign = [client.get(address(begun, slug)).status_code for slug in ("", "limites", "personne", "verifier")]
    missing = [client.get(path).status_code for path in ("/accueil/2222-2222/", "/accueil/2222-2222/personne/")]

    assert {*foreign, *missing} == {404}


def test_supervisor_who_does_not_work_on_the_case_takes_no_intake(as_, begun):
    assert [as_("mireille").get(address(begun, slug)).status_code for slug in ("", "limites", "verifier")] == [403] * 3


def test_unknown_task_is_nowhere(as_, begun):
    assert as_("claire").get(address(begun, "statut")).status_code == 404


def test_closed_case_takes_no_answers(as_, case, caseworker):
    case.close_inquiry(by=caseworker, reason="error")

    assert as_("claire").get(address(case)).status_code == 403


def test_case_that_has_nobody_yet_gets_its_person(as_, begun, caseworker):
    Person.objects.filter(case=begun).delete()
    claire = as_("claire")
    page = claire.get(address(begun, "personne"))

    answer = claire.post(
        address(begun, "personne"), {"version": page.context["form"]["version"].value(), "called": "Lune Bleue"}
    )

    assert answer.status_code == 302
    assert Person.objects.get(case=begun).is_client
