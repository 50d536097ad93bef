"""A folder as message queue, for a house without a broker: whole messages or none.

Celery's own folder transport shows a message before it is written, which can end a worker, moves it through the
machine's common temporary folder, and loses its way when its files are deleted. This one renames complete files
inside one private folder, which may vanish at any time.
"""

import uuid
from pathlib import Path
from queue import Empty
from time import time_ns

from kombu.transport import virtual
from kombu.utils.json import dumps, loads


class Channel(virtual.Channel):
    """One connection's view of the folder."""

    def _put(self, queue: str, payload: dict, **kwargs) -> None:
        name = f"{time_ns():020d}_{uuid.uuid4()}.{queue}.msg"
        unfinished = self._folder / f".{name}"
        unfinished.write_text(dumps(payload), encoding="utf-8")
        unfinished.rename(self._folder / name)

    def _get(self, queue: str) -> dict:
        for path in self._messages(queue):
            taken = path.with_name(f".{path.name}.taken")
            try:
                # Only one of several workers succeeds in this.
                path.rename(taken)
                text = taken.read_text(encoding="utf-8")
                taken.unlink()
                return loads(text)
            except (FileNotFoundError, ValueError):
                # Another worker's, or not ours at all; the ledger sends again what is still to do.
                continue
        raise Empty

    def _size(self, queue: str) -> int:
        return len(self._messages(queue))

    def _purge(self, queue: str) -> int:
        messages = self._messages(queue)
        for path in messages:
            path.unlink(missing_ok=True)
        return len(messages)

    def _messages(self, queue: str) -> list[Path]:
        return sorted(self._folder.glob(f"[!.]*.{queue}.msg"))

    @property
    def _folder(self) -> Path:
        folder = Path(self.connection.client.transport_options["folder"])
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return folder


class Transport(virtual.Transport):
    """Named in `broker_transport`."""

    Channel = Channel
    default_port = 0
    driver_type = "folder"
    driver_name = "folder"

    def __init__(self, client, **kwargs) -> None:
        super().__init__(client, **kwargs)
        # Bindings live in each process; messages name their queue.
        self.state = virtual.BrokerState()

    def driver_version(self) -> str:
        return "1"
