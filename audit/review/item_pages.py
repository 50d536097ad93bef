"""One access under review: its context, its steps, and the sealed words about it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.log.models import Entry
from audit.log.record import record_read
from audit.review import words
from audit.review.actions import ITEM_VIEWED
from audit.review.context import context_of
from audit.review.detail import open_detail
from audit.review.item_forms import FORMS, StepForm
from audit.review.lists import lines
from audit.review.models import Item, Reason
from audit.review.rule_names import name_of
from audit.review.tabs import QUEUE_PAGES
from cellule.accounts import alterations
from cellule.accounts.actors import names_of
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound
from cellule.front import say
from cellule.notices.models import Notice
from cellule.steps import Stale, Step, TooLate
from cellule.vault.models import Letter
from cellule.vault.sealing import CannotOpen


@for_permission(Permission.READ_LOG)
@require_safe
def item(request: HttpRequest, reference: str) -> HttpResponse:
    """What was done and what stands around it, recorded before it is shown."""
    seen = _find(request, reference)
    Notice.objects.filter(recipient=request.user, reference=seen.code).mark_read()
    return _page(request, seen)


@for_permission(Permission.READ_LOG)
@require_http_methods(["GET", "HEAD", "POST"])
def sealed_words(request: HttpRequest, reference: str, entry_id: UUID) -> HttpResponse:
    """The page of the item with one sealed text opened; loaded by its address it is sealed again."""
    seen = _find(request, reference)
    if str(entry_id) not in [*seen.answer, *seen.verdict_words]:
        raise Http404
    if request.method != "POST":
        return redirect("review:item", seen.code)
    entry = get_object_or_404(Entry, pk=entry_id)
    if entry not in words.readable([str(entry_id)], request.acting):
        raise PermissionDenied
    try:
        with alterations.told(request.acting.actor, "review:item_words", seen.code):
            opened = open_detail(entry, request.acting)["words"]
    except (CannotOpen, Letter.DoesNotExist):
        opened = ""
    return _page(request, seen, opened={entry.pk: opened})


@for_permission(Permission.READ_LOG)
@require_http_methods(["GET", "HEAD", "POST"])
def item_step(request: HttpRequest, reference: str, slug: str) -> HttpResponse:
    """Ask what a step asks, and take it."""
    seen, step = _find(request, reference), Item.step_called(slug)
    form = bound(FORMS.get(step.name, StepForm), request, item=seen)
    try:
        _expect(seen, step, request.user)
        if request.method == "POST" and form.is_valid():
            version = form.cleaned_data["version"]
            getattr(seen, step.name)(by=request.acting, version=0 if version is None else version, **form.answers)
            say(request, _("%(code)s: %(step)s") % {"code": seen, "step": step.label})
            return _after(request, seen)
    except TooLate as refusal:
        return _too_late(request, seen.code, step, form, refusal)
    return _step_page(request, seen, step, form)


def _find(request: HttpRequest, reference: str) -> Item:
    return get_object_or_404(Item.objects.reviewed_by(request.user), code=reference)


def _page(request: HttpRequest, seen: Item, *, opened: dict[UUID, str] | None = None) -> HttpResponse:
    record_read(ITEM_VIEWED, by=request.acting.actor, subject_type=Item._meta.label_lower, reference=seen.code)
    offers = seen.offers(request.user)
    around = context_of(seen, request.user)
    (line,) = lines([seen])
    context = {
        "item": seen,
        "line": line,
        "rule": name_of(seen.rule),
        "around": around,
        "earlier": lines(around.earlier),
        "questions": [Reason(reason).label for reason in seen.reasons],
        "answers": _sealed(request, seen.answer, opened or {}),
        "reasons": _sealed(request, seen.verdict_words, opened or {}),
        "signers": _signers(seen),
        "offers": [offer for offer in offers if not offer.missing],
        "refused": [(offer.step.label, offer.missing) for offer in offers if offer.missing],
        "queue": reverse(QUEUE_PAGES[seen.queue]),
        **_neighbours(request, seen),
    }
    return render(request, "review/item.html", context)


def _sealed(request: HttpRequest, entries: list[str], opened: dict[UUID, str]) -> list[dict[str, Any]]:
    """The sealed texts that this person's keys open: whose, when, and what was opened of them."""
    found = words.readable(entries, request.acting)
    people = names_of({entry.actor_id for entry in found})
    return [
        {"entry": entry, "who": people[entry.actor_id], "is_open": entry.pk in opened, "text": opened.get(entry.pk, "")}
        for entry in found
    ]


