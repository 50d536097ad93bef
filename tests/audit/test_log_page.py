"""The auditors' list: what they find, what they do not see, and that every look is itself an entry."""

import re
import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.test import RequestFactory
from django.utils import timezone
from django.utils.html import escape

from audit.log.actions import Outcome
from audit.log.actor import Actor
from audit.log.models import Entry
from audit.review import views
from cellule.accounts.models import User
from tests.audit.tree import placed
from tests.people import said

LOG = "/audit/journal/"


@pytest.fixture
def claire(db) -> Actor:
    """The caseworker, as the log names her."""
    user = User.objects.get(email="claire@cellule.example")
    return Actor(str(user.pk), user.role, str(user.organisation_id), uuid.uuid4())


def _shown(response) -> list[uuid.UUID]:
    """The keys of the entries that a page links to, in its order."""
    return [uuid.UUID(key) for key in re.findall(r'href="/audit/journal/([0-9a-f-]{36})/"', response.content.decode())]


@pytest.mark.django_db
def test_log_page_shows_the_newest_fifty(paule, write):
    written = [write().pk for _ in range(55)]

    response = paule.get(LOG)

    assert response.status_code == 200
    assert _shown(response) == written[:4:-1]


@pytest.mark.django_db
def test_log_page_goes_on_to_older_entries_without_gap(paule, write, claire):
    written = [write(by=claire).pk for _ in range(120)]
    pages, state = [], {"person": "claire"}

    for _ in range(3):
        response = paule.post(LOG, state)
        pages.append(_shown(response))
        state["before"] = str(pages[-1][-1])

    assert [len(page) for page in pages][:2] == [50, 50]
    assert [key for page in pages for key in page][:120] == written[::-1]


@pytest.mark.django_db
def test_log_page_carries_its_filters_to_older_entries_in_the_form_alone(paule, write, claire):
    for _ in range(51):
        write(by=claire, reference="7QK2M9XD")

    page = paule.post(LOG, {"reference": "7qk2-m9xd"}).content.decode()

    assert '<input type="hidden" name="reference" value="7qk2-m9xd">' in page
    assert [address for address in re.findall(r'(?:href|action)="([^"]*)"', page) if "?" in address] == []


@pytest.mark.django_db
def test_log_page_filters_by_each_question(paule, write, claire, actor):
    mine = write(by=claire).pk
    about = write(reference="7QK2M9XD").pk
    hyphened = write(reference="7QK2-M9XD").pk
    listed = write(shown=["7QK2M9XD", "23456789"]).pk
    refused = write(outcome=Outcome.REFUSED_FORBIDDEN).pk
    failed = write(outcome=Outcome.FAILED).pk
    written = [failed, refused, listed, hyphened, about, mine]

    def found(**asked):
        return [key for key in _shown(paule.post(LOG, asked)) if key in written]

    assert found(person="Claire", action="tests.acted") == [mine]
    assert found(person="EXEMPLE claire@") == [mine]
    assert found(reference="7qk2 m9xd") == [listed, hyphened, about]
    assert found(action="tests.acted") == written
    assert found(action="accounts.signed_in") == []
    assert found(outcome="failed") == [failed]
    assert found(outcome="refused_forbidden") == [refused]
    assert found(reference="7QK2M9XD", outcome="failed") == []
    assert found() == written


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("reference", "read"),
    [
        ("DAPMYPA4", "DAPM-YPA4"),
        ("22222223", "2222-2223"),
        ("7QK2-M9XD", "7QK2-M9XD"),
        ("DAPMYPA", "DAPMYPA"),
        ("DAPMYPA44", "DAPMYPA44"),
        ("daPMYPA4", "daPMYPA4"),
        ("DAPMYPA0", "DAPMYPA0"),
        ("0197fca0-4a5f-7f6f-8b3b-2d8f1f5d9c11", "0197fca0-4a5f-7f6f-…"),
        ("", None),
    ],
    ids=["case", "wrong check", "hyphened", "short", "long", "small letters", "other symbols", "key", "none"],
)
def test_log_page_writes_references_as_people_read_them(paule, write, reference, read):
    write(reference=reference)

    page = paule.get(LOG).content.decode()

    cells = re.findall(r"<tbody.*?</tr>", page, re.DOTALL)[0]
    assert re.findall(r'<span translate="no">([^<]*)</span>', cells) == ([read] if read else [])


