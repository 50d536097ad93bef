"""Asking the rules: everything once, whatever is killed, late, or told by a clock that went back."""

import pytest
from django.db import ProgrammingError, transaction

from audit.log.actions import Relation
from audit.log.models import Entry
from audit.review import tasks
from audit.review.evaluating import OVERLAP, evaluate, is_due
from audit.review.models import Evaluation, Item, Queue, Signal
from audit.review.rules.rule import Hit, Rule, all_rules, rule_called
from cases import actions as cases
from cellule.accounts.roles import AUDITOR
from cellule.jobs import work
from cellule.jobs.models import Job
from tests.audit.planted import DAY, Known, at, checkpoint, ids, opened, person, plant

pytestmark = pytest.mark.django_db


def step_for_oneself(moment) -> Entry:
    """What the rule `own_right` hits at once."""
    who, case = person("supervisor"), Known()
    return plant(cases.CASE_ASSIGNED, who, moment, case, relation=Relation.SUPERVISOR, shown=[who.id])


def own_rights() -> list[list[str]]:
    return list(Signal.objects.filter(rule="own_right").order_by("at").values_list("entries", flat=True))


def test_hit_comes_before_the_auditors_once():
    step = step_for_oneself(at(10))

    new = [evaluate(rule_called("own_right"), at(11)) for _ in range(2)]

    signal = Signal.objects.get(rule="own_right")
    item = Item.objects.get(source=Queue.SIGNAL, key=str(signal.pk))
    assert new == [1, 0]
    assert (item.rule, item.actor_id, item.entries, item.at) == ("own_right", step.actor_id, ids(step), step.at)


def test_every_rule_finds_nothing_new_the_second_time():
    step_for_oneself(at(10))
    for hour in range(24):
        opened(person(), at(hour), Known())
    now = at(0, days=5)
    for rule in all_rules():
        evaluate(rule, now)
    found = set(Signal.objects.values_list("pk", flat=True))

    Evaluation.objects.all().delete()
    again = [evaluate(rule, now) for rule in all_rules()]

    assert set(again) == {0}
    assert set(Signal.objects.values_list("pk", flat=True)) == found != set()


def test_entry_that_became_visible_late_is_found():
    step_for_oneself(at(10))
    evaluate(rule_called("own_right"), at(12))

    late = step_for_oneself(at(12) - OVERLAP / 2)
    evaluate(rule_called("own_right"), at(12, 15))

    assert own_rights()[1:] == [ids(late)]


def test_pause_of_days_loses_nothing():
    steps = [step_for_oneself(at(10, days=day)) for day in (0, 2, 9, 20)]

    evaluate(rule_called("own_right"), at(12, days=21))

    assert own_rights() == [ids(step) for step in steps]


def test_killed_in_between_keeps_neither_mark_nor_signal_and_begins_again():
    step_for_oneself(at(10))
    whole, left = rule_called("own_right"), [True]

    def dying(span, limits):
        yield from whole.find(span, limits)
        if left.pop() if left else False:
            raise KeyboardInterrupt

    rule = Rule("own_right", whole.name, whole.means, AUDITOR, whole.limits, find=dying)
    with pytest.raises(KeyboardInterrupt):
        evaluate(rule, at(11))
    after_kill = (Signal.objects.count(), Item.objects.count(), Evaluation.objects.count())

    assert after_kill == (0, 0, 0)
    assert evaluate(rule, at(11)) == 1


def test_day_is_judged_when_it_is_over():
    rule = rule_called("no_relationship")
    opened(person(), at(10), Known())

    found = [evaluate(rule, now) for now in (at(23), at(23, days=1), at(0, 30, days=2))]

    assert found == [0, 0, 1]


def test_rule_of_days_is_asked_only_when_a_day_is_over():
    rule = rule_called("holiday")
    opened(person(), at(10), Known())
    evaluate(rule, at(12, days=1))

    assert [is_due(rule, now) for now in (at(13, days=1), at(0, 5, days=2), at(0, 15, days=2))] == [False, False, True]


def test_alarm_is_nothing_to_ask_for():
    assert [is_due(rule, DAY) for rule in all_rules() if rule.find is None] == [False] * 3


def test_what_is_written_while_the_clock_is_wrong_is_found():
    rule = rule_called("own_right")
    checkpoint(1, at(11, 59))
    step_for_oneself(at(9))
    evaluate(rule, at(12))

    checkpoint(2, at(10, 0))
    step = step_for_oneself(at(10, 1))
    evaluate(rule, at(12, 15))

    assert own_rights()[1:] == [ids(step)]


def test_what_an_auditor_did_goes_to_the_auditors_own_queue():
    opened(person("auditor"), at(10), Known())
    evaluate(rule_called("no_relationship"), at(0, days=5))

    assert Item.objects.get(rule="no_relationship").queue == Queue.OF_AUDITORS


def test_worker_asks_every_rule_by_a_job_of_its_own():
    with transaction.atomic():
        tasks.ask_rules(Job())
    jobs = {job.subject[0]: job for job in Job.objects.filter(kind="review.ask_rule")}
    work.run(jobs["own_right"].pk)

    assert set(jobs) == {rule.code for rule in all_rules() if rule.find}
    assert Job.objects.get(pk=jobs["own_right"].pk).done_at is not None
    assert list(Evaluation.objects.values_list("rule", flat=True)) == ["own_right"]


def test_rule_that_a_release_took_away_is_asked_no_more():
    tasks.ask_rule(Job(), "gone_rule")

    assert not Evaluation.objects.filter(rule="gone_rule").exists()


def test_signal_is_only_ever_added():
    evaluate(
        Rule("own_right", "", "", AUDITOR, find=lambda span, limits: [Hit("a key", at(9))]),
        at(10),
    )

    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Signal.objects.update(key="another key")


def test_every_rule_has_its_thresholds_and_every_threshold_its_rule(settings):
    declared = {rule.code: set(rule.limits) for rule in all_rules() if rule.limits}

    assert declared == {code: set(limits) for code, limits in settings.REVIEW_THRESHOLDS.items()}
