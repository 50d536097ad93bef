"""The overview of the reviews and the table of hours: the numbers are those of the log, and looking is recorded."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.log.models import Entry
from audit.review import coverage
from audit.review.alarms import SILENT, alarm
from audit.review.coverage import MONTHS, Part
from audit.review.hours import Days, table
from audit.review.models import Draw, Queue
from audit.review.months import bounds, month_before, months_back, this_month
from audit.review.queues import put
from cellule.accounts.models import User
from cellule.vault import parking
from tests.audit.reviewed import explained, looked
from tests.audit.written_then import planted
from tests.people import said

pytestmark = pytest.mark.django_db

OVERVIEW, HOURS = "/audit/revue/", "/audit/revue/heures/"


@pytest.fixture
def month():
    return month_before(this_month())


@pytest.fixture
def at(month):
    """Moments of the month that is over: by the day of its first whole week (Monday is 0) and the hour in Montréal."""
    start, _end = bounds(month)
    monday = timezone.localtime(start) + timedelta(days=-month.weekday() % 7)

    def moment(day: int, hour: int):
        return timezone.make_aware((monday + timedelta(days=day)).replace(tzinfo=None, hour=hour, minute=59))

    return moment


def put_up(entry: Entry, queue: Queue = Queue.SAMPLE):
    return put(queue, str(entry.pk), entries=[entry.pk], actor=entry.actor_id, at=entry.at)


def of(month) -> coverage.Month:
    return next(each for each in coverage.months() if each.month == month)


def test_access_counts_as_reviewed_when_it_was_judged(at, month, caseworker, auditor):
    first, second, note, other = (
        planted(at(0, hour), caseworker.actor.id, action)
        for hour, action in enumerate(["cases.case_opened", "cases.searched", "cases.note_added", "cases.file_viewed"])
    )
    for each in (first, note):
        put_up(each).justify(by=auditor)
    put_up(first, Queue.SIGNAL).justify(by=auditor)
    put_up(second)
    put_up(other, Queue.GLASS)

    told = of(month)

    # A note that was written is no access, whoever has judged it, and one that was judged twice is one.
    assert told.accesses == Part(1, 3)
    assert (told.sample, told.signals, told.glass) == (Part(2, 3), Part(1, 1), Part(0, 1))
    assert (told.accesses.percent, told.sample.percent, Part(0, 0).percent) == (33, 66, None)


def test_month_that_was_drawn_keeps_its_number(at, month, caseworker):
    planted(at(0, 1), caseworker.actor.id)
    counted = of(month).accesses.all
    told = {"seed": "ab" * 32, "checkpoint": 1, "size": 9, "witnessed": True, "share": 1, "people": 1, "drawn": 1}
    Draw.objects.create(month=month, at=timezone.now(), accesses=7, **told)

    assert (counted, of(month).accesses) == (1, Part(0, 7))


def test_last_months_stand_newest_first():
    assert [each.month for each in coverage.months()] == months_back(MONTHS)
    assert len(set(months_back(MONTHS))) == MONTHS


def test_oldest_open_access_tells_its_age(caseworker, auditor, time_machine):
    looked(caseworker)
    looked(caseworker, queue=Queue.SAMPLE).justify(by=auditor)
    time_machine.move_to(timezone.now() + timedelta(days=3, hours=1), tick=False)
    looked(caseworker)

    waiting = {each.queue: (each.number, each.oldest) for each in coverage.waiting(auditor.user)}

    assert waiting == {Queue.SIGNAL: (2, 3), Queue.SAMPLE: (0, None), Queue.GLASS: (0, None)}


def test_acts_of_auditors_wait_for_privacy_officers_alone(auditor, privacy_officer):
    looked(auditor)

    told = {
        name: [each.number for each in coverage.waiting(acting.user) if each.queue == Queue.OF_AUDITORS]
        for name, acting in (("paule", auditor), ("rose", privacy_officer))
    }

    assert told == {"paule": [], "rose": [1]}


def test_overview_page_shows_the_numbers_and_is_recorded(paule, caseworker, at):
    put_up(planted(at(0, 9), caseworker.actor.id))

    page = paule.get(OVERVIEW)

    assert page.status_code == 200
    told = {"done": "0", "all": "1", "percent": "0"}
    assert said("%(done)s of %(all)s (%(percent)s%%)") % told in page.content.decode()
    assert reverse("review:proof") in page.content.decode()
    assert Entry.objects.of_action("review.dashboard_viewed").count() == 1


def test_overview_takes_the_same_queries_for_one_access_and_for_ten(paule, caseworker, at, queries):
    put_up(planted(at(0, 9), caseworker.actor.id))
    first = queries(lambda: paule.get(OVERVIEW))
    for hour in range(10, 19):
        put_up(planted(at(0, hour), caseworker.actor.id))

    assert queries(lambda: paule.get(OVERVIEW)) == first


@pytest.mark.parametrize(("days", "counted"), [(Days.ALL, 4), (Days.WEEKDAYS, 3), (Days.WEEKEND, 1)])
def test_hours_are_those_of_montreal_on_the_days_asked_for(at, month, caseworker, days, counted):
    for day, hour in ((0, 23), (1, 0), (4, 23), (5, 0)):
        planted(at(day, hour), caseworker.actor.id)

    (row,) = table(month, days)

    by_hour = {hour: cell.number for hour, cell in enumerate(row.cells) if cell.number}
    expected = {Days.ALL: {23: 2, 0: 2}, Days.WEEKDAYS: {23: 2, 0: 1}, Days.WEEKEND: {0: 1}}
    assert (row.name, row.total, by_hour) == ("Claire Exemple", counted, expected[days])
    assert len(row.cells) == 24


def test_shade_follows_the_number_and_the_busiest_person_comes_first(at, month, caseworker, other_caseworker):
    for number, person, hour in ((8, caseworker, 9), (1, caseworker, 10), (4, other_caseworker, 9)):
        for _ in range(number):
            planted(at(2, hour), person.actor.id)
    planted(at(2, 9), "system", actor_role="system")
    planted(bounds(month)[1], caseworker.actor.id)

    rows = table(month, Days.ALL)

    assert [(row.total, row.cells[9].shade, row.cells[10].shade, row.cells[11].shade) for row in rows] == [
        (9, 4, 1, 0),
        (4, 2, 0, 0),
    ]


def test_hours_page_shows_the_table_and_is_recorded(paule, at, month, caseworker):
    planted(at(2, 9), caseworker.actor.id)

    page = paule.get(HOURS, {"mois": f"{month:%Y-%m}", "jours": "semaine"})
    empty = paule.get(HOURS, {"mois": f"{month_before(month):%Y-%m}"})

    assert "<bdi>Claire Exemple</bdi>" in page.content.decode()
    assert page.content.decode().count('<th scope="col"') == 26
    assert "<table" not in empty.content.decode()
    entries = Entry.objects.of_action("log.hours_viewed").order_by("id")
    assert [entry.purpose for entry in entries] == [f"{month:%Y-%m}", f"{month_before(month):%Y-%m}"]


@pytest.mark.parametrize(
    "asked", [{"mois": "2026-13"}, {"mois": "1999-01"}, {"mois": ""}, {"mois": "2150-01"}, {"jours": "lundi"}]
)
def test_hours_of_what_is_no_month_are_not_found(paule, asked):
    assert paule.get(HOURS, asked).status_code == 404
    assert Entry.objects.of_action("log.hours_viewed").count() == 0


def test_hours_take_the_same_queries_for_one_person_and_for_ten(paule, at, month, queries):
    people = [str(pk) for pk in User.objects.values_list("pk", flat=True)[:10]]
    planted(at(2, 9), people[0])
    first = queries(lambda: paule.get(HOURS, {"mois": f"{month:%Y-%m}"}))
    for person in people[1:]:
        planted(at(2, 9), person)

    assert queries(lambda: paule.get(HOURS, {"mois": f"{month:%Y-%m}"})) == first


# --- Its place in the house -------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["dashboard", "hours", "rules", "findings", "signal_queue", "incidents", "holds"])
def test_menu_and_tabs_mark_where_one_is(rose, name):
    context = rose.get(reverse(f"review:{name}")).context

    marked = [[each["url"] for each in context["navigation"] if each["current"]]]
    marked += [[address for _label, address, is_current, _count in context["tabs"] if is_current]]
    assert marked == [[OVERVIEW], [reverse(f"review:{name}")]]


def test_overview_stands_first_and_only_privacy_officers_keep_longer(paule, rose):
    tabs = {name: [each[1] for each in who.get(OVERVIEW).context["tabs"]] for name, who in (("p", paule), ("r", rose))}

    holds = reverse("review:holds")
    assert (tabs["p"][0], tabs["r"][0]) == (OVERVIEW, OVERVIEW)
    assert (holds in tabs["p"], holds in tabs["r"]) == (False, True)


def test_overview_tells_what_is_new_until_it_was_read(paule, auditor, caseworker):
    item = explained(looked(caseworker), auditor, caseworker)
    alarm(SILENT)

    before = paule.get(OVERVIEW)
    assert [notice.kind for notice in before.context["notices"]] == ["review.answered", "review.witness_silent"]
    assert f'href="{reverse("review:item", args=[item.code])}"' in before.text

    assert paule.post(reverse("cases:notices_read"), follow=True).redirect_chain[-1][0] == OVERVIEW
    assert list(paule.get(OVERVIEW).context["notices"]) == []


def test_state_of_the_log_answers_its_own_alarms(paule, auditor, caseworker):
    explained(looked(caseworker), auditor, caseworker)
    alarm(SILENT)

    paule.get(reverse("review:proof"))

    assert [notice.kind for notice in paule.get(OVERVIEW).context["notices"]] == ["review.answered"]


def test_queues_on_the_overview_lead_to_their_pages(rose, auditor):
    looked(auditor)

    waiting = rose.get(OVERVIEW).context["waiting"]

    assert [address for _each, address in waiting] == [
        reverse(f"review:{name}") for name in ("signal_queue", "sample_queue", "glass_queue", "of_auditors")
    ]


def test_text_that_was_being_written_is_found_again_on_the_overview(paule, auditor, caseworker):
    assert paule.get(OVERVIEW).context["kept"] == 0
    address = reverse("review:item_step", args=[looked(caseworker).code, "justifie"])

    parking.park(auditor.user.pk, address, [("text", "Vu.")])

    page = paule.get(OVERVIEW)
    assert (page.context["kept"], f'href="{reverse("accounts:kept")}"' in page.text) == (1, True)
