"""A watch inside each worker: one that waits for messages it can no longer be given reconnects to its broker."""

import logging

from celery import bootsteps
from celery.worker import state

log = logging.getLogger(__name__)

SECONDS = 5.0


class Stalled(ConnectionResetError):
    """The worker holds no job, and yet its broker counts it as busy."""


class Watch(bootsteps.StartStopStep):
    """Looks every few seconds whether the worker could be given a message.

    When a broker dies while jobs are being done, their messages cannot be acknowledged any more. Kombu (5.7) then goes
    on counting them as held, and a worker that may hold two stands still for ever once it lost two.
    """

    requires = ("celery.worker.consumer.tasks:Tasks",)

    def __init__(self, consumer, **kwargs) -> None:
        super().__init__(consumer, **kwargs)
        self.entry = None
        self.was_stalled = False

    def start(self, consumer) -> None:
        # The folder transport works without an event loop; it has no connection that could break either.
        if consumer.hub is not None:
            self.was_stalled = False
            self.entry = consumer.timer.call_repeatedly(SECONDS, self.look, (consumer,))

    def stop(self, consumer) -> None:
        if self.entry is not None:
            self.entry.cancel()
            self.entry = None

    def look(self, consumer) -> None:
        """Raise Stalled, which makes Celery reconnect, when the worker was found stalled twice in a row."""
        stalled = is_stalled(consumer.task_consumer.channel)
        if stalled and self.was_stalled:
            log.warning("The worker lost messages to a broker that went away, and connects anew.")
            raise Stalled
        self.was_stalled = stalled


def is_stalled(channel) -> bool:
    """Tell whether the channel counts messages as held although no job is begun or waiting in this worker."""
    # RabbitMQ counts on its own side, and closes the connection itself.
    may_be_given = getattr(channel.qos, "can_consume", None) if hasattr(channel, "qos") else None
    return may_be_given is not None and not may_be_given() and not state.reserved_requests
