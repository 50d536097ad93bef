"""How a person is reached, and the story of a case others work on: for a reason, and with words when it is not safe."""

import datetime

import pytest
from django.urls import reverse

from audit.log.models import Entry
from cases.models import Case, ContactDetails, ContactRules
from cellule.forms import ANY_TIME, Unknown, Window
from cellule.forms.unknown import to_json
from cellule.references import new_reference
from cellule.vault.letters import open_letter
from cellule.vault.models import Letter
from tests.people import said

NUMBER, SHOWN, WORD = "+15145550199", "514\u00a0555-0199", "olive-marquée"
DONE = ("assigned", "done")
READ = ("cases.case_opened", "cases.case")
# A Tuesday, 10:30 and 14:00 in Montréal.
INSIDE = datetime.datetime(2026, 11, 24, 15, 30, tzinfo=datetime.UTC)
OUTSIDE = datetime.datetime(2026, 11, 24, 19, 0, tzinfo=datetime.UTC)
TUESDAY = Window((2,), "10:00", "11:00").to_json()


@pytest.fixture
def write_contact(case, caseworker):
    """Say how the person is reached, by phone on Tuesdays from 10 to 11 unless it is said otherwise."""

    def written(*, details=True, **rules) -> None:
        told = ContactRules(**{"channels": ("call",), "window": TUESDAY, "voicemail": "never", **rules})
        apart = ContactDetails(NUMBER, "", WORD) if details else None
        case.write_contact(by=caseworker, rules=told, details=apart, version=0)

    return written


def _contact(case: Case) -> str:
    return reverse("cases:reveal_contact", args=[case.reference])


def _story(case: Case) -> str:
    return reverse("cases:reveal_story", args=[case.reference])


def _entries(case: Case) -> list[tuple[str, str]]:
    return list(Entry.objects.about(case.reference).order_by("at", "counter").values_list("action", "purpose"))


# --- How somebody is reached -----------------------------------------------------------------------


def test_number_is_revealed_inside_the_safe_hours(as_, case, write_contact, time_machine):
    write_contact()
    time_machine.move_to(INSIDE, tick=True)
    claire = as_("claire")
    asked = claire.get(_contact(case))
    before = len(_entries(case))

    answer = claire.post(_contact(case), {"reason": "contact"})

    assert (asked.status_code, SHOWN in asked.text, WORD in asked.text) == (200, False, False)
    assert (asked.context["is_safe"], said("Leave no voice message.") in asked.text) == (True, True)
    assert (answer.status_code, SHOWN in answer.text, WORD in answer.text) == (200, True, True)
    assert (answer["Cache-Control"], answer["Refresh"]) == ("no-store", f"60; url={_contact(case)}")
    assert _entries(case)[before:] == [
        ("cases.case_opened", "contact_rules"),
        ("cases.contact_revealed", "contact"),
    ]


@pytest.mark.parametrize(
    ("rules", "is_safe"),
    [
        ({}, False),
        ({"none_possible": True, "channels": ()}, False),
        ({"channels": ("in_person",), "window": ANY_TIME.to_json()}, False),
        ({"window": to_json(Unknown.LATER)}, None),
        ({"window": None}, None),
    ],
    ids=["hours", "no-way", "in-person", "not-known", "not-asked"],
)
def test_outside_the_safe_hours_the_reason_needs_words(
    as_, case, write_contact, time_machine, privacy_officer, rules, is_safe
):
    write_contact(**rules)
    time_machine.move_to(OUTSIDE, tick=True)
    claire = as_("claire")

    asked, refused = claire.get(_contact(case)), claire.post(_contact(case), {"reason": "contact"})

    not_safe = said("Now is not a safe time to reach the person.")
    not_known = said("It is not known whether now is a safe time to reach the person.")
    assert [text in asked.text for text in (not_safe, not_known)] == [is_safe is False, is_safe is None]
    assert asked.text.index(not_known if is_safe is None else not_safe) < asked.text.index('name="reason"')
    assert (refused.status_code, list(refused.context["form"].errors), SHOWN in refused.text) == (422, ["words"], False)
    assert Entry.objects.of_action("cases.contact_revealed").count() == 0

    answer = claire.post(_contact(case), {"reason": "contact", "words": "Sa fille est à l’hôpital."})

    assert (answer.status_code, SHOWN in answer.text) == (200, True)
    entry = Entry.objects.of_action("cases.contact_revealed").get()
    document, _salt = open_letter(privacy_officer.vault, Letter.objects.get(row=entry.pk))
    assert (entry.purpose, document) == ("contact", {"words": "Sa fille est à l’hôpital."})


