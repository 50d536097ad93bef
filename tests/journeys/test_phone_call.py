"""A phone call without a name becomes an active case: by whoever answers, who assigns, who leads, who countersigns."""

import pytest
from playwright.sync_api import expect

from tests.journeys.test_intake import begins_the_intake

BOTH = pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])

RATIONALE = "Il l’a étranglée dimanche. كان يخنقني."
NOT_YET = "Assess the risk; a high or immediate danger is countersigned by a supervisor who does not lead the case."


@BOTH
@pytest.mark.long
def test_phone_call_without_a_name_becomes_an_active_case(arrives):
    ana, mireille, omar, claire = (arrives(name) for name in ("ana", "mireille", "omar", "claire"))
    for person in (ana, mireille, omar, claire):
        person.signs_in()

    case = answers_the_call(ana)
    assigns_it_to_claire(mireille)
    goes_through_the_intake(claire, case)
    assesses_a_high_danger(claire, case)
    countersigns(omar)
    claire.is_told_today("A supervisor has decided on your case.")
    claire.goes_to(case)
    claire.presses("Begin the active support")

    claire.sees_the_stage("Active")
    claire.looks()
    expect(claire.timeline).to_have_text(
        [
            claire.words("Began the active support"),
            claire.words("Countersigned an assessment"),
            claire.words("Risk assessed: %(level)s") % {"level": claire.words("High danger")},
            *map(
                claire.words,
                (
                    "Finished the intake and began the assessment",
                    "Assigned a case",
                    "Handed a case over to the unit",
                    "Began the intake",
                    "Opened an inquiry and leads it",
                ),
            ),
        ]
    )
    claire.reads("Ana Imaginaire", "Mireille Fictive-Roy", "Omar Prétendu", RATIONALE)
    assert ana.goes_to(case).status == 404
    ana.looks()


def answers_the_call(ana) -> str:
    """Ask what can be asked now, and hand the case over to the unit; gives its address."""
    tasks = begins_the_intake(ana)
    case = tasks.replace("/accueil/", "/dossiers/")
    ana.follows("What to call the person")
    for name, reason in {"called": "declined", "pronouns": "later", "age_band": "dont_know"}.items():
        ana.page.locator(f"main [name='{name}-unknown'][value='{reason}']").check()
    ana.presses("Save and go on")
    ana.is_at(tasks)
    ana.follows("What happened")
    ana.chooses(happened="unknown-later")
    ana.presses("Save and go on")
    ana.is_at(tasks)

    ana.presses("Check the answers")
    ana.reads(*map(ana.words, ("Prefers not to answer", "To ask later", "Still to ask, now or another day:")))
    ana.takes("Hand over to the unit")
    ana.is_at("/dossiers/")
    ana.looks()
    expect(ana.page.locator("main tbody tr")).to_have_count(0)
    return case


def assigns_it_to_claire(mireille) -> None:
    mireille.is_told_today("A case waits for somebody to lead it.")
    mireille.looks()
    mireille.page.get_by_role("link", name=mireille.words("%(count)s case without a lead") % {"count": 1}).click()
    mireille.is_at("/dossiers/cellule/sans-responsable/")
    mireille.looks()
    mireille.page.locator("main tbody a").click()
    mireille.sees_the_case()
    mireille.reads(mireille.words("This case waits for somebody to lead it."))
    mireille.looks()
    mireille.takes("Assign the case", to="Claire Exemple")
    mireille.sees_the_case()
    mireille.reads("Claire Exemple")


def goes_through_the_intake(claire, case: str) -> None:
    """Say how the person can be reached, and finish the intake."""
    claire.is_told_today("A case is yours to lead.")
    claire.looks()
    claire.follows("A case is yours to lead.")
    claire.is_at(case)
    claire.sees_the_stage("Intake")
    claire.looks()
    claire.presses("Write down safe contact")
    claire.page.locator("main [name=channels][value=call]").check()
    claire.chooses(**{"window-kind": "any"}, voicemail="never", watched="yes")
    claire.types(who_answers="Sa sœur, qui sait tout.", phone="514 555-0142", code_word="olive")
    claire.looks()
    claire.presses("Save safe contact")
    claire.is_at(case)
    claire.presses("Go on with the intake")
    claire.presses("Check the answers")
    claire.looks()
    claire.presses("Finish the intake")
    claire.is_at(case)
    claire.sees_the_stage("Assessment")


def assesses_a_high_danger(claire, case: str) -> None:
    """Write down how great the danger is, and read why the support cannot begin."""
    claire.presses("Assess the risk")
    claire.answers(flag_strangulation="yes", level="high", rationale=RATIONALE)
    claire.presses("Save the assessment")
    claire.is_at(case)
    claire.is_offered(
        "Propose to close the case", "Hand over to a colleague", "Share with a colleague", "Ask for a circle"
    )
    refused = claire.page.locator(".app-steps__refused")
    expect(refused).to_contain_text(claire.words("Begin the active support"))
    expect(refused).to_contain_text(claire.words(NOT_YET))
    claire.looks()
    assert claire.goes_to(f"{case}etapes/activer/").status == 409
    claire.reads(claire.words(NOT_YET))
    claire.looks()


def countersigns(omar) -> None:
    omar.is_told_today("A case waits for a supervisor’s decision.")
    omar.follows("A case waits for a supervisor’s decision.")
    omar.sees_the_case()
    assert RATIONALE not in omar.page.content()
    omar.presses("Countersign the risk assessment")
    omar.reads_the_heading("Countersign the risk assessment")
    omar.reads(RATIONALE, omar.words("Strangled or choked"))
    omar.looks()
    omar.presses("Countersign the risk assessment")
    omar.sees_the_case()
