"""Run by a test in a process of its own: sequencers that die by kill -9, each one step later than the one before.

A step is a statement, a commit begun or a commit done. Says how many steps the first survivor took.
"""

import os
import signal
import sys

import django

django.setup()

from django.db import connection

from audit.log.sequencer import Sequencer


class Steps:
    """Counts, and dies at a number."""

    def __init__(self, last: int) -> None:
        self.taken, self.last = 0, last

    def take(self) -> None:
        self.taken += 1
        if self.taken == self.last:
            os.kill(os.getpid(), signal.SIGKILL)

    def around_statement(self, execute, *arguments):
        self.take()
        return execute(*arguments)

    def around_commit(self, commit):
        def committed():
            self.take()
            commit()
            self.take()

        return committed


def work(last: int) -> None:
    steps = Steps(last)
    connection.ensure_connection()
    connection._commit = steps.around_commit(connection._commit)
    with connection.execute_wrapper(steps.around_statement):
        Sequencer().work()


def main() -> None:
    for last in range(1, 100):
        child = os.fork()
        if not child:
            work(last)
            os._exit(0)
        _pid, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            continue
        print(last - 1)
        sys.exit(status)


main()