def test_any_time_is_safe_at_any_time(as_, case, write_contact, time_machine):
    write_contact(window=ANY_TIME.to_json(), voicemail="yes")
    time_machine.move_to(OUTSIDE, tick=True)

    assert SHOWN in as_("claire").post(_contact(case), {"reason": "contact"}).text


def test_supervisor_reads_the_rules_with_the_number_and_says_why(as_, case, write_contact, time_machine, logged):
    write_contact()
    time_machine.move_to(INSIDE, tick=True)
    mireille = as_("mireille")
    logged()

    asked, refused = mireille.get(_contact(case)), mireille.post(_contact(case), {"reason": "safety"})
    assert (asked.context["rules"], list(refused.context["form"].errors), logged()) == ([], ["words"], [])
    answer = mireille.post(_contact(case), {"reason": "safety", "words": "La police appelle."})

    assert (SHOWN in answer.text, said("Leave no voice message.") in answer.text) == (True, True)
    assert logged() == [("cases.contact_revealed", "cases.case", case.reference, "supervisor", "done")]


@pytest.mark.parametrize("is_written", [False, True], ids=["nothing", "rules-only"])
def test_contact_without_details_has_nothing_to_reveal(as_, case, write_contact, logged, is_written):
    if is_written:
        write_contact(details=False)
    claire = as_("claire")
    logged()

    answers = [claire.get(_contact(case)), claire.post(_contact(case), {"reason": "contact", "words": "x"})]

    assert [(answer.status_code, "Refresh" in answer) for answer in answers] == [(200, False)] * 2
    assert logged() == []


def test_number_is_on_no_other_page(as_, case, write_contact):
    write_contact()
    claire = as_("claire")
    pages = ["/", "/dossiers/", _contact(case)]
    pages += [reverse(f"cases:{name}", args=[case.reference]) for name in ("case", "contact", "people", "risk")]

    texts = {page: claire.get(page).text for page in pages}

    assert [page for page, text in texts.items() if "5550199" in text or SHOWN in text or WORD in text] == []


# --- The story -------------------------------------------------------------------------------------


def test_supervisor_reads_the_story_for_a_reason(as_, case, caseworker, add_incident, logged):
    add_incident(case, caseworker, narrative="Récit MARQUÉ.\nأ")
    mireille = as_("mireille")
    logged()

    asked = mireille.get(_story(case))
    assert (asked.status_code, "MARQUÉ" in asked.text, logged()) == (200, False, [])
    answer = mireille.post(_story(case), {"reason": "decision"})

    assert "Récit MARQUÉ.<br>أ" in answer.text
    assert (answer["Cache-Control"], answer["Refresh"]) == ("no-store", f"600; url={_story(case)}")
    assert answer.text.count('data-reseal="600"') == 1
    assert logged() == [("cases.story_revealed", "cases.case", case.reference, "supervisor", "done")]
    assert _entries(case)[-1] == ("cases.story_revealed", "decision")
    assert "MARQUÉ" not in mireille.get(_story(case)).text


def test_story_without_words_for_another_reason_stays_sealed(as_, case, logged):
    mireille = as_("mireille")
    logged()

    answer = mireille.post(_story(case), {"reason": "other"})

    assert (answer.status_code, list(answer.context["form"].errors), logged()) == (422, ["words"], [])


def test_who_works_on_the_case_is_led_to_its_page(as_, case, logged):
    claire = as_("claire")
    logged()

    answers = [claire.get(_story(case)), claire.post(_story(case), {"reason": "decision"})]

    assert [answer["Location"] for answer in answers] == [reverse("cases:case", args=[case.reference])] * 2
    assert logged() == []


@pytest.mark.parametrize("name", ["reveal_contact", "reveal_story"])
@pytest.mark.parametrize(
    ("person", "status"), [("joaquin", 404), ("ana", 404), ("paule", 403), ("rose", 403), ("luc", 403)]
)
def test_nobody_else_reveals_and_every_try_is_logged(as_, case, write_contact, logged, name, person, status):
    write_contact()
    client, unknown = as_(person), new_reference()
    logged()

    answers = [
        client.post(reverse(f"cases:{name}", args=[reference]), {"reason": "safety", "words": "x"}).status_code
        for reference in (case.reference, unknown)
    ]

    assert answers == [status] * 2
    outcome = "refused_unknown" if status == 404 else "refused_forbidden"
    assert logged() == [
        ("accounts.refused", f"cases:{name}", reference, "none", outcome) for reference in (case.reference, unknown)
    ]
