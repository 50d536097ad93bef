"""The auditors' queues and the page of one access: what they show, to whom, what they record, and bad input."""

import uuid

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.log.models import Entry, Hold
from audit.review.actions import HOLD_SET, LIST_EXPORTED
from audit.review.context import ACTS
from audit.review.lists import PAGE
from audit.review.models import Incident, Item, Queue
from audit.review.people import lines
from audit.review.queues import put
from audit.review.reasons import Purpose
from audit.review.rule_names import _NAMES, named
from cases.actions import CASE_OPENED, CONTACT_REVEALED
from cases.doors import CASEWORK
from cases.models import State
from cases.models.codes import EmergencyReason, RevealReason
from cases.views.reveal import RULES_FIRST
from cellule.notices.models import Notice
from cellule.vault.unlocked import log_reference
from tests.audit.reviewed import SAID, asked, explained, looked, proposed
from tests.factories import case_at
from tests.people import said

QUEUES = ["review:signal_queue", "review:sample_queue", "review:glass_queue"]


def page(item: Item) -> str:
    return reverse("review:item", args=[item.code])


def step(item: Item, slug: str) -> str:
    return reverse("review:item_step", args=[item.code, slug])


def acted(who, action: str) -> list[Entry]:
    return list(Entry.objects.by_actor(who.actor.id).of_action(action).order_by("id"))


def codes(response) -> list[str]:
    return [line.item.code for line in response.context["lines"]]


# --- Lists ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("queue", "address"), list(zip(list(Queue)[:3], QUEUES, strict=True)))
def test_queue_shows_its_own_accesses_and_says_that_it_was_looked_at(paule, auditor, caseworker, queue, address):
    items = {each: looked(caseworker, queue=each) for each in list(Queue)[:3]}

    response = paule.get(reverse(address))

    assert codes(response) == [items[queue].code]
    (look,) = acted(auditor, "review.queue_viewed")
    assert (look.shown, look.purpose) == ([items[queue].code], address.partition(":")[2])


def test_judged_accesses_leave_the_queue_and_stay_readable(paule, auditor, caseworker):
    waits, judged = looked(caseworker), looked(caseworker)
    judged.justify(by=auditor)

    assert codes(paule.get("/audit/revue/signaux/")) == [waits.code]
    assert codes(paule.get("/audit/revue/signaux/?jugees=1")) == [judged.code]


def test_findings_are_what_was_found_wrong(paule, auditor, privacy_officer, caseworker):
    items = [looked(caseworker) for _ in range(5)]
    items[1].justify(by=auditor)
    items[2].not_justify(by=auditor)
    proposed(items[3], auditor)
    proposed(items[4], auditor).sign_incident(by=privacy_officer)

    assert codes(paule.get(reverse("review:findings"))) == [items[4].code, items[3].code, items[2].code]


def test_acts_of_auditors_are_for_privacy_officers(paule, rose, auditor, privacy_officer):
    of_auditor, of_officer = looked(auditor), looked(privacy_officer)

    assert codes(rose.get(reverse("review:of_auditors"))) == [of_auditor.code]
    assert paule.get(reverse("review:of_auditors")).status_code == 403
    assert [client.get(page(of_auditor)).status_code for client in (paule, rose)] == [404, 200]
    assert [client.get(page(of_officer)).status_code for client in (paule, rose)] == [404, 404]


def test_list_goes_on_where_the_page_ends(paule, caseworker):
    at = timezone.now()
    told = {"entries": [], "actor": caseworker.actor.id, "at": at}
    made = [put(Queue.SIGNAL, str(number), **told) for number in range(PAGE + 3)]

    first = paule.get("/audit/revue/signaux/")
    second = paule.get(f"/audit/revue/signaux/{first.context['older']}")
    back = paule.get(f"/audit/revue/signaux/{second.context['newer']}")

    assert (len(codes(first)), len(codes(second))) == (PAGE, 3)
    assert sorted(codes(first) + codes(second)) == sorted(item.code for item in made)
    assert codes(back) == codes(first)
    assert second.context["older"] == first.context["newer"] == ""


