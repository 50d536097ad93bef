"""The form of safe contact: ways and hours, what to mind, and what lies apart from all of it."""

from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.forms.boundfield import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.forms.story import TEXT_LENGTH, Questioned
from cases.models import ContactDetails, ContactRules
from cases.models.codes import ContactChannel, FlagAnswer, Voicemail
from cases.models.moments import now
from cellule.forms import PhoneField, UnknownOr, Versioned, Window, WindowField
from cellule.forms.unknown import from_json, to_json

# One box among the ways, which excludes the others.
NO_WAY = "none_possible"
KEEP, REPLACE = "keep", "replace"
APART = ("phone", "address", "code_word")
GROUPS = (
    (_("How and when"), ("channels", "window", "voicemail")),
    (_("Who is near"), ("who_answers", "cover", "watched")),
    (_("Number, address and code word"), ("details", *APART, "confirmed")),
)


def _words(**kwargs: Any) -> UnknownOr:
    """A question that is answered in a few words; there is room for many, which nobody has to count."""
    widget, room = forms.Textarea({"rows": 2}), MaxLengthValidator(TEXT_LENGTH)
    return UnknownOr(forms.CharField(widget=widget, validators=[room], required=False, **kwargs))


class ContactForm(Versioned, Questioned):
    """How the person may be reached. Number, address and code word are never shown: they stay, or are all replaced."""

    texts = ("who_answers", "cover", "address", "code_word")
    reveals = {"details": {REPLACE: list(APART)}}
    once = None

    channels = forms.MultipleChoiceField(
        label=_("How may we reach the person?"),
        help_text=_("Tick each way that is safe; or only the last box, if none is."),
        choices=[*ContactChannel.choices, (NO_WAY, _("No way is safe"))],
        widget=forms.CheckboxSelectMultiple,
    )
    window = UnknownOr(
        WindowField(label=_("When is it safe?"), help_text=_("Ask when nobody else is near, or at the phone."))
    )
    voicemail = UnknownOr(
        forms.ChoiceField(
            label=_("May we leave a voice message?"),
            help_text=_("Somebody else might hear it."),
            choices=Voicemail,
            widget=forms.RadioSelect,
        )
    )
    who_answers = _words(
        label=_("Who else may answer?"), help_text=_("So that nobody says a word too much to the wrong person.")
    )
    cover = _words(label=_("What do we say to others?"), help_text=_("For example, that we call from the library."))
    watched = UnknownOr(
        forms.ChoiceField(
            label=_("Does somebody else look at the phone or the mail?"),
            help_text=_("Then even a missed call can be a danger."),
            choices=FlagAnswer,
            widget=forms.RadioSelect,
            required=False,
        )
    )
    details = forms.ChoiceField(
        label=_("They are written down already, and sealed"),
        help_text=_("Replacing takes away all three: what you leave empty is gone."),
        choices=[(KEEP, _("Leave them as they are")), (REPLACE, _("Write all three anew"))],
        widget=forms.RadioSelect,
    )
    phone = UnknownOr(
        PhoneField(
            label=_("Telephone number"),
            help_text=_("Needed when we may call or send a text message."),
            widget=forms.TextInput({"type": "tel", "class": "govuk-input--width-20"}),
            required=False,
        )
    )
    address = _words(label=_("E-mail address or safe place"), help_text=_("Where to write, to meet, or to send mail."))
    code_word = _words(
        label=_("Code word"), help_text=_("A word agreed with the person, so that each knows who is calling.")
    )

    def __init__(self, *args: Any, has_details: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.has_details = has_details
        if not has_details:
            del self.fields["details"]
            self.reveals = {}
        elif self.is_bound and "details" not in self.data:
            # The page was made before somebody else wrote them down.
            self.data = self.data.copy()
            self.data["details"] = REPLACE if any(self.data.get(name) for name in APART) else KEEP
        else:
            self.initial.setdefault("details", KEEP)

    @property
    def groups(self) -> list[tuple[Promise, list[BoundField]]]:
        """The questions under their headings."""
        shown = {field.name: field for field in self.visible_fields()}
        return [(title, [shown[name] for name in names if name in shown]) for title, names in GROUPS]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        ways = cleaned.get("channels", [])
        if NO_WAY in ways:
            self._expect_no_way(ways)
        if NO_WAY in ways or ways == [ContactChannel.IN_PERSON]:
            self._release("window")
        if ways and ContactChannel.CALL not in ways:
            self._release("voicemail")
        self._expect_details(ways)
        return self.cleaned_data

    def overtaken(self, theirs: Any, version: int) -> None:
        super().overtaken(theirs, version)
        if self.cleaned_data.get("details") == REPLACE:
            self.add_error(
                "details",
                forms.ValidationError(
                    _("Somebody may have written these anew meanwhile. Look at them before you replace them."),
                    code="unseen",
                ),
            )

    def _expect_no_way(self, ways: list[str]) -> None:
        if len(ways) > 1:
            self._say("channels", _("You ticked that no way is safe, and another way too. Untick one of them."))
        if isinstance(self.cleaned_data.get("window"), Window):
            self._say("window", _("You ticked that no way is safe. Take these hours out, or tick a way."))
        if self.cleaned_data.get("voicemail") in (Voicemail.YES, Voicemail.NEUTRAL):
            self._say("voicemail", _("You ticked that no way is safe. Choose “No” here, or tick a way."))

    def _expect_details(self, ways: list[str]) -> None:
        typed = [name for name in APART if self.cleaned_data.get(name)]
        if self.has_details and self.cleaned_data.get("details") == KEEP:
            if typed:
                self._say("details", _("You wrote something below. Choose “Write all three anew”, or take it out."))
            return
        if {ContactChannel.CALL, ContactChannel.TEXT} & set(ways) and self.cleaned_data.get("phone") == "":
            self._say("phone", _("You ticked a call or a text message. Write the number, or say why there is none."))
        if ContactChannel.EMAIL in ways and self.cleaned_data.get("address") == "":
            self._say("address", _("You ticked e-mail. Write the address, or say why there is none."))

    def _say(self, name: str, text: Promise) -> None:
        self.add_error(name, forms.ValidationError(text, code="contradicts"))

    def _release(self, name: str) -> None:
        """A question that makes no sense beside the ways that were ticked may stay empty."""
        if self.has_error(name, "required"):
            del self.errors[name]
            self.cleaned_data[name] = None

    # --- What is written down ----------------------------------------------------------------------

    @property
    def rules(self) -> ContactRules:
        """The answers that everybody who works on the case reads, confirmed now (valid form)."""
        told = self.cleaned_data
        return ContactRules(
            channels=tuple(way for way in told["channels"] if way != NO_WAY),
            none_possible=NO_WAY in told["channels"],
            window=to_json(told["window"]),
            voicemail=to_json(told["voicemail"]) or "",
            who_answers=to_json(told["who_answers"]),
            cover=to_json(told["cover"]),
            watched=to_json(told["watched"]),
            confirmed_at=now(),
        )

    @property
    def told_apart(self) -> ContactDetails | None:
        """Number, address and code word; None when they stay as they are (valid form)."""
        told = self.cleaned_data
        if self.has_details and told["details"] == KEEP:
            return None
        if not self.has_details and not any(told[name] for name in APART):
            return None
        return ContactDetails(**{name: to_json(told[name]) for name in APART})


def answers_of(rules: ContactRules) -> dict[str, Any]:
    """Give saved rules as the form takes them."""
    return {
        "channels": [NO_WAY] if rules.none_possible else list(rules.channels),
        "window": from_json(rules.window, Window.from_json),
        **{name: from_json(getattr(rules, name)) or "" for name in ("voicemail", "who_answers", "cover", "watched")},
    }
