"""The picture of the stages: the whole road of an open case, and of a closed one the road that it took."""

from django.urls import reverse

from cases.models import Case, State
from tests.factories import case_at, inquiry, take


def _picture(client, case: Case) -> list[tuple[str, str]]:
    return client.get(reverse("cases:case", args=[case.reference])).context["stages"]


def test_open_case_has_all_of_the_road_before_it(as_, caseworker):
    case = case_at(State.ASSESSMENT, caseworker)

    assert _picture(as_("claire"), case) == [
        (State.INQUIRY.label, "done"),
        (State.INTAKE.label, "done"),
        (State.ASSESSMENT.label, "current"),
        (State.ACTIVE.label, "to_come"),
        (State.FOLLOW_UP.label, "to_come"),
        (State.CLOSED.label, "to_come"),
    ]


def test_closed_inquiry_shows_no_stage_that_it_never_saw(as_, caseworker):
    case = inquiry(caseworker)
    take(case, "close_inquiry", caseworker)

    assert _picture(as_("claire"), case) == [(State.INQUIRY.label, "done"), (State.CLOSED.label, "current")]


def test_case_closed_from_the_support_had_no_follow_up(as_, caseworker, supervisor):
    case = case_at(State.CLOSED, caseworker, supervisor=supervisor)
    road = [State.INQUIRY, State.INTAKE, State.ASSESSMENT, State.ACTIVE]

    for name in ("claire", "mireille"):
        assert _picture(as_(name), case) == [
            *((state.label, "done") for state in road),
            (State.CLOSED.label, "current"),
        ]