def test_mark_of_what_is_not_theirs_to_see_gives_the_first_page(paule, rose, as_, auditor, caseworker):
    item = asked(looked(caseworker), auditor)
    hidden = looked(auditor)
    newer, queue = f"?avant={hidden}", reverse("review:signal_queue")

    assert [codes(paule.get(f"{queue}{newer}")), codes(paule.get(queue))] == [[item.code]] * 2
    other = looked(caseworker)
    questions = reverse("review:questions")
    assert codes(as_("claire").get(f"{questions}?avant={other}")) == [item.code]
    assert codes(rose.get(f"{queue}?apres={other}")) == [item.code]


@pytest.mark.parametrize("mark", ["apres=2222-2222", "avant=2222-2222", "apres=%00", "apres=' OR 1=1", "jugees=9"])
def test_marks_that_lead_nowhere_give_the_first_page(paule, caseworker, mark):
    item = looked(caseworker)

    assert codes(paule.get(f"/audit/revue/signaux/?{mark}")) == [item.code]


def test_long_list_takes_as_many_queries_as_a_short_one(paule, caseworker, joaquin_too, queries):
    looked(caseworker)
    paule.get("/audit/revue/signaux/")
    one = queries(lambda: paule.get("/audit/revue/signaux/"))
    for _ in range(9):
        looked(joaquin_too)

    assert queries(lambda: paule.get("/audit/revue/signaux/")) == one


@pytest.fixture
def joaquin_too(other_caseworker):
    return other_caseworker


def test_rule_is_called_by_its_name(paule, caseworker, monkeypatch):
    monkeypatch.setitem(_NAMES, "tests.no_relation", None)
    named("tests.no_relation", "No relation to the case", "Nothing ties this person to it.")
    item = looked(caseworker)

    assert "No relation to the case" in paule.get("/audit/revue/signaux/").text
    assert "Nothing ties this person to it." in paule.get(page(item)).text


# --- One access -------------------------------------------------------------------------------------


def test_page_tells_the_act_what_stands_around_it_and_what_was_before(paule, auditor, caseworker, other_caseworker):
    subject = uuid.uuid4()
    earlier, foreign = looked(caseworker, "2222AAAA"), looked(other_caseworker, "7QK2M9XD", subject=subject)
    near, item = (looked(caseworker, "7QK2M9XD", subject=subject) for _ in range(2))
    earlier.not_justify(by=auditor)

    context = paule.get(page(item)).context

    around = context["around"]
    assert [str(line.entry.pk) for line in around.acts] == item.entries
    assert [str(line.entry.pk) for line in around.around] == near.entries
    assert [str(line.entry.pk) for line in around.before] == [*near.entries, *earlier.entries]
    assert [line.item for line in context["earlier"]] == [earlier]
    assert foreign.entries not in [[str(line.entry.pk)] for line in around.before]
    (look,) = acted(auditor, "review.item_viewed")
    assert look.reference == item.code


def test_reason_is_what_somebody_gave_and_no_move_between_states(paule, auditor, caseworker):
    item = looked(caseworker)
    item.justify(by=auditor)
    (step_taken,) = acted(auditor, "review.justified")

    assert paule.get(page(item)).context["around"].first.reason == "work"
    assert (step_taken.purpose, lines([step_taken])[0].reason) == ("open>justified", "")


@pytest.mark.parametrize(
    ("action", "code", "words"),
    [
        (CONTACT_REVEALED, RevealReason.SAFETY, "Somebody is in danger"),
        (CASE_OPENED, EmergencyReason.COURT, "A court date today"),
        (CASE_OPENED, CASEWORK, "Work on the case"),
        (CONTACT_REVEALED, RULES_FIRST, "To read the contact rules first"),
        (HOLD_SET, Hold.Reason.COURT, "A court or a tribunal"),
        (LIST_EXPORTED, Purpose.REVIEW, "For a review or a sign-off"),
        (CASE_OPENED, "a_list_of_old", "a_list_of_old"),
    ],
)
def test_reason_stands_in_the_words_of_its_list(paule, caseworker, action, code, words):
    item = looked(caseworker, action=action, purpose=code)

    assert said(words) in paule.get(page(item)).text


