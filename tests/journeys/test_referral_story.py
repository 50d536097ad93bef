"""Out and back: a person without a name, two agencies on her word, one answer each way, her word taken back, the log."""

import re

import pytest
from playwright.sync_api import expect

from referrals.fiction import tell
from referrals.fiction.tales import CLINIC, SHELTER
from tests.journeys.person import Person
from tests.journeys.test_first_incident import ON_A_DAY, received, recorded
from tests.people import acting

BOTH = pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])

NARRATIVE = "Il a pris les clés-Témoin 7741 et fermé la porte.\nஅவர் கதவைப் பூட்டினார்."
CONTACT = {"phone": "514 555-0142", "code_word": "mot-olive-Témoin", "who_answers": "Sa sœur-Témoin, seule."}
QUESTION, REPLY = "Combien de lits-Témoin faut-il ?", "Un lit-Témoin, et un berceau."
DECLINED = "Complet-Témoin jusqu’en janvier."
BED, LAWYER = "Hébergement d’urgence du Saule", "Consultation juridique sans rendez-vous"


@BOTH
@pytest.mark.long
def test_two_agencies_are_asked_and_one_is_stopped(arrives, tmp_path):
    tell({"mireille": acting("mireille")})
    people = {
        name: arrives(name, **recorded(tmp_path / f"{name}.har"))
        for name in ("ana", "mireille", "claire", "solange", "noor", "paule")
    }
    ana, mireille, claire, solange, noor, paule = people.values()
    for person in people.values():
        person.signs_in()

    case = answers_the_call(ana)
    assigns_it(mireille, case)
    writes_down_how_to_reach_her(claire, case)
    for agency in (SHELTER, CLINIC):
        asks_for_a_consent(claire, case, agency)
    bed = refers(claire, case, BED)
    lawyer = refers(claire, case, LAWYER)

    asks_then_accepts(solange, claire, bed)
    declines(noor, lawyer)
    deals_with_the_answer(claire, case, lawyer)
    takes_her_word_back(claire, case)
    stops(solange, bed)
    closes(claire, mireille, case)
    follows_all_of_it(paule, case, bed)

    for person in people.values():
        person.page.context.close()
    told = {name: received(tmp_path / f"{name}.har").replace("\u00a0", " ") for name in people}
    secrets = [*NARRATIVE.splitlines(), *CONTACT.values(), QUESTION, REPLY, DECLINED]
    assert {name: [secret for secret in secrets if secret in told[name]] for name in ("noor", "paule", "mireille")} == {
        "noor": [],
        "paule": [],
        "mireille": [],
    }
    # Neither agency ever hears of the other one.
    assert [SHELTER in told["noor"], BED in told["noor"], CLINIC in told["solange"]] == [False, False, False]
    assert [secret for secret in secrets if secret in told["solange"]] == [*CONTACT.values(), QUESTION, REPLY]


# --- In the house -----------------------------------------------------------------------------------


def answers_the_call(ana: Person) -> str:
    """Log what happened to somebody without a name, and hand it over; gives the address of the case."""
    code = ana.opens_an_inquiry(language="tam")
    case = ana.case_path
    ana.adds_an_incident(ON_A_DAY, kind="threats", borough="08", narrative=NARRATIVE)
    ana.goes_to(f"/accueil/{code}/limites/")
    ana.chooses(with_interpreter="yes")
    ana.presses("I have explained this")
    ana.goes_to(case)
    ana.looks()
    ana.takes("Hand over to the unit")
    ana.is_at("/dossiers/")
    return case


def assigns_it(mireille: Person, case: str) -> None:
    mireille.goes_to(case)
    mireille.takes("Assign the case", to="Claire Exemple")
    mireille.sees_the_case()


def writes_down_how_to_reach_her(claire: Person, case: str) -> None:
    claire.is_told_today("A case is yours to lead.")
    claire.follows("A case is yours to lead.")
    claire.is_at(case)
    claire.presses("Write down safe contact")
    claire.page.locator("main [name=channels][value=call]").check()
    claire.chooses(**{"window-kind": "any"}, voicemail="never", watched="yes")
    claire.types(**CONTACT)
    claire.presses("Save safe contact")
    claire.is_at(case)
    claire.looks()


