"""How a step answers a person, without keeping what it did."""

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404

from audit.log.models import Entry
from cellule.steps import By, Step, Stepped, TooLate
from tests.factories import take


class Undone(Exception):
    """A step was taken, and is not to be kept."""


def answer(record: Stepped, step: Step, by: By, **told: object) -> str:
    """Take a step as far as the commit: `done`, 404, 403 or 409; fails when its page would have offered otherwise."""
    kind = type(record)
    seen = kind.objects.visible_to(by.user).filter(pk=record.pk).first()
    offers = seen.offers(by.user) if seen else []
    possible = step in [offer.step for offer in offers if not offer.missing]
    about = Entry.objects.of_action(step.action.code).filter(reference=record._told_by(by)["reference"])
    try:
        with transaction.atomic():
            known = about.count()
            take(kind.objects.get(pk=record.pk), step.name, by, **told)
            with connection.cursor() as cursor:
                # What the database asks at the commit.
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            assert about.count() == known + 1, f"{step.name} is not told once in the log"
            raise Undone
    except Undone:
        answered = "done"
    except Http404:
        answered = "404"
    except PermissionDenied:
        answered = "403"
    except TooLate:
        answered = "409"
    assert possible == (answered == "done"), f"{step.name} is offered to {by.user} otherwise than it is taken"
    return answered
