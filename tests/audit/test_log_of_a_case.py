"""Everything about one case in the log, on whichever side it was done, found by any reference of it."""

import uuid

import pytest

from audit.log.models import Entry
from tests.people import said

LOG = "/audit/journal/"
CASE, REFERRAL, OTHER = "7QK2M9XD", "DAPMYPA4", "22222223"


@pytest.fixture
def story(db, write) -> list[Entry]:
    """A case and its referral under one log reference; lists and a refusal that name either; then another case."""
    subject = uuid.uuid4()
    mine = [
        write(reference=CASE, subject_type="cases.case", subject=subject),
        write(reference=REFERRAL, subject_type="referrals.referral", subject=subject),
        write(shown=[CASE, OTHER]),
        write(shown=[REFERRAL]),
        write(reference=REFERRAL),
    ]
    write(reference=OTHER, subject_type="cases.case", subject=uuid.uuid4())
    write(shown=[OTHER])
    return mine


def _found(paule, **asked: str) -> list[uuid.UUID]:
    return [line.entry.pk for line in paule.post(LOG, asked).context["lines"]][::-1]


@pytest.mark.parametrize("reference", [CASE, "7qk2-m9xd", REFERRAL])
def test_every_reference_leads_to_the_whole_case(paule, story, reference):
    assert _found(paule, reference=reference, whole_case="on") == [entry.pk for entry in story]


def test_reference_alone_finds_one_record(paule, story):
    own, sent, both, listed, refused = (entry.pk for entry in story)

    assert _found(paule, reference=CASE) == [own, both]
    assert _found(paule, reference=REFERRAL) == [sent, listed, refused]


def test_reference_that_nobody_knows_leads_to_no_case(paule, story):
    assert _found(paule, reference="2345-6789", whole_case="on") == []


def test_whole_case_goes_with_the_other_filters_and_to_older_entries(paule, story):
    page = paule.post(LOG, {"reference": REFERRAL, "whole_case": "on", "outcome": "done"})

    assert len(page.context["lines"]) == len(story)
    assert page.context["state"] == {"reference": REFERRAL, "whole_case": "True", "outcome": "done"}
    assert _found(paule, **page.context["state"], before=str(story[2].pk)) == [entry.pk for entry in story[:2]]
    assert _found(paule, reference=REFERRAL, whole_case="on", outcome="failed") == []


def test_whole_case_without_a_reference_is_asked_again(paule, story):
    answer = paule.post(LOG, {"whole_case": "on"})

    assert answer.status_code == 422
    assert answer.context["form"].errors["reference"] == [
        said("Give the reference of the case, or of one of its referrals.")
    ]


def test_list_and_entry_say_what_kind_of_record_it_was(paule, story, write):
    unknown = write(reference=CASE, subject_type="letters.gone")

    lines = {line.entry.pk: line.kind for line in paule.get(LOG).context["lines"]}

    assert [lines[entry.pk] for entry in (*story[:3], unknown)] == [
        said("case"),
        said("referral"),
        "",
        "letters.gone",
    ]
    assert said("referral") in paule.get(f"{LOG}{story[1].pk}/").text
