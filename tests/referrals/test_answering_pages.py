"""An agency answers: what its people see before and after, which steps their pages offer, and that looking moves nothing."""

import pytest
from django.urls import reverse

from audit.log.models import Entry
from cases.models import Category, State
from cellule.notices.models import Notice
from referrals import notices
from referrals.models import Referral
from referrals.models.codes import ReferralState
from tests.factories import case_at, take
from tests.people import acting, said, signed_in
from tests.referrals import sent
from tests.referrals.sent import CLINIC, HEALTH, SHELTER, joined, referral_at

# What the agreed packet of `sent.SENDING` tells, and the envelope does not.
# Thea reads English.
AGREED = ("Lune Bleue", "514\u00a0555-0123", "Elle cherche un lit loin de chez elle.", "Zélie Fictive")


@pytest.fixture
def clinic(supervisor):
    return joined(CLINIC, supervisor)


@pytest.fixture
def reached(clinic, caseworker, coordinator):
    """`reached(state)`: a referral of Claire's to Noor's clinic."""
    return lambda state, **told: referral_at(state, lead=caseworker, partner=coordinator, to=clinic, **told)


def _page(referral: Referral) -> str:
    return reverse("referrals:referral", args=[referral.reference])


def _step(referral: Referral, slug: str) -> str:
    return reverse("referrals:step", args=[referral.reference, slug])


def _stands(referral: Referral) -> str:
    return Referral.objects.get(pk=referral.pk).state


def _offered(page) -> list[str]:
    return [str(text) for text, *_ in page.context["steps"]]


# --- Before acceptance ------------------------------------------------------------------------------


def test_first_look_is_seen_by_the_unit_and_shows_the_envelope_alone(reached):
    referral, thea = reached(ReferralState.SENT), signed_in("thea")

    page = thea.get(_page(referral))

    assert (page.status_code, _stands(referral)) == (200, "viewed")
    assert "A safe place to sleep" in page.text
    assert [text for text in AGREED if text in page.text] == []
    assert Entry.objects.filter(reference=referral.reference, action="referrals.referral_seen").count() == 1
    assert Entry.objects.filter(reference=referral.reference, action="referrals.envelope_opened").count() == 1


def test_second_look_is_logged_and_moves_nothing(reached):
    referral, thea = reached(ReferralState.VIEWED), signed_in("thea")
    version = Referral.objects.get(pk=referral.pk).version

    thea.get(_page(referral))

    assert Referral.objects.get(pk=referral.pk).version == version
    assert Entry.objects.filter(reference=referral.reference, action="referrals.envelope_opened").count() == 1


def test_looking_at_the_pages_of_steps_moves_nothing(reached):
    referral, thea = reached(ReferralState.VIEWED), signed_in("thea")
    before = Referral.objects.filter(pk=referral.pk).values().get()

    answers = {slug: thea.get(_step(referral, slug)).status_code for slug in ("accepter", "decliner", "rappeler")}
    thea.get(reverse("referrals:message", args=[referral.reference]))

    assert answers == {"accepter": 200, "decliner": 200, "rappeler": 403}
    assert Referral.objects.filter(pk=referral.pk).values().get() == before


def test_first_look_and_the_sending_have_no_page_of_steps(reached):
    referral = reached(ReferralState.SENT)

    found = [
        client.post(_step(referral, slug)).status_code
        for client, slug in ((signed_in("thea"), "voir"), (signed_in("claire"), "envoyer"))
    ]

    assert (found, _stands(referral)) == ([404, 404], "sent")


# --- Accepting, and what opens then -----------------------------------------------------------------


def test_agreed_part_opens_with_the_acceptance_and_is_logged(reached):
    referral, thea = reached(ReferralState.VIEWED), signed_in("thea")

    answer = thea.post(_step(referral, "accepter"))
    page = thea.get(answer["Location"])

    assert (answer.status_code, answer["Location"], _stands(referral)) == (302, _page(referral), "accepted")
    assert [text for text in AGREED if text not in page.text] == []
    opened = Entry.objects.filter(reference=referral.reference, action="referrals.agreed_opened")
    assert [entry.purpose for entry in opened] == ["service"]
    assert Referral.objects.get(pk=referral.pk).agreed_seen


