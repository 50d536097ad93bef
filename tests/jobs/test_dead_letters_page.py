"""The administrator's page about work that was given up."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.html import escape
from django.utils.timesince import timesince
from django.utils.translation import gettext, ngettext

from audit.log.models import Entry
from cellule.jobs.dead_letters import RETRIED
from cellule.jobs.models import Job
from tests.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator() -> Client:
    return signed_in("luc")


@pytest.fixture(autouse=True)
def _language():
    """Compare with the words of the default language, whatever the catalogue says."""
    with translation.override("fr"):
        yield


@pytest.mark.parametrize("name", ["mireille", "claire", "ana", "paule", "rose"])
def test_nobody_else_sees_or_retries_what_was_given_up(name: str, ask, set_row):
    set_row(ask("tests.write"), dead_at=-timedelta(hours=1))
    client = signed_in(name)

    answers = (client.get(reverse("jobs:dead")), client.post(reverse("jobs:retry"), {"kind": "tests.write"}))

    assert ([answer.status_code for answer in answers], Job.objects.dead().count()) == ([403, 403], 1)


def test_looking_changes_nothing(administrator):
    assert administrator.get(reverse("jobs:retry")).status_code == 405


def test_kind_number_and_age_are_shown_and_no_subject(administrator, ask, set_row):
    for hours in (3, 5):
        set_row(ask("tests.write", "subjectmarker"), dead_at=-timedelta(hours=hours), error="errormarker")

    page = administrator.get(reverse("jobs:dead")).content.decode()

    words = (
        "tests.write",
        ">2<",
        escape(timesince(timezone.now() - timedelta(hours=5))),
        "subjectmarker",
        "errormarker",
    )
    assert [word in page for word in words] == [True, True, True, False, False]


def test_an_empty_page_says_so(administrator):
    assert escape(gettext("Nothing was given up")) in administrator.get(reverse("jobs:dead")).content.decode()


def test_a_kind_is_tried_again_and_told_and_logged(administrator, ask, set_row):
    set_row(ask("tests.write"), dead_at=-timedelta(hours=1))
    set_row(ask("tests.fail"), dead_at=-timedelta(hours=1))

    page = administrator.post(reverse("jobs:retry"), {"kind": "tests.write"}, follow=True)

    entry = Entry.objects.get(action=RETRIED.code)
    told = ngettext("%(count)s job will be tried again.", "%(count)s jobs will be tried again.", 1) % {"count": 1}
    assert (escape(told) in page.content.decode(), page.redirect_chain) == (
        True,
        [(reverse("jobs:dead"), 302)],
    )
    assert (entry.actor_role, list(Job.objects.dead().values_list("kind", flat=True))) == (
        "administrator",
        ["tests.fail"],
    )


def test_a_second_press_says_that_nothing_waits(administrator):
    page = administrator.post(reverse("jobs:retry"), {"kind": "tests.write"}, follow=True)

    assert escape(gettext("Nothing of this kind is waiting any more.")) in page.content.decode()