def test_page_tells_the_tie_before_and_how_the_case_changed_hands(paule, supervisor, caseworker, other_caseworker):
    case = case_at(State.ASSESSMENT, caseworker)
    subject = log_reference(case.pk)
    early = looked(caseworker, case.reference, subject=subject)
    case.assign(by=supervisor, to=other_caseworker.user)
    late = looked(caseworker, case.reference, subject=subject)

    around = paule.get(page(late)).context["around"]

    assert around.tie.entry.relation == "assigned"
    assert [(line.who, line.entry.action) for line in around.given] == [
        (supervisor.user.name, "cases.case_assigned"),
        (caseworker.user.name, "cases.inquiry_opened"),
    ]
    assert [list(line.colleagues) for line in around.given] == [[other_caseworker.user.name], []]
    assert [line.entry.action for line in paule.get(page(early)).context["around"].given] == ["cases.inquiry_opened"]


def test_refused_look_shows_what_was_done_under_the_same_reference(paule, caseworker):
    before, item = looked(caseworker, "7QK2M9XD"), looked(caseworker, "7QK2M9XD")
    looked(caseworker, "2222AAAA")

    around = paule.get(page(item)).context["around"]

    assert ([str(line.entry.pk) for line in around.around], around.tie) == (before.entries, None)


def test_page_says_how_many_entries_it_leaves_out(paule, caseworker):
    entries = [uuid.UUID(looked(caseworker).entries[0]) for _ in range(ACTS + 2)]
    told = {"actor": caseworker.actor.id, "at": timezone.now()}
    long = put(Queue.SIGNAL, "long", entries=entries, **told)
    gone = put(Queue.SIGNAL, "gone", entries=[*entries[:2], *(uuid.uuid4() for _ in range(ACTS))], **told)

    assert [paule.get(page(item)).context["around"].left_out for item in (long, gone)] == [2, 0]


def test_page_names_who_did_what_when_more_than_one_did(paule, caseworker, supervisor):
    alone, agreed = looked(caseworker), looked(supervisor)
    both = put(
        Queue.GLASS, "both", entries=[*alone.entries, *agreed.entries], actor=caseworker.actor.id, at=timezone.now()
    )

    assert [paule.get(page(item)).context["around"].is_of_several for item in (alone, both)] == [False, True]
    assert supervisor.user.name in paule.get(page(both)).text


def test_auditor_reads_no_verdict_on_acts_of_auditors(paule, rose, auditor, privacy_officer, caseworker):
    as_auditor = looked(auditor)
    as_auditor.justify(by=privacy_officer)
    item = put(Queue.SIGNAL, "now", entries=[], actor=auditor.actor.id, at=timezone.now())
    Item.objects.filter(pk=item.pk).update(queue=Queue.SIGNAL, actor_id=caseworker.actor.id)
    Item.objects.filter(pk=as_auditor.pk).update(actor_id=caseworker.actor.id)

    earlier = [client.get(page(item)).context["earlier"] for client in (paule, rose)]

    assert [[line.item.code for line in found] for found in earlier] == [[], [as_auditor.code]]


def test_page_takes_as_many_queries_with_much_around_it(paule, caseworker, queries):
    subject = uuid.uuid4()
    item = looked(caseworker, "7QK2M9XD", subject=subject)
    looked(caseworker, "7QK2M9XD", subject=subject)
    last = looked(caseworker, "7QK2M9XD", subject=subject)
    paule.get(page(item))
    few = queries(lambda: paule.get(page(last)))
    for _ in range(9):
        last = looked(caseworker, "7QK2M9XD", subject=subject)

    assert queries(lambda: paule.get(page(last))) == few


