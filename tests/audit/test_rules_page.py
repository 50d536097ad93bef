"""The page of the rules: what each means, how often it hits, and how often people found it right."""

import json
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils.html import escape

from audit.review.evaluating import keep
from audit.review.models import Feedback, Item, Signal
from audit.review.rule_list import lines
from audit.review.rules.rule import Hit, all_rules, rule_called
from cellule.settings import env_thresholds
from tests.audit.planted import Known, at, opened, person
from tests.people import said

RULES = "/audit/revue/regles/"


@pytest.fixture
def hit(db):
    """A signal of a rule and the item it became."""

    def made(number: int, code: str = "no_relationship") -> Item:
        keep(rule_called(code), Hit.of(f"key {number}", [opened(person(), at(10, number), Known())]))
        return Item.objects.get(key=str(Signal.objects.get(key=f"key {number}").pk))

    return made


def line(code: str):
    return next(line for line in lines() if line.rule.code == code)


@pytest.mark.django_db(transaction=True)
def test_page_shows_every_rule_with_its_paragraph_and_is_recorded(paule, looks):
    page = paule.get(RULES).content.decode()

    assert [rule.code for rule in all_rules() if escape(said(str(rule.means))) not in page] == []
    assert [entry.action for entry in looks("paule")] == ["log.rules_viewed"]


@pytest.mark.django_db
def test_hits_are_counted_for_each_rule(hit):
    for number in range(3):
        hit(number)
    hit(7, "holiday")

    assert [(line(code).month, line(code).quarter) for code in ("no_relationship", "holiday", "volume")] == [
        (3, 3),
        (1, 1),
        (0, 0),
    ]


@pytest.mark.django_db
def test_verdicts_of_people_make_the_precision(hit, auditor):
    for number in range(3):
        hit(number).justify(by=auditor)
    hit(4).propose_incident(by=auditor)
    hit(5).not_justify(by=auditor)

    found = line("no_relationship")

    assert (found.judged, found.right, found.precision) == (4, 1, 25)
    assert line("volume").precision is None


@pytest.mark.django_db
def test_verdict_is_kept_with_the_rule(hit, auditor):
    item = hit(1)

    item.justify(by=auditor)

    feedback = Feedback.objects.get()
    assert (feedback.rule, feedback.verdict, feedback.by) == ("no_relationship", "justified", auditor.user.pk)
    assert str(feedback.signal_id) == item.key


@pytest.mark.django_db
def test_list_costs_the_same_for_one_hit_and_for_ten(hit, queries):
    hit(0)
    few = queries(lines)
    for number in range(1, 10):
        hit(number)

    assert queries(lines) == few == 3


@pytest.fixture
def defaults(tmp_path) -> Path:
    made = tmp_path / "thresholds.json"
    made.write_text(json.dumps({"volume": {"cases": 20, "days": 28}, "holiday": {"openings": 1}}))
    return made


def test_thresholds_change_by_the_environment(monkeypatch, defaults):
    monkeypatch.setenv("LIMITS", json.dumps({"volume": {"cases": 40}}))

    assert env_thresholds("LIMITS", defaults) == {
        "volume": {"cases": 40, "days": 28},
        "holiday": {"openings": 1},
    }


@pytest.mark.parametrize(
    "text",
    ["{", "[]", '"volume"', '{"volume": 3}', '{"gone": {"cases": 1}}', '{"volume": {"gone": 1}}']
    + [json.dumps({"volume": {"cases": value}}) for value in (-1, 1.5, "1", None, True)],
)
def test_thresholds_that_cannot_be_meant_are_refused(monkeypatch, defaults, text):
    monkeypatch.setenv("LIMITS", text)

    with pytest.raises(ImproperlyConfigured, match="LIMITS"):
        env_thresholds("LIMITS", defaults)
