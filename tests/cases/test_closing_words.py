"""What is written when a closing is proposed and decided on: whoever works on the case reads it in the timeline."""

import pytest
from django.urls import reverse

from cases.models import Case, State
from cases.models.codes import ClosingReason, ClosingTalk
from tests.factories import case_at, inquiry

FIRST, SECOND, ANSWER = "Elle a un bail.", "Elle a un bail et un emploi.", "Attendons l’audience de mardi."


@pytest.fixture
def declined(caseworker, supervisor) -> Case:
    """Claire's case, whose closing Mireille has declined."""
    case = case_at(State.ACTIVE, caseworker)
    told = {"reason": ClosingReason.GOALS_REACHED, "talk": ClosingTalk.HELD}
    case.propose_closing(by=caseworker, words=FIRST, **told)
    case.decline_closing(by=supervisor, answer=ANSWER)
    return case


def _texts(client, case: Case) -> list[str]:
    """What the timeline says under each step that was written about, the last one first."""
    events = client.get(reverse("cases:case", args=[case.reference])).context["events"]
    wanted = {"propose_closing", "decline_closing", "close"}
    return [event.text for event in events if event.step in wanted]


def test_lead_reads_the_proposal_and_the_answer(as_, declined):
    proposal = f"{ClosingReason.GOALS_REACHED.label}\n{ClosingTalk.HELD.label}\n{FIRST}"

    assert _texts(as_("claire"), declined) == [ANSWER, proposal]


def test_each_proposal_and_each_answer_keeps_its_own_words(as_, declined, caseworker, supervisor):
    first = f"{ClosingReason.GOALS_REACHED.label}\n{ClosingTalk.HELD.label}\n{FIRST}"
    told = {"reason": ClosingReason.MOVED, "talk": ClosingTalk.NOT_SAFE}
    second = f"{ClosingReason.MOVED.label}\n{ClosingTalk.NOT_SAFE.label}\n{SECOND}"

    declined.propose_closing(by=caseworker, words=SECOND, **told)
    Case.objects.get(pk=declined.pk).close(by=supervisor, answer="D’accord.")

    assert _texts(as_("claire"), declined) == ["D’accord.", second, ANSWER, first]


def test_supervisor_decides_on_the_last_proposal(as_, declined, caseworker):
    declined.propose_closing(by=caseworker, reason=ClosingReason.MOVED, talk=ClosingTalk.NOT_SAFE, words=SECOND)

    page = as_("mireille").get(reverse("cases:step", args=[declined.reference, "fermer"]))

    answers = [str(answer) for _question, answer in page.context["decides_on"]]
    assert answers == [ClosingReason.MOVED.label, ClosingTalk.NOT_SAFE.label, SECOND]


def test_inquiry_keeps_why_it_was_closed(as_, caseworker):
    case = inquiry(caseworker)

    case.close_inquiry(by=caseworker, reason=ClosingReason.ERROR, words=FIRST)

    events = as_("claire").get(reverse("cases:case", args=[case.reference])).context["events"]
    assert [event.text for event in events] == [f"{ClosingReason.ERROR.label}\n{FIRST}", ""]


def test_closing_without_a_word_leaves_nothing_sealed(declined, caseworker, supervisor):
    declined.propose_closing(by=caseworker, reason=ClosingReason.MOVED, talk=ClosingTalk.HELD, words=SECOND)

    declined.close(by=supervisor)

    # The two proposals, and the answer to the first of them.
    assert declined.milestones.filter(story__isnull=False).count() == 3


def test_supervisor_reads_the_words_only_where_they_decide(as_, declined):
    assert _texts(as_("mireille"), declined) == ["", ""]