def _signers(seen: Item) -> list[Any]:
    signers = [each for each in (seen.first_signer, seen.second_signer) if each]
    people = names_of(set(signers))
    return [people[each] for each in signers]


def _neighbours(request: HttpRequest, seen: Item) -> dict[str, str]:
    """The addresses of what stands before and after it in its queue, of what nobody has judged yet."""
    waiting = Item.objects.reviewed_by(request.user).in_queue(seen.queue).undecided()
    after = waiting.beyond(seen).newest_first().first()
    before = waiting.beyond(seen, newer=True).newest_first().reverse().first()
    return {
        "following": reverse("review:item", args=[after.code]) if after else "",
        "previous": reverse("review:item", args=[before.code]) if before else "",
    }


def _expect(seen: Item, step: Step, user: Any) -> None:
    """Refuse what the step itself would refuse, before its page is shown. PermissionDenied, TooLate."""
    if not step.allowed(seen, user):
        raise PermissionDenied
    if seen.state not in step.sources:
        raise TooLate
    if missing := step.missing(seen, user):
        raise TooLate(missing)


def _too_late(request: HttpRequest, reference: str, step: Step, form: StepForm, refusal: TooLate) -> HttpResponse:
    """Somebody was faster, or something is missing; a button that was pressed twice has done what it should."""
    seen = _find(request, reference)
    if request.method == "POST" and was_taken(seen, step, request.user):
        say(request, _("%(code)s: you did this before. It counts once.") % {"code": seen})
        return _after(request, seen)
    reasons = refusal.reasons or [_("It now stands at: %(state)s.") % {"state": seen.get_state_display()}]
    is_possible = seen.state in step.sources and not step.missing(seen, request.user)
    if isinstance(refusal, Stale) and is_possible:
        reasons = [
            _("Somebody has changed this since you opened the page. Read it again, then decide. Your text is kept.")
        ]
        form.data = form.data.copy()
        form.data["version"] = seen.version
    if form.is_bound:
        for reason in reasons:
            form.add_error(None, str(reason))
        reasons = []
    return _step_page(request, seen, step, form, status=409, is_too_late=not is_possible, reasons=reasons)


def was_taken(seen: Item, step: Step, user: Any) -> bool:
    """Whether this very step is the last thing done to an item, by this person."""
    actions = [each.action.code for each in Item.steps()]
    last = Entry.objects.of_action(*actions).filter(reference=seen.code).newest_first().first()
    return last is not None and (last.action, last.actor_id) == (step.action.code, str(user.pk))


def _after(request: HttpRequest, seen: Item) -> HttpResponse:
    """On to the next of the queue after a verdict, else back to the item."""
    if seen.is_undecided:
        return redirect("review:item", seen.code)
    return redirect(_neighbours(request, seen)["following"] or QUEUE_PAGES[seen.queue])


def _step_page(
    request: HttpRequest,
    seen: Item,
    step: Step,
    form: StepForm,
    *,
    status: int = 0,
    is_too_late: bool = False,
    reasons: Sequence[Promise | str] = (),
) -> HttpResponse:
    (line,) = lines([seen])
    context = {"item": seen, "line": line, "step": step, "form": form, "is_too_late": is_too_late, "reasons": reasons}
    return render(request, "review/item_step.html", context, status=status or (422 if form.errors else 200))
