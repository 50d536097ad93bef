"""Nobody of a circle is left who opens it: with two sheets the house lets somebody in, and only then."""

import pytest

from cellule.accounts.acting import Acting
from cellule.vault import circles, rosters
from cellule.vault.custody import open_house
from cellule.vault.recovery import let_in
from cellule.vault.unlocked import NotAMember
from tests.vault.ceremonies import sheets, two
from tests.vault.papers import open_folder, read, write
from tests.vault.test_circle_returns import circle, enrol_anew, folder, into_the_unit, words_of

__all__ = ["circle", "folder", "sheets"]
pytestmark = pytest.mark.django_db


def _let_in(sheets, person: Acting) -> list[str]:
    duty = person.user.duty
    person.vault.forget()
    house = open_house(two(sheets))
    return let_in(house, person.vault, may_admit=duty.may_admit, kinds=duty.key_groups, by=person.actor)


def test_supervisor_who_was_in_it_comes_back_by_the_house_and_lets_the_other_back(sheets, folder, circle, supervisor):
    claire, mireille = enrol_anew("claire"), enrol_anew("mireille")

    entered = _let_in(sheets, mireille)
    into_the_unit(claire, mireille)
    circles.let_back(mireille.vault, circle, claire.user.pk, words_of(claire), mireille.actor)
    claire.vault.forget()
    after = write(claire, folder, "après")

    assert entered == ["circle", "intake", "unit"]
    assert read(open_folder(mireille, folder), folder.before, after) == [{"avant"}, {"après"}]


def test_supervisor_whom_the_custodians_name_opens_a_circle_that_nobody_is_left_of(
    sheets, folder, circle, caseworker, supervisor, second_supervisor
):
    enrol_anew("claire")
    enrol_anew("mireille")

    assert _let_in(sheets, second_supervisor) == ["circle"]

    assert read(open_folder(second_supervisor, folder), folder.before) == [{"avant"}]
    assert circles.people_of(second_supervisor.vault, circle) == (second_supervisor.user.pk,)


def test_house_lets_nobody_into_a_circle_of_which_somebody_is_left(
    sheets, folder, circle, supervisor, second_supervisor
):
    enrol_anew("claire")
    number = rosters.verified(circle).body.number

    assert _let_in(sheets, second_supervisor) == []

    assert rosters.verified(circle).body.number == number
    with pytest.raises(NotAMember):
        open_folder(second_supervisor, folder)


def test_caseworker_who_was_never_in_it_is_not_let_in(sheets, folder, circle, other_caseworker):
    enrol_anew("claire")
    enrol_anew("mireille")

    assert _let_in(sheets, other_caseworker) == []


def test_twice_is_once(sheets, folder, circle, second_supervisor):
    enrol_anew("claire")
    enrol_anew("mireille")

    assert [_let_in(sheets, second_supervisor) for _ in range(2)] == [["circle"], []]
