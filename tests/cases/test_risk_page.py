"""The danger on its page: eight signs, a level and why; older assessments stay below."""

import uuid

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from cases.actions import CASE_OPENED
from cases.models import Case, RiskAssessment, RiskStory
from cases.models.codes import FlagAnswer, RedFlag, RiskLevel
from cases.risk import risk_in_words
from cellule.forms.unknown import Unknown, to_json
from cellule.notices.models import Notice
from cellule.vault.models.owner import Compartment
from tests.people import said
from tests.world import PEOPLE

DONE = ("assigned", "done")
ANSWERS = {
    "flag_strangulation": "yes",
    "flag_weapon": "no",
    "flag_stalking": "unknown-declined",
    "flag_locked_in": "unknown-later",
    "level": "high",
    "rationale": "Il la suit.\r\nكل يوم",
}


def _address(case: Case) -> str:
    return reverse("cases:risk", args=[case.reference])


def _stories(case: Case, by) -> list[RiskStory]:
    opened = by.vault.open_owner(
        case, [Compartment.STORY], action=CASE_OPENED, by=by.actor, relation=case.relation_to(by.user)
    )
    return [opened.read(row, "story") for row in RiskAssessment.objects.filter(case=case)]


def _assess(case: Case, by, **told) -> None:
    asked = {"level": RiskLevel.SOME, "flags": {"weapon": "yes"}, "rationale": "Un couteau."}
    case.assess_risk(by=by, row_id=uuid.uuid4(), **{**asked, **told})


def test_assessment_is_written_down_with_three_kinds_of_unknown(as_, case, caseworker, send, logged):
    claire = as_("claire")
    logged()

    answer = send(claire, _address(case), ANSWERS)

    assert (answer.status_code, answer["Location"]) == (302, f"/dossiers/{case.code}/")
    assert [entry[0] for entry in logged()] == ["cases.case_opened", "cases.risk_assessed"]
    (story,) = _stories(case, caseworker)
    assert story.flags == {
        "strangulation": "yes",
        "weapon": "no",
        "stalking": to_json(Unknown.DECLINED),
        "locked_in": to_json(Unknown.LATER),
    }
    assert (story.level, story.rationale) == ("high", "Il la suit.\nكل يوم")


def test_grave_level_asks_the_supervisors_and_another_does_not(as_, case, send):
    claire = as_("claire")

    send(claire, _address(case), {**ANSWERS, "level": "some"})
    before = (Notice.objects.count(), Case.objects.get().risk_settled)
    send(claire, _address(case), {**ANSWERS, "level": "immediate"})

    assert before == (0, True)
    assert (Notice.objects.count() > 0, Case.objects.get().risk_settled) == (True, False)


def test_form_that_is_sent_twice_adds_one_assessment(as_, case):
    claire = as_("claire")
    once = claire.get(_address(case)).context["form"]["once"].value()

    answers = [claire.post(_address(case), {"once": once, **ANSWERS}).status_code for _ in range(2)]

    assert (answers, RiskAssessment.objects.count()) == ([302, 302], 1)


def test_save_from_the_intake_leads_back_to_it(as_, case, send):
    answer = send(as_("claire"), f"{_address(case)}?suite=accueil", ANSWERS)

    assert answer["Location"] == f"/accueil/{case.code}/"


@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"level": ""}, "level", "required"),
        ({"level": "extreme"}, "level", "invalid_choice"),
        ({"rationale": " "}, "rationale", "required"),
        ({"rationale": "é" * 20_001}, "rationale", "max_length"),
        ({"rationale": "Il menace de parler de son statut d’immigration."}, "rationale", "mentions_status"),
        ({"flag_weapon": "maybe"}, "flag_weapon", "invalid_choice"),
    ],
)
def test_wrong_answer_is_told_beside_its_field_and_nothing_is_lost(as_, case, send, changed, field, code):
    answer = send(as_("claire"), _address(case), {**ANSWERS, **changed})

    assert answer.status_code == 422
    form = answer.context["form"]
    assert [(name, [error.code for error in form.errors[name].as_data()]) for name in form.errors] == [(field, [code])]
    assert answer.text.count("govuk-error-message") == 1
    assert form["flag_stalking"].value().unknown == "declined"
    assert form["rationale"].value() == {**ANSWERS, **changed}["rationale"]
    assert RiskAssessment.objects.count() == 0


def test_long_reasons_fit(as_, case, send, caseworker):
    text = "é" * 20_000

    assert send(as_("claire"), _address(case), {**ANSWERS, "rationale": text}).status_code == 302
    assert _stories(case, caseworker)[0].rationale == text


def test_answers_sent_to_a_locked_session_come_back(as_, case):
    claire = as_("claire")
    once = claire.get(_address(case)).context["form"]["once"].value()
    claire.post("/verrou/")

    claire.post(_address(case), {"once": once, **ANSWERS})
    claire.post("/verrou/ouvrir/", {"password": PEOPLE["claire"].passphrase})
    form = claire.get(claire.get("/textes-gardes/").context["texts"][0]["url"]).context["form"]

    assert (form["level"].value(), form["flag_strangulation"].value().answer) == ("high", "yes")


def test_earlier_assessments_stand_below_the_newest_first(as_, case, caseworker):
    _assess(case, caseworker)
    _assess(case, caseworker, level=RiskLevel.HIGH, flags={}, rationale="<b>Il la suit.</b>")

    page = as_("claire").get(_address(case))

    name = caseworker.user.name
    assert [(each.level, each.by, each.flags, each.rationale) for each in page.context["earlier"]] == [
        (RiskLevel.HIGH.label, name, [], "<b>Il la suit.</b>"),
        (RiskLevel.SOME.label, name, [(FlagAnswer.YES.label, said(RedFlag.WEAPON.label))], "Un couteau."),
    ]
    assert "&lt;b&gt;Il la suit.&lt;/b&gt;" in page.text


def test_page_asks_as_much_for_ten_assessments_as_for_one(as_, case, caseworker):
    claire = as_("claire")
    counts = []
    for added in (1, 9):
        for _ in range(added):
            _assess(case, caseworker)
        claire.get(_address(case))
        with CaptureQueriesContext(
            connection,
        ) as queries:
            claire.get(_address(case))
        counts.append(len(queries))

    assert counts[0] == counts[1]


def test_assessment_is_said_in_words_for_who_countersigns():
    flags = {"weapon": "yes", "locked_in": "yes", "stalking": to_json(Unknown.LATER)}
    story = RiskStory("quick_screen", flags, "immediate", "Il la suit.", "2026-11-22T10:00:00+00:00", "")

    with translation.override("en"):
        assert risk_in_words(story) == [
            ("Level", "Immediate danger"),
            ("Yes", "A weapon shown or used, Locked in"),
            ("To ask later", "Followed or watched"),
            ("Why", "Il la suit."),
        ]
