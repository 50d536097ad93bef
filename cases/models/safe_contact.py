"""How a person may be reached without danger (`domain.md` 4.2): rules for everybody, number and code word apart."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from cellule.vault.fields import SealedDocument, SealedModel
from cellule.vault.models.owner import Compartment


@dataclass(frozen=True)
class ContactRules:
    """What to know before calling. Answers may be one of three kinds of unknown (as JSON).

    `channels`: codes of `ContactChannel`; `none_possible`: no way is safe; `window`: a Window's JSON, None when it was
    not asked; `voicemail`: a code of `Voicemail`; `who_answers`, `cover`: in words; `watched`: whether somebody else looks
    at phone or mail (yes, no); `confirmed_at`: ISO 8601.
    """

    channels: tuple[str, ...] = ()
    none_possible: bool = False
    window: dict[str, Any] | None = None
    voicemail: Any = ""
    who_answers: Any = ""
    cover: Any = ""
    watched: Any = ""
    confirmed_at: str = ""


@dataclass(frozen=True)
class ContactDetails:
    """What reaches the person. Each may be one of three kinds of unknown (as JSON), or empty when it was not asked.

    `phone`: in E.164; `address`: e-mail, or a place in words; `code_word`: by which both know who is calling.
    """

    phone: Any = ""
    address: Any = ""
    code_word: Any = ""


class SafeContact(SealedModel):
    """One per case. In clear: that it is written down, and whether a number, an address or a code word lies apart."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField("cases.Case", on_delete=models.PROTECT, related_name="safe_contact")
    recorded_week = models.DateField(_("recorded in the week of"))
    version = models.PositiveIntegerField(_("version"), default=1)
    story = SealedDocument(
        "cases.safe_contact.story", document=ContactRules, compartment=Compartment.STORY, owner="case_id"
    )
    contact = SealedDocument(
        "cases.safe_contact.contact",
        document=ContactDetails,
        compartment=Compartment.CONTACT,
        owner="case_id",
        null=True,
    )

    class Meta:
        verbose_name = _("safe contact")
        verbose_name_plural = _("safe contacts")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                condition=models.Q(recorded_week__iso_week_day=1), name="safe_contact_recorded_week_is_monday"
            ),
        ]

    def __str__(self) -> str:
        return "safe contact"
