"""A case that goes to other key holders just while somebody opens it."""

from collections.abc import Callable

from django.urls import reverse

from cases.models import Case
from tests.factories import inquiry, take

OPENED, STORY = "cases.case_opened", "cases.story_revealed"


def _begin(case: Case, by) -> Callable[[], None]:
    """Bring the case from the intake group to the unit, as another window does."""
    record = Case.objects.get(pk=case.pk)
    return lambda: take(record, "begin_intake", by)


def test_page_opens_a_case_that_was_moved_since_it_was_found(
    as_, case, caseworker, logged, just_before_its_keys_are_read
):
    claire, address = as_("claire"), reverse("cases:case", args=[case.reference])
    logged()

    page = just_before_its_keys_are_read(_begin(case, caseworker), lambda: claire.get(address))

    assert (page.status_code, [event.step for event in page.context["events"]]) == (
        200,
        ["begin_intake", "open_inquiry"],
    )
    # Both attempts are told of.
    assert [entry[0] for entry in logged()] == ["cases.intake_begun", OPENED, OPENED]
    assert Case.objects.get(pk=case.pk).is_held_by_unit


def test_story_is_revealed_by_its_one_entry_all_the_same(as_, case, caseworker, logged, just_before_its_keys_are_read):
    mireille, address = as_("mireille"), reverse("cases:reveal_story", args=[case.reference])
    told = {"reason": "other", "words": "Une plainte est arrivée."}
    logged()

    page = just_before_its_keys_are_read(_begin(case, caseworker), lambda: mireille.post(address, told))

    assert (page.status_code, len(page.context["events"])) == (200, 2)
    assert [entry[0] for entry in logged()] == [STORY, "cases.intake_begun"]


def test_case_that_is_not_theirs_any_more_is_not_there(
    as_, intake_worker, supervisor, logged, just_before_its_keys_are_read
):
    case = inquiry(intake_worker)
    record = Case.objects.get(pk=case.pk)
    ana, address = as_("ana"), reverse("cases:case", args=[case.reference])

    page = just_before_its_keys_are_read(
        lambda: take(record, "assign", supervisor, to=supervisor.user), lambda: ana.get(address)
    )

    assert page.status_code == 404
