"""Asks for numbered work: `python -m tests.jobs.effects.ask 300`; every tenth request is taken back as well."""

import sys

import django
from django.db import transaction

if __name__ == "__main__":
    django.setup()
    from cellule.jobs.ledger import enqueue

    for number in range(int(sys.argv[1])):
        with transaction.atomic():
            enqueue("effects.count", number, key=f"effect {number}")
        if number % 10 == 0:
            with transaction.atomic():
                enqueue("effects.count", -number - 1)
                transaction.set_rollback(True)