@pytest.mark.django_db
def test_log_page_finds_names_without_their_accents(paule, write):
    user = User.objects.get(email="joaquin@cellule.example")
    written = write(by=Actor(str(user.pk), user.role, "", uuid.uuid4())).pk

    assert _shown(paule.post(LOG, {"person": "joaquin INVENTADO", "action": "tests.acted"})) == [written]


@pytest.mark.django_db
def test_log_page_takes_both_days_of_a_period(paule, write):
    written = write().pk
    today = timezone.localdate()

    def found(start, end):
        asked = {"start": start, "end": end, "action": "tests.acted"}
        return _shown(paule.post(LOG, {name: str(value) for name, value in asked.items() if value}))

    assert found(today, today) == [written]
    assert found(today, None) == [written]
    assert found(None, today) == [written]
    assert found(today + timedelta(days=1), None) == []
    assert found(None, today - timedelta(days=1)) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("field", "asked"),
    [
        ("person", {"person": "nobody of that name"}),
        ("start", {"start": "the day before"}),
        ("start", {"start": "0001-01-01"}),
        ("end", {"end": "9999-12-31"}),
        ("end", {"start": "2026-11-22", "end": "2026-11-21"}),
        ("action", {"action": "unknown.act"}),
        ("outcome", {"outcome": "fine"}),
        ("before", {"before": "x"}),
        ("reference", {"reference": "A" * 65}),
        ("reference", {"reference": "A\0"}),
    ],
)
def test_log_page_says_what_is_wrong_and_keeps_what_was_typed(paule, field, asked, looks):
    before = len(looks("paule"))

    response = paule.post(LOG, asked)

    assert response.status_code == 422
    assert list(response.context["form"].errors) == [field]
    assert response.context["form"].data.dict() == asked
    assert response.context["lines"] is None
    assert len(looks("paule")) == before


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("asked", "said_to_do"),
    [
        ({"reference": "99999999"}, 0),
        ({"before": str(uuid.UUID(int=1))}, 1),
        ({"before": str(uuid.UUID(int=1)), "outcome": "done"}, 1),
    ],
    ids=["filtered", "older", "older and filtered"],
)
def test_log_page_that_finds_nothing_says_why(paule, asked, said_to_do):
    whys = [
        "Nothing in the log fits all these filters. Take one away, or make the period longer.",
        "There is nothing older.",
    ]

    response = paule.post(LOG, asked)

    assert _shown(response) == []
    assert [why for why in whys if escape(said(why)) in response.text] == [whys[said_to_do]]


@pytest.mark.django_db
def test_each_look_at_the_log_leaves_exactly_one_entry(paule, write, looks):
    written = write(reference="7QK2M9XD")
    before = Entry.objects.count()

    paule.get(LOG)
    paule.post(LOG, {"reference": "7QK2M9XD"})
    paule.post(LOG, {"before": str(written.pk)})
    paule.get(f"{LOG}{written.pk}/")

    assert [entry.action for entry in looks("paule")] == [
        "log.viewed",
        "log.searched",
        "log.viewed",
        "log.entry_viewed",
    ]
    assert looks("paule")[-1].reference == str(written.pk)
    assert Entry.objects.count() == before + 4


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("asked", [None, {"reference": "7QK2M9XD"}], ids=["newest", "filtered"])
def test_log_page_shows_nothing_while_the_log_cannot_be_written(as_, write, log_closed, asked):
    paule = as_("paule", raise_request_exception=False)
    entry = write(reference="7QK2M9XD")

    with log_closed():
        refused = paule.post(LOG, asked) if asked else paule.get(LOG)
        entry_refused = paule.get(f"{LOG}{entry.pk}/")

    assert (refused.status_code, _shown(refused)) == (500, [])
    assert entry_refused.status_code == 500
    assert "7QK2-M9XD" not in refused.content.decode() + entry_refused.content.decode()
    assert _shown(paule.get(LOG))[0] == entry.pk
    assert "7QK2-M9XD" in paule.get(LOG).content.decode()


@pytest.mark.django_db
def test_acts_of_auditors_are_the_privacy_officers_filter(paule, rose, write, looks):
    paule.get(LOG)
    looked = looks("paule")[-1]
    other = write()

    found = _shown(rose.post(LOG, {"of_auditors": "on"}))

    assert looked.pk in found
    assert other.pk not in found
    assert 'name="of_auditors"' in rose.get(LOG).content.decode()
    assert 'name="of_auditors"' not in paule.get(LOG).content.decode()
    # Sent all the same, it is not a filter of theirs.
    assert other.pk in _shown(paule.post(LOG, {"of_auditors": "on"}))


