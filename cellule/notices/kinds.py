"""What a notice can tell: each room declares its kinds beside the act that sends them."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise


class UnusableKind(ValueError):
    """This kind of notice is declared twice."""


@dataclass(frozen=True)
class NoticeKind:
    """One kind of notice: `code` is stored, `text` is what the signed-in recipient reads. Declaring registers it.

    `opens`: the name of the page about what the notice's reference names, or empty.
    """

    code: str
    text: Promise
    opens: str = ""

    def __post_init__(self) -> None:
        if _KINDS.setdefault(self.code, self) is not self:
            raise UnusableKind(self.code)


_KINDS: dict[str, NoticeKind] = {}


def address_of(code: str, reference: str) -> str:
    """Give the address of what a stored notice is about; empty when it leads nowhere."""
    return reverse(_KINDS[code].opens, args=[reference]) if reference and code in _KINDS and _KINDS[code].opens else ""


def text_of(code: str) -> Promise | str:
    """Give the sentence for a stored code; the code itself when no room declares it any more."""
    return _KINDS[code].text if code in _KINDS else code
