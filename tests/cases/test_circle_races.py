"""A case comes into a circle while somebody else writes, gives it away or reads: one is first, the other goes by that."""

import uuid
from collections.abc import Callable

import pytest
from django.urls import reverse

from cases.models import Case, State
from cellule.accounts.acting import Acting
from cellule.vault.models import OwnerKey
from tests.factories import case_at, take
from tests.people import acting, signed_in
from tests.races import one_after_the_other


@pytest.fixture
def people() -> dict[str, Acting]:
    return {name: acting(name) for name in ("claire", "joaquin", "mireille", "omar")}


@pytest.fixture
def asked(people) -> Case:
    """Claire's and Joaquín's; a circle of Claire and Mireille is asked for."""
    case = case_at(State.ACTIVE, people["claire"], shared_with=people["joaquin"])
    take(case, "ask_circle", people["claire"], people=[people["claire"].user, people["mireille"].user])
    return case


def _agree(case: Case, people: dict[str, Acting]) -> Callable[[], None]:
    record = Case.objects.get(pk=case.pk)
    return lambda: take(record, "approve_circle", people["mireille"])


def _note(case: Case, by: Acting) -> Callable[[], object]:
    record = Case.objects.get(pk=case.pk)
    return lambda: record.add_note(by=by, row_id=uuid.uuid4(), body="Elle a rappelé.")


def _hand_over(case: Case, people: dict[str, Acting]) -> Callable[[], None]:
    record = Case.objects.get(pk=case.pk)
    return lambda: take(record, "hand_over", people["claire"], to=people["joaquin"].user)


@pytest.mark.django_db(transaction=True)
class TestAtTheSameMoment:
    def test_circle_before_a_colleague_s_note(self, asked, people):
        answers = one_after_the_other(_agree(asked, people), _note(asked, people["joaquin"]))

        assert answers == ("done", "403")
        assert asked.notes.count() == 0

    def test_colleague_s_note_before_the_circle(self, asked, people):
        answers = one_after_the_other(_note(asked, people["joaquin"]), _agree(asked, people))

        assert answers == ("done", "done")
        assert asked.notes.count() == 1
        self._assert_held_by_circle(asked)

    def test_lead_s_note_while_the_circle_is_made_lies_under_its_keys(self, asked, people):
        answers = one_after_the_other(_agree(asked, people), _note(asked, people["claire"]))

        assert answers == ("done", "done")
        self._assert_held_by_circle(asked)

    def test_circle_before_the_hand_over(self, asked, people):
        answers = one_after_the_other(_agree(asked, people), _hand_over(asked, people))

        assert answers == ("done", "409")
        assert list(asked.leads()) == [people["claire"].user]

    def test_hand_over_before_the_circle(self, asked, people):
        answers = one_after_the_other(_hand_over(asked, people), _agree(asked, people))

        assert answers == ("done", "done")
        # Joaquín, who leads it then, is not in the circle: somebody of it has to.
        fresh = Case.objects.get(pk=asked.pk)
        assert (fresh.awaits_lead, list(fresh.leads())) == (True, [])

    def test_two_agree_and_one_is_first(self, people):
        case = case_at(State.ACTIVE, people["claire"])
        named = [people[name].user for name in ("claire", "mireille", "omar")]
        take(case, "ask_circle", people["claire"], people=named)
        record = Case.objects.get(pk=case.pk)

        answers = one_after_the_other(_agree(case, people), lambda: take(record, "approve_circle", people["omar"]))

        assert answers == ("done", "409")

    def test_circle_and_its_refusal(self, asked, people):
        record = Case.objects.get(pk=asked.pk)

        answers = one_after_the_other(_agree(asked, people), lambda: take(record, "drop_circle", people["claire"]))

        assert answers == ("done", "409")

    def _assert_held_by_circle(self, case: Case) -> None:
        fresh = Case.objects.get(pk=case.pk)
        assert fresh.is_in_circle
        assert set(OwnerKey.objects.filter(owner=case.pk).values_list("holder", flat=True)) == {fresh.key_holder}


@pytest.mark.django_db
class TestWhileAPageIsRead:
    """The circle is made between the moment in which a page finds the case and the one in which it reads its keys."""

    @pytest.mark.parametrize(("name", "status"), [("claire", 200), ("joaquin", 404), ("omar", 404)])
    def test_page_of_the_case(self, asked, people, just_before_its_keys_are_read, name, status):
        client, address = signed_in(name), reverse("cases:case", args=[asked.reference])

        page = just_before_its_keys_are_read(_agree(asked, people), lambda: client.get(address))

        assert page.status_code == status

    @pytest.mark.parametrize(("name", "list_name"), [("joaquin", "cases:cases"), ("omar", "cases:unit")])
    def test_list_leaves_it_out_and_shows_the_others(
        self, asked, people, just_before_its_keys_are_read, name, list_name
    ):
        other = case_at(State.ACTIVE, people["joaquin"])
        client = signed_in(name)

        page = just_before_its_keys_are_read(_agree(asked, people), lambda: client.get(reverse(list_name)))

        assert [line.case.reference for line in page.context["lines"]] == [other.reference]