@pytest.mark.django_db
def test_entry_page_shows_every_clear_column(paule, write, claire):
    subject = uuid.uuid4()
    told = {"subject_type": "cases.case", "reference": "7QK2M9XD", "subject": subject, "purpose": "follow_up"}
    entry = placed(write(by=claire, **told, shown=["23456789"], detail_commitment=b"\xab" * 32))

    page = paule.get(f"{LOG}{entry.pk}/").content.decode()

    shown = [
        "Claire Exemple",
        "cases.case",
        ">7QK2-M9XD<",
        "follow_up",
        ">2345-6789<",
        "tests.acted",
        entry.leaf.hex(),
        "ab" * 32,
        claire.id,
    ]
    shown += [str(value) for value in (subject, entry.session, entry.request, entry.pk)]
    assert [text for text in shown if text not in page] == []
    assert "govuk-warning-text" not in page


@pytest.mark.django_db(transaction=True)
def test_entry_page_warns_of_a_changed_entry(as_, write, owner_connection):
    entry = write(reference="7QK2M9XD")
    placed(entry)
    paule = as_("paule")

    with owner_connection.transaction():
        owner_connection.execute("ALTER TABLE log_entry DISABLE TRIGGER log_entry_insert_only")
        owner_connection.execute("UPDATE log_entry SET reference = '23456789' WHERE id = %s", [entry.pk])

    response = paule.get(f"{LOG}{entry.pk}/")

    assert response.context["intact"] is False
    assert "govuk-warning-text" in response.content.decode()


@pytest.mark.django_db
def test_entry_page_of_a_new_entry_says_that_it_waits(paule, write):
    entry = write()

    response = paule.get(f"{LOG}{entry.pk}/")

    assert (response.context["intact"], response.context["hash"]) == (None, "")
    assert "govuk-warning-text" not in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_entry_page_shows_what_somebody_made_unsayable(as_, write, owner_connection):
    entry = placed(write())
    paule = as_("paule")
    with owner_connection.transaction():
        owner_connection.execute("ALTER TABLE log_entry DISABLE TRIGGER log_entry_insert_only")
        owner_connection.execute("UPDATE log_entry SET shown = '[1]' WHERE id = %s", [entry.pk])

    response = paule.get(f"{LOG}{entry.pk}/")

    assert (response.status_code, response.context["intact"]) == (200, False)


@pytest.mark.django_db
def test_entry_page_of_an_unknown_entry_is_not_found(paule):
    assert paule.get(f"{LOG}{uuid.uuid4()}/").status_code == 404


@pytest.mark.django_db
def test_log_page_names_the_house_visitors_and_forgotten_people(paule, write):
    write(by=Actor.system())
    write(by=Actor.anonymous())
    write(by=Actor(str(uuid.uuid4()), "given_up_role", str(uuid.uuid4()), uuid.uuid4()))

    lines = paule.get(LOG).context["lines"][:3]

    assert [(line.entry.actor_role, str(line.role), line.organisation) for line in lines] == [
        ("given_up_role", "given_up_role", ""),
        ("anonymous", "", ""),
        ("system", "", ""),
    ]
    assert len({str(line.who) for line in lines}) == 3


@pytest.mark.django_db
@pytest.mark.parametrize("kind", [{"action": "tests.acted"}, {}], ids=["filtered", "newest"])
def test_log_page_takes_the_same_queries_for_one_row_and_for_ten(auditor, rf, write, claire, kind, queries):
    write(by=claire)
    first = queries(lambda: _look(rf, auditor, kind))
    for _ in range(9):
        write(by=Actor(claire.id, claire.role, claire.organisation, uuid.uuid4()))

    assert queries(lambda: _look(rf, auditor, kind)) == first


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["supervisor", "caseworker", "intake_worker", "administrator"])
@pytest.mark.parametrize("view", [views.log, views.entry, views.detail])
def test_log_is_closed_to_everybody_else(request, rf, write, name, view):
    person = request.getfixturevalue(name)
    asked = rf.post(LOG) if view is views.detail else rf.get(LOG)
    asked.user, asked.acting = person.user, person
    arguments = {} if view is views.log else {"entry_id": write().pk}
    before = Entry.objects.count()

    with pytest.raises(PermissionDenied):
        view(asked, **arguments)

    assert Entry.objects.count() == before


def _look(rf: RequestFactory, person, asked: dict):
    request = rf.post(LOG, asked) if asked else rf.get(LOG)
    request.user, request.acting = person.user, person
    return views.log(request)