def asks_for_a_consent(claire: Person, case: str, agency: str) -> None:
    """Read the text aloud, and write down a yes to each kind of data but the last three."""
    claire.goes_to(case)
    claire.follows("Consents")
    claire.is_at(f"{case}consentements/")
    claire.looks()
    claire.presses("Ask for a consent")
    claire.chooses(organisme=agency)
    claire.looks()
    claire.presses("Go on")
    claire.reads(agency)
    claire.looks()
    said = {"needs": "yes", "name": "yes", "contact": "yes", "story": "no", "risk": "no", "identity": "no"}
    claire.chooses(answer="given", **{f"kind_{kind}": word for kind, word in said.items()})
    claire.chooses(purpose="service", channel="oral", in_tongue="tam", with_interpreter="yes", given_by="person")
    claire.types(witness="L’interprète")
    claire.looks()
    claire.presses("Write the answer down")
    expect(claire.page).to_have_url(re.compile(r"/consentements/[2-9A-Z-]{9}/$"))
    claire.reads(agency, claire.words("Nothing was sent under it, or it is over."))
    claire.looks()


def refers(claire: Person, case: str, service: str) -> str:
    """Pick a service, say what is needed, see what the agency will see, and send; gives the referral's address."""
    claire.goes_to(case)
    claire.follows("Referrals")
    claire.is_at(f"{case}orientations/")
    claire.looks()
    claire.presses("Refer to a service")
    claire.looks()
    button = re.compile(rf"^{re.escape(claire.words('Prepare a referral'))}\s.*{re.escape(service)}")
    claire.page.get_by_role("button", name=button).click()
    claire.reads_the_heading("Prepare a referral")
    claire.page.locator("main [name=needs][value=shelter]").check()
    claire.chooses(urgency="urgent")
    claire.looks()
    claire.presses("See what the agency will see")
    claire.reads_the_heading("What the agency will see")
    claire.reads(claire.words("A safe place to sleep"), CONTACT["who_answers"])
    claire.looks()
    claire.presses("Send the referral")
    expect(claire.page).to_have_url(re.compile(r"/orientations/[2-9A-Z-]{9}/$"))
    claire.sees_the_stage("Sent")
    claire.looks()
    return re.search("/orientations/.*", claire.page.url)[0]


def deals_with_the_answer(claire: Person, case: str, lawyer: str) -> None:
    """Find the task that a decline has left, and say that it is dealt with."""
    claire.is_told_today("A referral was answered.")
    claire.looks()
    claire.goes_to(case)
    claire.reads(claire.words("Choose another agency"))
    claire.looks()
    claire.goes_to(lawyer)
    claire.reads(claire.words("No place left"), DECLINED)
    claire.sees_the_stage("Declined")
    claire.looks()
    claire.presses("Dealt with")
    claire.is_at(lawyer)
    expect(claire.button("Dealt with")).to_have_count(0)


def takes_her_word_back(claire: Person, case: str) -> None:
    """She phones and says stop: nobody asks why, and the page says honestly what was already seen."""
    claire.goes_to(f"{case}consentements/")
    # The button also says, unseen, for which agency.
    button = re.compile(rf"^{re.escape(claire.words('Withdraw the consent'))}\s.*{re.escape(SHELTER)}")
    claire.page.get_by_role("button", name=button).click()
    claire.reads_the_heading("Withdraw the consent")
    claire.reads(BED, claire.words("In service"))
    claire.looks()
    claire.presses("Withdraw the consent")
    claire.reads(
        claire.words("What stopped, and what had been seen"),
        BED,
        claire.words("How to reach the person safely"),
        claire.words("Yes. The agency has not confirmed it yet."),
    )
    claire.looks()


