"""Filters of the log: periods, people by their ids, and filters that are kept without anything that was typed."""

import datetime
import re
import uuid

import pytest
from django.urls import reverse

from audit.log.actor import Actor
from audit.review.forms import Period
from audit.review.models import KeptFilter
from audit.review.people import find
from cellule.accounts.models import User
from tests.people import said

pytestmark = pytest.mark.django_db

LOG, KEEP = "/audit/journal/", "/audit/journal/filtres/"


def _shown(response) -> list[str]:
    return re.findall(r'href="/audit/journal/([0-9a-f-]{36})/"', response.content.decode())


def _kept(name: str) -> list[dict]:
    return list(KeptFilter.objects.filter(user__email=f"{name}@cellule.example").values_list("filters", flat=True))


@pytest.fixture
def claire() -> Actor:
    user = User.objects.get(email="claire@cellule.example")
    return Actor(str(user.pk), user.role, str(user.organisation_id), uuid.uuid4())


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        (Period.TODAY, "2026-03-01", "2026-03-01"),
        (Period.WEEK, "2026-02-23", "2026-03-01"),
        (Period.MONTH, "2026-01-31", "2026-03-01"),
        (Period.THIS_MONTH, "2026-03-01", "2026-03-01"),
        (Period.LAST_MONTH, "2026-02-01", "2026-02-28"),
    ],
)
def test_period_counts_back_from_today(period, first, last):
    days = period.days(datetime.date(2026, 3, 1))

    assert [day.isoformat() for day in days] == [first, last]


def test_period_narrows_the_list(paule, write):
    written = write().pk

    assert _shown(paule.post(LOG, {"period": "today", "action": "tests.acted"})) == [str(written)]
    assert _shown(paule.post(LOG, {"period": "last_month", "action": "tests.acted"})) == []


@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("period", {"period": "yesterday"}),
        ("period", {"period": "week", "start": "2026-11-01"}),
        ("period", {"period": "week", "end": "2026-11-01"}),
        ("actors", {"actors": "claire"}),
        ("actors", {"actors": " ".join([str(uuid.UUID(int=1))] * 21)}),
        ("actors", {"actors": "1" * 900}),
    ],
)
@pytest.mark.parametrize("address", [LOG, KEEP])
def test_filters_that_cannot_be_read_find_and_keep_nothing(paule, looks, address, field, asked):
    before = len(looks("paule"))

    response = paule.post(address, asked)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert (len(looks("paule")), _kept("paule")) == (before, [])


def test_kept_filter_holds_codes_and_ids_and_nothing_typed(paule, claire):
    asked = {
        "person": "Claire",
        "reference": "7QK2-M9XD",
        "whole_case": "on",
        "action": "cases.case_opened",
        "outcome": "done",
        "period": "week",
    }

    answer = paule.post(KEEP, asked)

    assert (answer.status_code, answer.url) == (302, LOG)
    assert find("Claire") == [claire.id]
    assert _kept("paule") == [{"actors": claire.id, "action": "cases.case_opened", "outcome": "done", "period": "week"}]


def test_kept_filter_is_a_button_with_its_words_that_finds_the_same(paule, claire, write):
    written = write(by=claire).pk
    write()
    paule.post(KEEP, {"person": "Claire", "action": "tests.acted"})

    page = paule.get(LOG)
    (kept,) = page.context["kept"]
    answer = paule.post(LOG, kept.state)

    assert kept.name == "Claire Exemple, Acted in a test"
    assert kept.name in page.content.decode()
    assert _shown(answer) == [str(written)]
    assert [str(value) for _label, value in answer.context["filters"]] == ["Claire Exemple", "Acted in a test"]
    assert answer.context["may_keep"] is False


def test_typed_name_comes_before_the_people_that_were_kept(paule, claire, write):
    written = write(by=claire).pk

    answer = paule.post(LOG, {"person": "claire", "actors": str(uuid.uuid4()), "action": "tests.acted"})

    assert _shown(answer) == [str(written)]


def test_filter_of_somebody_whose_account_is_gone_says_so(paule):
    paule.post(KEEP, {"actors": str(uuid.uuid4())})

    (kept,) = paule.get(LOG).context["kept"]

    assert kept.name == said("Somebody whose account is gone")


def test_same_filters_are_kept_once_and_only_what_was_typed_not_at_all(paule):
    for asked in ({"period": "week"}, {"period": "week"}, {"reference": "7QK2M9XD"}, {"start": "2026-11-01"}, {}):
        assert paule.post(KEEP, asked).status_code == 302

    assert _kept("paule") == [{"period": "week"}]


def test_twenty_filters_fit(paule):
    answers = [paule.post(KEEP, {"actors": str(uuid.uuid4())}).status_code for _ in range(21)]

    assert answers == [302] * 20 + [409]
    assert len(_kept("paule")) == 20


def test_acts_of_auditors_are_kept_by_privacy_officers_alone(paule, rose):
    for browser in (paule, rose):
        browser.post(KEEP, {"period": "week", "of_auditors": "on"})

    assert _kept("paule") == [{"period": "week"}]
    assert _kept("rose") == [{"period": "week", "of_auditors": "True"}]
    assert rose.post(LOG, _kept("rose")[0]).context["form"].wanted.role == "auditor"


def test_filter_is_removed_by_whoever_keeps_it(paule, rose):
    paule.post(KEEP, {"period": "week"})
    address = reverse("review:drop_filter", args=[KeptFilter.objects.get().pk])

    others = rose.post(address).status_code
    own = paule.post(address)
    again = paule.post(address).status_code

    assert (others, own.status_code, own.url, again) == (404, 302, LOG, 404)
    assert KeptFilter.objects.count() == 0


def test_page_takes_the_same_queries_for_one_kept_filter_and_for_ten(paule, queries):
    paule.post(KEEP, {"actors": str(uuid.uuid4())})
    first = queries(lambda: paule.get(LOG))
    for _ in range(9):
        paule.post(KEEP, {"actors": str(uuid.uuid4())})

    assert queries(lambda: paule.get(LOG)) == first