def test_act_that_the_log_holds_no_more_can_still_be_judged(paule, caseworker):
    item = put(Queue.SIGNAL, "old", entries=[uuid.uuid4()], actor=caseworker.actor.id, at=timezone.now())

    assert said("The log does not hold this act any more.") in paule.get(page(item)).text
    assert paule.post(step(item, "justifie"), {"version": 1}).status_code == 302


@pytest.mark.parametrize("code", ["2222-2222", "0000-1OIL", "x"])
def test_unknown_access_is_not_there(paule, caseworker, code):
    looked(caseworker)

    assert paule.get(f"/audit/revue/acces/{code}/").status_code == 404


def test_next_and_previous_lead_through_what_waits(paule, auditor, caseworker):
    oldest, judged, middle, newest = (looked(caseworker) for _ in range(4))
    judged.justify(by=auditor)

    context = paule.get(page(middle)).context

    assert (context["previous"], context["following"]) == (page(newest), page(oldest))
    assert paule.get(page(newest)).context["previous"] == ""


def test_sealed_words_open_for_who_holds_the_key_and_the_opening_is_recorded(paule, rose, auditor, caseworker):
    item = explained(looked(caseworker), auditor, caseworker)

    for client in (paule, rose):
        shut = client.get(page(item))
        (answer,) = shut.context["answers"]
        address = reverse("review:item_words", args=[item.code, answer["entry"].pk])
        assert SAID not in shut.text
        assert SAID in client.post(address).text
        assert client.get(address)["Location"] == page(item)
    assert [entry.reference for entry in acted(auditor, "vault.letter_opened")] == [item.answer[0]]


def test_words_sealed_for_others_stay_shut(paule, auditor, caseworker):
    item = explained(looked(caseworker), auditor, caseworker)
    other = looked(caseworker)

    assert paule.post(reverse("review:item_words", args=[item.code, item.answer[1]])).status_code == 403
    assert paule.post(reverse("review:item_words", args=[other.code, item.answer[0]])).status_code == 404
    assert paule.post(reverse("review:item_words", args=[item.code, uuid.uuid4()])).status_code == 404


def test_opening_the_page_takes_its_notice_away(paule, auditor, caseworker):
    item = explained(looked(caseworker), auditor, caseworker)
    assert Notice.objects.unread(auditor.user).filter(reference=item.code).count() == 1

    paule.get(page(item))

    assert Notice.objects.unread(auditor.user).filter(reference=item.code).count() == 0


# --- Steps ------------------------------------------------------------------------------------------


def test_steps_on_the_page_lead_to_an_incident(paule, rose, caseworker):
    item = looked(caseworker)

    asks = paule.post(step(item, "demander"), {"version": 1, "reasons": ["duty", "time"]})
    proposes = paule.post(step(item, "proposer-incident"), {"version": 2, "text": "Rien ne l’explique."})
    signs = rose.post(step(item, "signer-incident"), {"version": 3, "text": ""})

    assert [answer["Location"] for answer in (asks, proposes, signs)] == [
        page(item),
        page(item),
        "/audit/revue/signaux/",
    ]
    assert Incident.objects.get().item == item
    (incident,) = rose.get(reverse("review:incidents")).context["incidents"]
    opened = rose.post(reverse("review:detail", args=[incident.entry])).text
    assert all(each in opened for each in ("Claire", said("Read a case"), str(caseworker.user.pk)))


def test_verdict_leads_to_the_next_access(paule, caseworker):
    older, newer = looked(caseworker), looked(caseworker)

    assert paule.post(step(newer, "justifie"), {"version": 1})["Location"] == page(older)


