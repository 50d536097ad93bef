"""A witness on the web (C2SP tlog-witness): it signs a checkpoint once it has seen that it leads on from its last."""

import base64
import http.client
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from http import HTTPStatus

from audit.log import tree
from audit.log.models import Checkpoint, Receipt
from audit.log.note import NotSigned, VerifierKey, open_note, text_of
from audit.log.witnesses.witness import AnotherLog, Away, Copy, Emptied

_SECONDS = 10


class Web:
    """Another machine that keeps only the newest checkpoint, and gives its signature for it."""

    every = 15.0
    newest_only = False

    def __init__(self, name: str, address: str, key: VerifierKey) -> None:
        self.name, self.address, self.key = name, address.rstrip("/"), key

    def keep(self, checkpoints: Sequence[Checkpoint], after: Receipt | None = None) -> str:
        # It needs every change of keys to know who signs, and of the others only the newest.
        changes = [each for each in checkpoints[:-1] if each.statement.next_key]
        size, words = after.size if after else 0, ""
        for each in [*changes, checkpoints[-1]]:
            words, size = self._hand_over(each, size), each.size
        return words

    def copies(self) -> Iterator[Copy]:
        return iter(())

    def _hand_over(self, newest: Checkpoint, known: int) -> str:
        """Hand one checkpoint over to a witness that is known to have signed a tree of the size `known`."""
        answer, status = self._add(newest, known if known <= newest.size else 0)
        if status == HTTPStatus.CONFLICT:
            # It says itself where it stands; a size that we do not know is another log's.
            try:
                size = int(answer)
            except ValueError:
                raise Away from None
            if size < 0:
                raise Away
            if size < known:
                raise Emptied
            if size > newest.size:
                raise AnotherLog
            answer, status = self._add(newest, size)
        if status in {HTTPStatus.CONFLICT, HTTPStatus.UNPROCESSABLE_ENTITY}:
            raise AnotherLog
        if status == HTTPStatus.FORBIDDEN and known:
            # It does not know the key that signs: it has forgotten the change of keys that it took.
            raise Emptied
        if status != HTTPStatus.OK:
            raise Away
        if not vouches(self.key, newest, answer):
            raise Away
        return answer

    def _add(self, newest: Checkpoint, old: int) -> tuple[str, int]:
        proof = "".join(base64.b64encode(each).decode() + "\n" for each in tree.consistency(old, newest.size))
        body = f"old {old}\n{proof}\n{newest.note}".encode()
        request = urllib.request.Request(f"{self.address}/add-checkpoint", data=body, method="POST")
        try:
            with urllib.request.urlopen(request, timeout=_SECONDS) as answer:
                return answer.read(10_000).decode(), answer.status
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.read(10_000).decode(errors="replace"), refused.code
        except (OSError, ValueError, http.client.HTTPException) as error:
            raise Away from error


def vouches(key: VerifierKey, checkpoint: Checkpoint, words: str) -> bool:
    """Whether these signature lines are a witness's word for this very checkpoint, and for no longer text."""
    try:
        return open_note(checkpoint.note + words, key) == text_of(checkpoint.note)
    except NotSigned:
        return False
