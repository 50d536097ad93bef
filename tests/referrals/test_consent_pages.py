"""The consents of a case on their pages: the ledger, and the person's answer for one agency."""

import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Category, Consent, ConsentState, State
from cases.models.consent import TEXT
from cases.models.moments import months_after
from referrals.models import AgencyKind
from referrals.models.packet import Sending
from tests.factories import case_at, inquiry
from tests.people import said
from tests.referrals.agencies import agency, agreement
from tests.referrals.sent import CLINIC, SHELTER, consent, joined, opened, send

KINDS = {f"kind_{category}": "yes" for category in Category}
GIVEN = {
    "answer": "given",
    **KINDS,
    "purpose": "service",
    "channel": "oral",
    "witness": "Une collègue fictive",
    "in_tongue": "tam",
    "with_interpreter": "yes",
    "given_by": "person",
}
REFUSED = {"answer": "refused", "in_tongue": "tam", "with_interpreter": "no", "given_by": "person"}


@pytest.fixture
def case(caseworker) -> Case:
    return case_at(State.ACTIVE, caseworker)


@pytest.fixture
def clinic(supervisor):
    return joined(CLINIC, supervisor)


@pytest.fixture
def shelter(supervisor):
    return joined(SHELTER, supervisor, kind=AgencyKind.SHELTER)


def _ledger(case: Case) -> str:
    return reverse("referrals:consents", args=[case.reference])


def _new(case: Case, of) -> str:
    return f"{reverse('referrals:new_consent', args=[case.reference])}?organisme={of.reference}"


def _in_months(months: int, days: int = 0) -> str:
    return (months_after(timezone.localdate(), months) + datetime.timedelta(days=days)).isoformat()


def _answer(client, case: Case, of, fields: dict[str, str]):
    """Open the page, answer, and send it; what is not said stays as the page proposes it."""
    form = client.get(_new(case, of)).context["form"]
    proposed = {"once": form["once"].value(), "ends_on": form["ends_on"].value().isoformat()}
    return client.post(_new(case, of), {**proposed, **fields})


# --- A new answer ----------------------------------------------------------------------------------


def test_answer_is_written_down_as_it_was_given(as_, case, caseworker, clinic):
    fields = {**GIVEN, "kind_story": "no", "kind_identity": "no"}

    answer = _answer(as_("claire"), case, clinic, fields)

    kept = Consent.objects.get()
    story = opened(case, caseworker).read(kept, "story")
    assert (answer.status_code, answer["Location"]) == (302, f"/consentements/{kept}/")
    assert (kept.state, kept.recipient_id, kept.ends_on.isoformat()) == ("given", clinic.organisation_id, _in_months(6))
    assert story.kinds == {"needs", "name", "contact", "risk"}
    told = (story.purpose, story.channel, story.witness, story.in_tongue, story.with_interpreter, story.given_by)
    assert told == ("service", "oral", "Une collègue fictive", "tam", "yes", "person")
    assert (story.text, story.recorded_by) == (TEXT, str(caseworker.user.pk))


def test_nothing_is_ticked_beforehand(as_, case, clinic):
    form = as_("claire").get(_new(case, clinic)).context["form"]

    proposed = {name: form[name].value() for name in form.fields if form[name].value()}

    assert sorted(proposed) == ["ends_on", "once"]
    assert {name.removeprefix("kind_") for name in form.fields if name.startswith("kind_")} == set(Category.values)


def test_no_is_an_answer_that_asks_nothing_more(as_, case, caseworker, clinic):
    answer = _answer(as_("claire"), case, clinic, REFUSED)

    kept = Consent.objects.get()
    story = opened(case, caseworker).read(kept, "story")
    assert (answer.status_code, kept.state, kept.is_active(timezone.localdate())) == (302, "refused", False)
    assert (story.kinds, story.purpose, story.channel, story.witness) == (frozenset(), "", "", "")


