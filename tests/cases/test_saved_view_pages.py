"""Saved views: kept once, named by their words, one's own, and forgotten again."""

import uuid

import pytest
from django.urls import reverse

from cases import saved_views
from cases.models import SavedView
from tests.people import said

KEEP = reverse("cases:keep_view", args=["mine"])


def _shown(client, query: str = "") -> list[tuple[str, str, bool]]:
    page = client.get(reverse("cases:cases") + query)
    return [(each.name, each.query, each.is_current) for each in page.context["shortcuts"]]


def test_view_is_kept_and_leads_back_to_its_filters(as_, case):
    claire = as_("claire")

    answer = claire.post(KEEP + "?depuis=4&etape=intake&etape=inquiry")

    assert (answer.status_code, answer["Location"]) == (302, "/dossiers/?etape=inquiry&etape=intake&depuis=4")
    name = f"{said('Inquiry')}, {said('Intake')}, {said('Opened')}\u00a0: {said('The last four weeks')}"
    assert _shown(claire, "?etape=intake&etape=inquiry&depuis=4") == [
        (name, "etape=inquiry&etape=intake&depuis=4", True)
    ]
    assert [each[2] for each in _shown(claire)] == [False]
    (kept,) = SavedView.objects.all()
    assert kept.filters == {"etape": ["inquiry", "intake"], "depuis": ["4"]}


def test_view_sent_twice_is_kept_once(as_):
    claire = as_("claire")

    for query in ("?etape=intake&etape=closed", "?etape=closed&etape=intake", "?etape=intake&etape=closed&x=y"):
        claire.post(KEEP + query)

    assert SavedView.objects.count() == 1


def test_nothing_is_kept_without_filters(as_):
    as_("claire").post(KEEP)
    as_("claire").post(KEEP + "?etape=nowhere")

    assert SavedView.objects.count() == 0


def test_button_is_there_when_there_is_something_new_to_keep(as_):
    claire = as_("claire")
    claire.post(KEEP + "?etape=intake")

    pages = [claire.get(reverse("cases:cases") + query) for query in ("", "?etape=intake", "?etape=closed")]

    assert [said("Save this view") in page.text for page in pages] == [False, False, True]


def test_views_stand_in_the_order_of_their_names(as_):
    claire = as_("claire")
    for stage in ("intake", "closed", "active", "inquiry"):
        claire.post(f"{KEEP}?etape={stage}")

    names = [name for name, _query, _current in _shown(claire)]

    assert names == sorted(said(name) for name in ("Intake", "Closed", "Active", "Inquiry"))


def test_no_more_views_are_kept_than_fit(monkeypatch, as_):
    monkeypatch.setattr(saved_views, "MOST", 2)
    claire = as_("claire")

    answers = [claire.post(f"{KEEP}?etape={stage}").status_code for stage in ("intake", "closed", "closed", "active")]

    assert answers == [302, 302, 302, 409]
    assert SavedView.objects.count() == 2


def test_view_is_removed_by_its_owner_alone(as_):
    claire, mireille = as_("claire"), as_("mireille")
    claire.post(KEEP + "?etape=intake")
    removal = reverse("cases:remove_view", args=[SavedView.objects.get().pk])

    refused = [mireille.post(removal), mireille.post(reverse("cases:remove_view", args=[uuid.uuid4()]))]
    assert [answer.status_code for answer in refused] == [404, 404]
    assert SavedView.objects.count() == 1
    assert claire.post(removal)["Location"] == "/dossiers/"
    assert SavedView.objects.count() == 0


@pytest.mark.parametrize(
    ("person", "scope", "status"), [("claire", "unit", 403), ("claire", "all", 404), ("mireille", "unit", 302)]
)
def test_views_are_kept_of_lists_that_one_may_read(as_, person, scope, status):
    assert as_(person).post(reverse("cases:keep_view", args=[scope]) + "?etape=intake").status_code == status


def test_views_of_other_lists_and_people_are_not_shown(as_):
    mireille = as_("mireille")
    mireille.post(reverse("cases:keep_view", args=["unit"]) + "?etape=closed")
    as_("omar").post(KEEP + "?etape=intake")

    assert _shown(mireille) == []
    assert [each.name for each in mireille.get(reverse("cases:unit")).context["shortcuts"]] == [said("Closed")]


def test_view_whose_answers_are_gone_shows_nothing(as_, caseworker):
    SavedView.objects.create(user=caseworker.user, scope="mine", filters={"etape": ["transferred"]})

    assert _shown(as_("claire")) == []