def closes(claire: Person, mireille: Person, case: str) -> None:
    claire.goes_to(case)
    claire.looks()
    claire.takes("Propose to close the case", reason="goals_reached", talk="held", words="Elle est à l’abri.")
    mireille.goes_to(case)
    mireille.looks()
    mireille.takes("Close the case", answer="D’accord.")
    mireille.sees_the_stage("Closed")
    mireille.looks()
    claire.goes_to(f"{case}consentements/")
    claire.looks()


# --- At the agencies --------------------------------------------------------------------------------


def finds(partner: Person, referral: str) -> None:
    """Come to the one referral from the inbox, and see the envelope alone."""
    partner.goes_to("/")
    partner.is_at("/orientations/")
    partner.reads(partner.words("A safe place to sleep"))
    partner.looks()
    partner.page.locator("main tbody a").click()
    partner.is_at(referral)
    partner.reads(partner.words("A safe place to sleep"))
    expect(partner.page.locator("main")).not_to_contain_text(CONTACT["who_answers"])
    partner.looks()


def asks_then_accepts(solange: Person, claire: Person, bed: str) -> None:
    """Ask before answering, accept, and only then see how to reach the person; then the service begins."""
    finds(solange, bed)
    writes(solange, "Ask a question or write a message", QUESTION)
    claire.is_told_today("There is a message about a referral.")
    claire.goes_to(bed)
    claire.sees_the_stage("Seen")
    claire.reads(QUESTION)
    claire.looks()
    writes(claire, "Write a message", REPLY)
    solange.goes_to(bed)
    solange.reads(REPLY)
    solange.presses("Accept")
    solange.is_at(bed)
    solange.reads(CONTACT["who_answers"], CONTACT["code_word"])
    solange.looks()
    claire.goes_to(bed)
    claire.sees_the_stage("Accepted")
    solange.presses("The service has begun")
    solange.is_at(bed)
    solange.sees_the_stage("In service")
    solange.looks()
    solange.goes_to("/orientations/?volet=en-cours")
    solange.reads(BED)
    solange.looks()


def writes(person: Person, message: str, words: str) -> None:
    person.presses(message)
    person.types(words=words)
    person.looks()
    person.presses("Send the message")
    person.reads(words)


def declines(noor: Person, lawyer: str) -> None:
    """Say why, and see it disappear at once."""
    finds(noor, lawyer)
    noor.presses("Decline")
    noor.reads_the_heading("Decline")
    noor.answers(reason="no_capacity", words=DECLINED)
    noor.looks()
    noor.presses("Decline")
    noor.is_at("/orientations/")
    noor.reads(noor.words("No referral waits for your answer."))
    noor.looks()
    assert noor.goes_to(lawyer).status == 404
    noor.looks()


def stops(solange: Person, bed: str) -> None:
    """Learn that it is over, see nothing of the person any more, and confirm."""
    solange.goes_to("/orientations/")
    solange.reads(solange.words("Not to be used any more"))
    solange.looks()
    solange.goes_to(bed)
    solange.reads_the_heading("Not to be used any more")
    expect(solange.page.locator("main")).not_to_contain_text(CONTACT["code_word"])
    solange.looks()
    solange.presses("We have stopped using it")
    solange.is_at("/orientations/")
    expect(solange.page.locator("main")).not_to_contain_text(BED)
    assert solange.goes_to(bed).status == 404


# --- In the log -------------------------------------------------------------------------------------