def test_no_with_leftovers_of_a_yes_is_a_no(as_, case, caseworker, clinic):
    _answer(as_("claire"), case, clinic, {**GIVEN, "answer": "refused"})

    story = opened(case, caseworker).read(Consent.objects.get(), "story")
    assert (story.kinds, story.purpose, story.channel, story.witness) == (frozenset(), "", "", "")


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"kind_story": ""}, {"kind_story": "required"}),
        ({"kind_needs": "no"}, {"kind_needs": "contradicts"}),
        ({"answer": ""}, {"answer": "required"}),
        ({"purpose": ""}, {"purpose": "required"}),
        ({"purpose": "statistics"}, {"purpose": "invalid_choice"}),
        ({"channel": "", "witness": ""}, {"channel": "required"}),
        ({"witness": " "}, {"witness": "required"}),
        ({"in_tongue": ""}, {"in_tongue": "required"}),
        ({"with_interpreter": ""}, {"with_interpreter": "required"}),
        ({"given_by": ""}, {"given_by": "required"}),
        ({"ends_on": ""}, {"ends_on": "required"}),
        ({"ends_on": "demain"}, {"ends_on": "invalid"}),
    ],
)
def test_what_is_missing_or_wrong_stands_at_its_field(as_, case, clinic, changed, errors):
    answer = _answer(as_("claire"), case, clinic, {**GIVEN, **changed})

    found = answer.context["form"].errors.as_data()
    assert (answer.status_code, {name: told[0].code for name, told in found.items()}) == (422, errors)
    assert Consent.objects.count() == 0


@pytest.mark.parametrize(("months", "days"), [(12, 1), (0, 0)])
def test_end_that_is_too_late_or_too_early_is_told_at_its_field(as_, case, clinic, months, days):
    answer = _answer(as_("claire"), case, clinic, {**GIVEN, "ends_on": _in_months(months, days)})

    (told,) = answer.context["form"].errors.as_data()["ends_on"]
    assert (answer.status_code, told.code, Consent.objects.count()) == (422, "out_of_range", 0)


def test_page_that_comes_back_asks_as_before(as_, case, clinic):
    claire = as_("claire")
    asked = claire.get(_new(case, clinic)).text.count(said("(optional)"))

    again = _answer(claire, case, clinic, {"answer": ""}).text.count(said("(optional)"))

    assert (asked, again) == (0, 0)


@pytest.mark.parametrize("months", [12, 1])
def test_last_day_within_twelve_months_is_taken(as_, case, clinic, months):
    answer = _answer(as_("claire"), case, clinic, {**GIVEN, "ends_on": _in_months(months)})

    assert (answer.status_code, Consent.objects.get().ends_on.isoformat()) == (302, _in_months(months))


def test_answer_in_writing_needs_no_witness_and_keeps_none(as_, case, caseworker, clinic):
    _answer(as_("claire"), case, clinic, {**GIVEN, "channel": "written"})

    assert opened(case, caseworker).read(Consent.objects.get(), "story").witness == ""


