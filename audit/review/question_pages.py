"""What somebody is asked about their own acts, and their answer."""

from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from audit.log.models import Entry
from audit.log.record import record_read
from audit.review.actions import QUESTION_VIEWED, QUESTIONS_VIEWED
from audit.review.context import ACTS
from audit.review.item_forms import ExplainForm
from audit.review.item_pages import was_taken
from audit.review.lists import lines, page_of
from audit.review.models import Item, ItemState, Reason
from audit.review.people import lines as acts_of
from cellule.forms import bound
from cellule.front import say
from cellule.notices.models import Notice
from cellule.steps import TooLate


@require_safe
def questions(request: HttpRequest) -> HttpResponse:
    """The questions asked of this person, the newest act first."""
    page = page_of(
        Item.objects.asked_of(request.user),
        request.user,
        older_than=request.GET.get("apres", ""),
        newer_than=request.GET.get("avant", ""),
    )
    record_read(QUESTIONS_VIEWED, by=request.acting.actor, shown=[item.code for item in page.items])
    context = {
        "lines": lines(page.items),
        "newer": f"?avant={page.newer}" if page.newer else "",
        "older": f"?apres={page.older}" if page.older else "",
    }
    return render(request, "review/questions.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def question(request: HttpRequest, reference: str) -> HttpResponse:
    """What this person did and is asked about; their answer is sealed, and what was typed stays when it is refused."""
    asked = get_object_or_404(Item.objects.asked_of(request.user), code=reference)
    form = bound(ExplainForm, request)
    if request.method != "POST" or not form.is_valid():
        return _page(request, asked, form, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else HTTPStatus.OK)
    try:
        asked.explain(by=request.acting, text=form.cleaned_data["text"])
    except TooLate as refusal:
        asked = Item.objects.get(pk=asked.pk)
        if was_taken(asked, Item.step_called("expliquer"), request.user):
            say(request, _("Your explanation was sent before. It counts once."))
            return redirect("review:question", asked.code)
        late = _("Nobody waits for an answer any more. Nothing was sent; copy your text if you still need it.")
        for reason in refusal.reasons or [late]:
            form.add_error(None, str(reason))
        return _page(request, asked, form, HTTPStatus.CONFLICT)
    say(request, _("Your explanation is sent, sealed."))
    return redirect("review:question", asked.code)


def _page(request: HttpRequest, asked: Item, form: ExplainForm, status: HTTPStatus) -> HttpResponse:
    kind = Item._meta.label_lower
    record_read(QUESTION_VIEWED, by=request.acting.actor, subject_type=kind, reference=asked.code)
    Notice.objects.filter(recipient=request.user, reference=asked.code).mark_read()
    context = {
        "item": asked,
        "acts": acts_of(Entry.objects.filter(pk__in=asked.entries).order_by("id")[:ACTS]),
        "questions": [Reason(reason).label for reason in asked.reasons],
        "form": form,
        "awaits": asked.state == ItemState.ASKED,
        "is_too_late": status == HTTPStatus.CONFLICT,
    }
    return render(request, "review/question.html", context, status=status)
