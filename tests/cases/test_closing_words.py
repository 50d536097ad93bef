"""What is written when a closing is proposed and decided on: whoever works on the case reads it in the timeline."""

import pytest
from django.urls import reverse

from cases.models import Case, State
from cases.models.codes import ClosingReason, ClosingTalk
from tests.factories import case_at

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


def test_words_stand_with_the_last_step_only(as_, declined, caseworker, supervisor):
    told = {"reason": ClosingReason.MOVED, "talk": ClosingTalk.NOT_SAFE}
    declined.propose_closing(by=caseworker, words=SECOND, **told)
    proposal = f"{ClosingReason.MOVED.label}\n{ClosingTalk.NOT_SAFE.label}\n{SECOND}"
    assert _texts(as_("claire"), declined) == [proposal, ANSWER, ""]

    Case.objects.get(pk=declined.pk).close(by=supervisor, answer="D’accord.")

    assert _texts(as_("claire"), declined) == ["D’accord.", proposal, "", ""]


def test_supervisor_reads_the_words_only_where_they_decide(as_, declined):
    assert _texts(as_("mireille"), declined) == ["", ""]