@pytest.mark.parametrize(
    ("slug", "sent"),
    [
        ("demander", {}),
        ("demander", {"reasons": ["other"]}),
        ("justifie", {"text": "x" * 4_001}),
        ("proposer-incident", {"text": "a\x00b"}),
    ],
)
def test_bad_input_is_said_and_nothing_is_lost(paule, caseworker, slug, sent):
    item = looked(caseworker)

    response = paule.post(step(item, slug), {"version": 1, **sent})

    assert response.status_code == 422
    assert Item.objects.get(pk=item.pk).version == 1
    if "text" in sent:
        assert response.context["form"]["text"].value() == sent["text"]


@pytest.mark.parametrize("slug", ["non-justifie", "proposer-incident"])
def test_finding_has_its_reasons(paule, caseworker, slug):
    item = looked(caseworker)

    response = paule.post(step(item, slug), {"version": 1, "text": " "})

    assert (response.status_code, list(response.context["form"].errors)) == (422, ["text"])
    assert Item.objects.get(pk=item.pk).state == "open"


def test_text_of_exactly_4000_characters_counts_a_line_end_once(paule, caseworker):
    item = looked(caseworker)

    assert paule.post(step(item, "justifie"), {"version": 1, "text": "x\r\n" * 1_999 + "xx"}).status_code == 302


def test_button_pressed_twice_counts_once(paule, caseworker):
    item = looked(caseworker)

    first, second = (paule.post(step(item, "justifie"), {"version": 1}) for _ in range(2))

    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert Item.objects.get(pk=item.pk).version == 2
    told = paule.get(second["Location"]).text
    assert all(
        said(words) % {"code": item, "step": said("Justified")} in told
        for words in ("%(code)s: %(step)s", "%(code)s: you did this before. It counts once.")
    )


def test_who_comes_second_reads_what_has_happened_and_keeps_their_text(paule, privacy_officer, caseworker):
    item = looked(caseworker)
    asked(item, privacy_officer)

    response = paule.post(step(item, "justifie"), {"version": 1, "text": "Vu."})

    assert response.status_code == 409
    assert (response.context["form"]["text"].value(), response.context["form"]["version"].value()) == ("Vu.", 2)
    assert paule.post(step(item, "justifie"), {"version": 2, "text": "Vu."}).status_code == 302


def test_who_comes_after_the_verdict_is_too_late(paule, privacy_officer, caseworker):
    item = looked(caseworker)
    item.justify(by=privacy_officer)

    response = paule.post(step(item, "non-justifie"), {"version": 1, "text": "Non."})

    assert (response.status_code, response.context["is_too_late"]) == (409, True)
    assert response.context["form"]["text"].value() == "Non."


@pytest.mark.parametrize("version", ["", "x", "-1", "9" * 30])
def test_decision_without_the_version_it_rests_on_is_asked_again(paule, caseworker, version):
    item = looked(caseworker)

    assert paule.post(step(item, "justifie"), {"version": version}).status_code in (409, 422)
    assert Item.objects.get(pk=item.pk).state == "open"


@pytest.mark.parametrize("slug", ["expliquer", "rappeler", "signer-incident"])
def test_steps_of_others_are_refused_and_the_refusal_is_recorded(paule, auditor, caseworker, slug):
    item = proposed(looked(caseworker), auditor) if slug == "signer-incident" else asked(looked(caseworker), auditor)

    assert paule.post(step(item, slug), {"version": item.version}).status_code == 403
    last = Entry.objects.by_actor(auditor.actor.id).newest_first().first()
    assert (last.outcome, last.reference) == ("refused_forbidden", item.code)


def test_page_of_a_step_that_is_not_possible_says_why(paule, auditor, caseworker):
    glass, heard = looked(caseworker, queue=Queue.GLASS), asked(looked(caseworker), auditor)

    for item, slug in [(glass, "non-justifie"), (heard, "non-justifie"), (heard, "demander")]:
        response = paule.get(step(item, slug))
        assert (response.status_code, len(response.context["reasons"])) == (409, 1)


def test_unknown_step_is_not_there(paule, caseworker):
    assert paule.get(step(looked(caseworker), "effacer")).status_code == 404