STORY = [
    ("Ana Imaginaire", "Opened an inquiry and leads it"),
    ("Ana Imaginaire", "Added an incident to a case"),
    ("Ana Imaginaire", "Began the intake"),
    ("Ana Imaginaire", "Handed a case over to the unit"),
    ("Mireille Fictive-Roy", "Assigned a case"),
    ("Claire Exemple", "Wrote down how to reach a person"),
    ("Claire Exemple", "Wrote down a consent, or its refusal"),
    ("Claire Exemple", "Wrote down a consent, or its refusal"),
    ("Claire Exemple", "Began a referral"),
    ("Claire Exemple", "Sent a referral"),
    ("Claire Exemple", "Began a referral"),
    ("Claire Exemple", "Sent a referral"),
    ("Solange Exemple-Tremblay", "Saw a referral for the first time"),
    ("Solange Exemple-Tremblay", "Wrote a message about a referral"),
    ("Claire Exemple", "Wrote a message about a referral"),
    ("Solange Exemple-Tremblay", "Accepted a referral"),
    ("Solange Exemple-Tremblay", "Began the service asked for"),
    ("Noor Fictive-Haddad", "Saw a referral for the first time"),
    ("Noor Fictive-Haddad", "Declined a referral"),
    ("Claire Exemple", "Dealt with the answer to a referral"),
    ("Claire Exemple", "Recalled a referral"),
    ("Claire Exemple", "Withdrew a consent on the person’s word"),
    ("Solange Exemple-Tremblay", "Acknowledged that a referral is not to be used any more"),
    ("Claire Exemple", "Proposed to close a case"),
    ("Mireille Fictive-Roy", "Ended a consent with its case"),
    ("Mireille Fictive-Roy", "Closed a case"),
]
# What was looked at, by whom; how often follows from the pages.
LOOKS = {
    ("Ana Imaginaire", "Read a case"),
    ("Mireille Fictive-Roy", "Read a case"),
    ("Mireille Fictive-Roy", "Read the story of a case they do not lead"),
    ("Mireille Fictive-Roy", "Looked at a list of referrals"),
    ("Claire Exemple", "Read a case"),
    ("Claire Exemple", "Looked at a list of cases"),
    ("Claire Exemple", "Looked at a list of referrals"),
    ("Claire Exemple", "Revealed how to reach a person"),
    ("Claire Exemple", "Read what was agreed to be shared"),
    ("Solange Exemple-Tremblay", "Looked at a list of referrals"),
    ("Solange Exemple-Tremblay", "Read the envelope of a referral"),
    ("Solange Exemple-Tremblay", "Read what was agreed to be shared"),
    ("Solange Exemple-Tremblay", "Was refused"),
    ("Noor Fictive-Haddad", "Looked at a list of referrals"),
    ("Noor Fictive-Haddad", "Read the envelope of a referral"),
    ("Noor Fictive-Haddad", "Was refused"),
}


def follows_all_of_it(paule: Person, case: str, bed: str) -> None:
    """Find the whole story by the reference of the case, or of a referral; her own looks are in the log too."""
    told = everything_about(paule, case.split("/")[-2])
    looks = {what for _who, what in LOOKS}
    assert [line for line in told if line[1] not in looks] == STORY
    assert {line for line in told if line[1] in looks} == LOOKS
    assert everything_about(paule, bed.split("/")[-2]) == told
    paule.page.locator("main tbody a").first.click()
    paule.looks()
    paule.goes_to("/audit/journal/")
    paule.reads(paule.words("Searched the log"), paule.words("Opened an entry of the log"))
    assert paule.goes_to(bed).status == paule.goes_to(case).status == 403


def everything_about(paule: Person, code: str) -> list[tuple[str, str]]:
    """Filter the log by a reference, with the whole case; gives who did what, the oldest first, in English."""
    paule.goes_to("/audit/journal/")
    paule.page.locator("main details summary").first.click()
    paule.types(reference=code)
    paule.field("whole_case").check()
    paule.presses("Show these entries")
    paule.reads(paule.words("Filters in force"))
    paule.looks()
    told = {paule.words(message): message for _who, message in (*STORY, *LOOKS)}
    lines: list[tuple[str, str]] = []
    while True:
        rows = paule.page.locator("main tbody tr")
        names, whats = (rows.locator(f"td:nth-child({column})").all_inner_texts() for column in (2, 3))
        lines += [(name.splitlines()[0], told[what.splitlines()[0]]) for name, what in zip(names, whats, strict=True)]
        if not paule.button("Older entries").count():
            return lines[::-1]
        first = paule.page.locator("main tbody a").first.get_attribute("href")
        paule.presses("Older entries")
        expect(paule.page.locator("main tbody a").first).not_to_have_attribute("href", first)