def test_form_that_is_sent_twice_is_one_answer(as_, case, clinic):
    claire = as_("claire")
    once = claire.get(_new(case, clinic)).context["form"]["once"].value()
    fields = {**GIVEN, "once": once, "ends_on": _in_months(6)}

    answers = [claire.post(_new(case, clinic), fields) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert answers[0]["Location"] == answers[1]["Location"]
    assert list(Consent.objects.values_list("state", flat=True)) == ["given"]


def test_government_body_is_told_to_pass_on_what_it_gets(as_, case, clinic, shelter):
    claire = as_("claire")
    type(shelter).objects.filter(pk=shelter.pk).update(kind=AgencyKind.GOVERNMENT)

    pages = {of.name: claire.get(_new(case, of)) for of in (clinic, shelter)}

    assert {name: page.context["is_government"] for name, page in pages.items()} == {CLINIC: False, SHELTER: True}
    warned = said("This is a government body: what is told to it may travel further. Offer legal advice first.")
    assert {name: warned in page.text for name, page in pages.items()} == {CLINIC: False, SHELTER: True}


# --- For whom --------------------------------------------------------------------------------------


def test_only_agencies_that_have_joined_and_agreed_are_asked_for(as_, case, clinic, shelter, supervisor):
    agreement(agency(name="Organisme qui n’a pas encore adhéré"), by=supervisor, in_force=True)
    shelter.agreements.get().suspend(by=supervisor)

    page = as_("claire").get(reverse("referrals:new_consent", args=[case.reference]))

    assert [choice.name for choice in page.context["form"].fields["organisme"].queryset] == [CLINIC]


def test_agency_without_an_agreement_is_refused_and_an_unknown_one_is_not_there(as_, case, clinic, supervisor):
    claire, alone = as_("claire"), agency(name="Organisme sans entente")

    class Unknown:
        reference = "0000-1OIL"

    answers = [claire.post(_new(case, of), GIVEN).status_code for of in (alone, Unknown)]

    assert (answers, Consent.objects.count()) == ([409, 404], 0)


def test_limits_of_confidentiality_come_first(as_, caseworker, clinic):
    answer = as_("claire").get(_new(inquiry(caseworker), clinic))

    assert answer.status_code == 409


def test_who_supervises_sees_the_ledger_without_the_story_and_adds_nothing(as_, case, caseworker, clinic):
    kept = consent(case, caseworker, clinic)
    mireille = as_("mireille")

    page = mireille.get(_ledger(case))

    assert [(line.consent.pk, line.kinds, line.how) for line in page.context["lines"]] == [(kept.pk, [], [])]
    assert mireille.get(reverse("referrals:consent", args=[kept.reference])).context["line"].story is None
    assert mireille.post(_new(case, clinic), GIVEN).status_code == 403


@pytest.mark.parametrize("name", ["consent", "withdraw"])
def test_consent_of_a_case_of_others_looks_as_if_there_were_none(as_, case, caseworker, clinic, name):
    kept, joaquin = consent(case, caseworker, clinic), as_("joaquin")

    answers = [joaquin.get(reverse(f"referrals:{name}", args=[code])) for code in (kept.reference, case.reference)]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert Consent.objects.get().state == ConsentState.GIVEN


# --- The ledger ------------------------------------------------------------------------------------


def test_ledger_begins_with_what_holds(as_, case, caseworker, clinic, shelter):
    consent(case, caseworker, shelter, refused=True)
    first = consent(case, caseworker, clinic, ["needs", "name"])
    running = send(case, caseworker, clinic, Sending(needs=("shelter",), urgency="normal"))
    second = consent(case, caseworker, shelter)
    second.withdraw(by=caseworker)

    lines = as_("claire").get(_ledger(case)).context["lines"]

    told = [(line.consent.recipient.name, line.consent.state, line.is_active) for line in lines]
    assert told == [(CLINIC, "given", True), (SHELTER, "withdrawn", False), (SHELTER, "refused", False)]
    assert [referral.pk for referral in lines[0].running] == [running.pk]
    assert lines[0].consent.pk == first.pk
    assert lines[0].kinds == [Category.NEEDS.label, Category.NAME.label]


def test_past_its_end_a_consent_holds_no_more_whatever_the_clock_has_done(as_, case, caseworker, clinic, time_machine):
    consent(case, caseworker, clinic, days=1)
    time_machine.move_to(timezone.now() + datetime.timedelta(days=2), tick=False)

    (line,) = as_("claire").get(_ledger(case)).context["lines"]

    assert (line.is_active, line.standing, line.consent.state) == (False, ConsentState.EXPIRED.label, "given")


def test_ten_consents_ask_as_much_as_one(as_, case, caseworker, clinic, shelter):
    claire, counts = as_("claire"), []
    claire.get(_ledger(case))
    for count in (1, 9):
        for number in range(count):
            consent(case, caseworker, (clinic, shelter)[number % 2])
        with CaptureQueriesContext(connection) as queries:
            claire.get(_ledger(case))
        counts.append(len(queries))

    assert counts[0] == counts[1]


# --- A refusal changes nothing ----------------------------------------------------------------------


def test_refusal_takes_nothing_away_from_what_is_done_for_the_person(as_, case, caseworker, clinic):
    claire = as_("claire")
    page = reverse("cases:case", args=[case.reference])

    def offered() -> dict[str, object]:
        told = claire.get(page).context
        return {
            "steps": [(button.text, button.href) for button in told["steps"].buttons],
            "refused": told["steps"].refused,
            "stages": told["stages"],
            "tabs": [href for _text, href, _here, _count in told["tabs"]],
            "may_write": told["may_write"],
            "needs": [line.steps for line in told["needs"].open],
        }

    before = offered()
    _answer(claire, case, clinic, REFUSED)

    assert Consent.objects.get().state == ConsentState.REFUSED
    assert offered() == before