def test_agreed_part_holds_nothing_that_the_person_did_not_allow(clinic, caseworker, coordinator):
    case = case_at(State.ACTIVE, caseworker)
    sent.consent(case, caseworker, clinic, {Category.NEEDS, Category.NAME})
    referral = sent.draft(case, caseworker, clinic.services.first())
    only = sent.Sending(needs=("shelter",), urgency="normal", called="Lune Bleue")
    referral.send(by=caseworker, sending=only, opened=sent.opened(case, caseworker))
    take(referral, "accept", coordinator)

    page = signed_in("noor").get(_page(referral))

    assert [text for text in AGREED if text in page.text] == ["Lune Bleue"]


def test_pressing_accept_twice_leads_to_the_referral_both_times(reached):
    referral, thea = reached(ReferralState.VIEWED), signed_in("thea")

    answers = [thea.post(_step(referral, "accepter")) for _ in range(2)]

    assert [(each.status_code, each["Location"]) for each in answers] == [(302, _page(referral))] * 2
    assert Entry.objects.filter(action="referrals.referral_accepted", reference=referral.reference).count() == 1


def test_who_accepts_after_a_colleague_reads_how_it_stands(reached):
    referral = reached(ReferralState.VIEWED)
    take(referral, "accept", acting("noor"))

    late = signed_in("thea").post(_step(referral, "accepter"))

    assert late.status_code == 409
    assert "The referral is now at this stage: Accepted." in late.text


# --- Declining --------------------------------------------------------------------------------------


def test_decline_asks_for_a_reason(reached):
    referral, thea = reached(ReferralState.VIEWED), signed_in("thea")

    answer = thea.post(_step(referral, "decliner"), {"reason": ""})

    assert (answer.status_code, _stands(referral)) == (422, "viewed")


def test_declined_referral_disappears_from_the_agency_at_once(reached):
    referral, thea, noor = reached(ReferralState.VIEWED), signed_in("thea"), signed_in("noor")

    answer = thea.post(_step(referral, "decliner"), {"reason": "no_capacity", "words": "Plus de lit."})

    assert (answer.status_code, answer["Location"]) == (302, reverse("referrals:inbox"))
    assert [client.get(_page(referral)).status_code for client in (thea, noor)] == [404, 404]
    assert [referral.code in client.get("/orientations/").text for client in (thea, noor)] == [False, False]


# --- Serving ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "slug", "told", "to"),
    [
        (ReferralState.ACCEPTED, "commencer", {}, "in_service"),
        (ReferralState.ACCEPTED, "suspendre", {"words": "Une liste d’attente."}, "on_hold"),
        (ReferralState.ON_HOLD, "commencer", {}, "in_service"),
        (ReferralState.IN_SERVICE, "terminer", {"outcome": "given"}, "completed"),
        (ReferralState.ACCEPTED, "non-rendu", {"words": "Elle ne répond plus."}, "not_delivered"),
    ],
)
def test_agency_takes_its_steps_from_the_page(reached, state, slug, told, to):
    referral, thea = reached(state), signed_in("thea")

    answer = thea.post(_step(referral, slug), told)

    assert (answer.status_code, answer["Location"]) == (302, _page(referral))
    assert _stands(referral) == to
    assert thea.get(_page(referral)).status_code == 200


@pytest.mark.parametrize("slug", ["suspendre", "non-rendu", "terminer"])
def test_step_with_a_question_is_not_taken_without_its_answer(reached, slug):
    referral, thea = reached(ReferralState.IN_SERVICE), signed_in("thea")

    answer = thea.post(_step(referral, slug), {})

    assert (answer.status_code, _stands(referral)) == (422, "in_service")


def test_words_of_a_step_that_came_too_late_stay_on_the_page(reached):
    referral = reached(ReferralState.IN_SERVICE)
    take(referral, "complete", acting("noor"))

    late = signed_in("thea").post(_step(referral, "suspendre"), {"words": "Elle voyage cette semaine."})

    assert late.status_code == 409
    assert "Elle voyage cette semaine." in late.text
    assert _stands(referral) == "completed"


@pytest.mark.parametrize(
    ("state", "slugs"),
    [
        (ReferralState.VIEWED, ["accept", "decline"]),
        (ReferralState.ACCEPTED, ["begin_service", "hold", "fail"]),
        (ReferralState.IN_SERVICE, ["hold", "complete", "fail"]),
        (ReferralState.ON_HOLD, ["begin_service", "fail"]),
        (ReferralState.COMPLETED, []),
    ],
)
def test_page_offers_the_steps_of_the_agency_and_no_other(reached, state, slugs):
    page = signed_in("thea").get(_page(reached(state)))

    assert _offered(page) == [said(getattr(Referral, name).step.label) for name in slugs]


