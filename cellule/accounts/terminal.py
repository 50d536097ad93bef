"""At the terminal: who acts, the custodians' sheets, and how far a command is. In English, like the programs around it.

A command that needs keys asks for a person's passphrase and second factor, as the sign-in page does.
"""

import uuid
from collections.abc import Collection, Sequence
from getpass import getpass

from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.management.base import CommandError, OutputWrapper
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from audit.log.actions import Outcome
from audit.log.actor import Actor
from audit.log.record import record
from cellule.accounts import delays
from cellule.accounts.acting import Acting, outside_a_browser
from cellule.accounts.actions import SIGN_IN_FAILED, SIGNED_IN
from cellule.accounts.models import User
from cellule.vault import slots, words
from cellule.vault.custody import CUSTODIANS, Sheets
from cellule.vault.identities import Identity
from cellule.vault.sealing import VaultError

_CLEAR = "\033[2J\033[3J\033[H"


def ask(question: str) -> str:
    """Ask until something is answered."""
    while not (answer := input(question).strip()):
        pass
    return answer


def sign_in(out: OutputWrapper, *, permission: str = "") -> Acting:
    """Ask who is there, as the sign-in page does; gives the person with an open vault.

    Raises CommandError for a wrong answer, a missing second factor, or a role that may not do this.
    """
    email, here = ask("Your work e-mail: ").lower(), HttpRequest()
    if seconds := delays.seconds_to_wait(email, here):
        raise CommandError(f"Too many tries. Wait {seconds} s, then try again.")
    user = User.objects.select_related("organisation").filter(email=email).first()
    identity = _open(user, getpass("Your six words (they do not show): "))
    if user is None or identity is None or not _gives_second_factor(user):
        delays.count_failure(email, here)
        with transaction.atomic():
            reference = str(user.pk) if user else ""
            by, failed = Actor.anonymous(request=uuid.uuid4()), Outcome.FAILED
            record(SIGN_IN_FAILED, by=by, subject_type="accounts.user", reference=reference, outcome=failed)
        raise CommandError("E-mail, passphrase and code do not go together. Nothing was done.")
    delays.forget_failures(email, here)
    acting = outside_a_browser(user, identity)
    if permission and not user.has_perm(permission):
        raise CommandError("Your role does not do this. Nothing was done.")
    with transaction.atomic():
        record(SIGNED_IN, by=acting.actor, subject_type="accounts.user", reference=str(user.pk))
    out.write(f"You act as {user.name}.")
    return acting


def _open(user: User | None, passphrase: str) -> Identity | None:
    try:
        return slots.open_root(user.pk if user and user.is_active else None, passphrase)
    except VaultError:
        return None


def _gives_second_factor(user: User) -> bool:
    if not is_mfa_enabled(user):
        if settings.SECOND_FACTOR_REQUIRED:
            raise CommandError("Sign in on the site first and set up your second factor there. Nothing was done.")
        return True
    code = ask("Code of your second factor: ")
    # A touch of a passkey cannot be typed.
    typed = Authenticator.objects.filter(user=user).exclude(type=Authenticator.Type.WEBAUTHN)
    return any(factor.wrap().validate_code(code) for factor in typed)


# --- Sheets ---------------------------------------------------------------------------------------


def present_custodians(out: OutputWrapper, *, least: int = 2, most: int = 3) -> dict[str, str]:
    """Ask which custodians are in the room, and each for the words of their sheet, until they can be right."""
    letters = _letters(ask(f"Which custodians are here (two or three of {' '.join(CUSTODIANS)}): "))
    if not least <= len(letters) <= most:
        wanted = str(least) if least == most else f"{least} or {most}"
        raise CommandError(f"This takes {wanted} custodians, each with their own sheet. Nothing was done.")
    return {letter: _sheet(out, letter) for letter in letters}


def _letters(answer: str) -> list[str]:
    return sorted({letter for letter in answer.upper() if letter in CUSTODIANS})


def _sheet(out: OutputWrapper, letter: str) -> str:
    while True:
        typed = ask(f"\nCustodian {letter} alone at the screen: the {words.SHEET_WORDS} words, in order: ")
        # Nobody else in the room sees them, nor whoever scrolls back.
        out.write(_CLEAR, ending="")
        try:
            words.sheet_secret(typed)
        except words.SheetMistyped as mistyped:
            out.write(f"Sheet {letter}: {why_mistyped(mistyped)}")
        else:
            out.write(f"Sheet {letter} is complete.")
            return typed


def why_mistyped(mistyped: words.SheetMistyped) -> str:
    """Say where a sheet is wrong, and no word of it."""
    if mistyped.unknown:
        named = ", ".join(str(number) for number in mistyped.unknown)
        return f"not on the list of words: number {named}. Look at the sheet and type it again."
    if mistyped.count != words.SHEET_WORDS:
        return f"{mistyped.count} words instead of {words.SHEET_WORDS}. Type it again."
    return "every word is on the list, but they do not go together: one is another, or two changed places. Type again."


def write_down(out: OutputWrapper, sheets: Sheets) -> None:
    """Show new sheets, one at a time, so that no custodian sees another's."""
    for custodian in sheets.words:
        input(f"\nCustodian {custodian} alone at the screen, pen in hand. Press Enter.")
        out.write(f"\n  Sheet {custodian}, {timezone.localdate()}, house {sheets.fingerprint[:16]}\n")
        for number, word in enumerate(sheets.words[custodian].split(), 1):
            out.write(f"  {number:2}. {word}")
        input("\nWritten down and read back? Press Enter; the screen is cleared.")
        out.write(_CLEAR, ending="")


# --- How far it is --------------------------------------------------------------------------------


class Progress:
    """A bar on a terminal; elsewhere a line for every tenth."""

    def __init__(self, out: OutputWrapper, what: str, total: int) -> None:
        self.out, self.what, self.total, self.done, self._shown = out, what, total, 0, -1

    def step(self, count: int = 1) -> None:
        """Say that so much more is done."""
        self.done += count
        part = min(1.0, self.done / self.total) if self.total else 1.0
        if self.out.isatty():
            bar = ("#" * round(part * 30)).ljust(30)
            self.out.write(f"\r{self.what} [{bar}] {self.done}/{self.total}", ending="" if part < 1 else "\n")
        elif int(part * 10) > self._shown:
            self._shown = int(part * 10)
            self.out.write(f"{self.what}: {self.done}/{self.total}")
        self.out.flush()


def pairs(letters: Collection[str]) -> Sequence[tuple[str, str]]:
    """Every two of the custodians who are here."""
    ordered = sorted(letters)
    return [(one, other) for number, one in enumerate(ordered) for other in ordered[number + 1 :]]