def test_what_is_over_stays_readable_until_the_access_ends(reached, caseworker):
    referral, thea = reached(ReferralState.COMPLETED), signed_in("thea")
    readable = thea.get(_page(referral))
    take(referral, "end_access", caseworker)

    closed = thea.get(_page(referral))

    assert "Lune Bleue" in readable.text
    assert closed.status_code == 200
    assert [text for text in (*AGREED, "A safe place to sleep") if text in closed.text] == []


# --- Messages ---------------------------------------------------------------------------------------


def test_question_reaches_the_unit_and_its_answer_the_whole_team(reached, caseworker):
    referral, thea, noor = reached(ReferralState.VIEWED), signed_in("thea"), signed_in("noor")
    address = reverse("referrals:message", args=[referral.reference])
    once = thea.get(address).context["form"]["once"].value()

    asked = [thea.post(address, {"once": once, "words": "Pour combien de nuits ?"}) for _ in range(2)]
    told = Notice.objects.filter(recipient=caseworker.user, kind=notices.MESSAGE_ARRIVED.code).count()
    once = signed_in("claire").get(address).context["form"]["once"].value()
    signed_in("claire").post(address, {"once": once, "words": "Pour trois nuits."})
    page = noor.get(_page(referral))

    assert [(each.status_code, each["Location"]) for each in asked] == [(302, _page(referral))] * 2
    assert told == 1
    assert [(by, words) for _when, by, words in page.context["messages_written"]] == [
        (acting("thea").user.name, "Pour combien de nuits ?"),
        (said("The unit"), "Pour trois nuits."),
    ]


def test_message_that_holds_a_status_is_questioned_first(reached):
    referral, thea = reached(ReferralState.VIEWED), signed_in("thea")
    address = reverse("referrals:message", args=[referral.reference])
    once = thea.get(address).context["form"]["once"].value()

    answer = thea.post(address, {"once": once, "words": "A-t-elle un permis de travail ?"})

    assert (answer.status_code, referral.messages.count()) == (422, 0)


def test_unread_message_shows_in_the_inbox_until_the_page_was_read(reached, caseworker):
    referral, thea, noor = reached(ReferralState.VIEWED), signed_in("thea"), signed_in("noor")
    referral.write_message(by=caseworker, row_id=referral.pk, words="Pour trois nuits.")

    before = [client.get("/orientations/").context["lines"][0].has_message for client in (thea, noor)]
    thea.get(_page(referral))
    after = [client.get("/orientations/").context["lines"][0].has_message for client in (thea, noor)]

    assert (before, after) == ([True, True], [False, True])


def test_nothing_more_is_written_once_it_is_over(reached):
    referral, thea = reached(ReferralState.VIEWED), signed_in("thea")
    address = reverse("referrals:message", args=[referral.reference])
    once = thea.get(address).context["form"]["once"].value()
    for name in ("accept", "begin_service", "complete"):
        take(referral, name, acting("noor"))

    late = thea.post(address, {"once": once, "words": "Encore une question."})

    assert (late.status_code, referral.messages.count()) == (409, 0)
    assert "Encore une question." in late.text
    assert thea.get(address).status_code == 409


# --- Another agency, another role -------------------------------------------------------------------


def test_words_typed_for_a_referral_that_is_gone_meanwhile_are_given_back(reached):
    """As they are for one that never was: the page does not tell which."""
    referral, thea = reached(ReferralState.VIEWED), signed_in("thea")
    take(referral, "recall", acting("claire"))
    never = reverse("referrals:step", args=["ZZZZZZZZ", "decliner"])

    answers = [
        thea.post(address, {"words": "Deux semaines d’attente."}) for address in (_step(referral, "decliner"), never)
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert all("Deux semaines d’attente." in answer.text for answer in answers)


@pytest.mark.parametrize("person", ["solange", "dimitri"])
def test_another_agency_finds_nothing_at_any_address(reached, supervisor, person):
    joined(SHELTER, supervisor)
    joined(HEALTH, supervisor)
    referral, other = reached(ReferralState.ACCEPTED), signed_in(person)

    found = [
        other.get(_page(referral)).status_code,
        other.get(_step(referral, "accepter")).status_code,
        other.post(_step(referral, "non-rendu"), {"words": "x"}).status_code,
        other.post(reverse("referrals:message", args=[referral.reference]), {"words": "x"}).status_code,
    ]

    assert found == [404] * 4
