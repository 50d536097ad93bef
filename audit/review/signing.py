"""The page of a month: what was reviewed, what is still open, and the signature under it."""

import datetime
from http import HTTPStatus
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST

from audit.log.record import record
from audit.review import policies
from audit.review.actions import SIGN_OFF_VIEWED
from audit.review.models import Draw, Item, SignOff
from audit.review.months import parsed
from audit.review.sign_off import MOST_CARRIED, items_of, missing, sign_off
from cellule import references
from cellule.accounts.actors import names_of
from cellule.accounts.roles import Permission
from cellule.forms import Form, bound


class SignOffForm(Form):
    """Each access that is still open, to be named one by one."""

    carried = forms.MultipleChoiceField(
        label=_("Still to review, carried over to the next month"),
        help_text=_("Check each one: you sign that you know of it."),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, left: list[Item], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left = [item.code for item in left]
        self.fields["carried"].choices = [
            (item.code, f"{references.shown(item.code)}, {item.get_queue_display()}, {item.get_state_display()}")
            for item in left
        ]
        if not left:
            del self.fields["carried"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.left and not self.errors and sorted(cleaned["carried"]) != sorted(self.left):
            self.add_error("carried", _("Check every access that is carried over, or review it first."))
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
def month_page(request: HttpRequest, month: str) -> HttpResponse:
    """How a month was reviewed; by POST an auditor signs it off."""
    if not request.user.has_perm(Permission.READ_LOG):
        raise PermissionDenied
    day = _month(month)
    left = list(items_of(day).undecided().order_by("at", "pk")[: MOST_CARRIED + 1])
    form, status = bound(SignOffForm, request, left=left[:MOST_CARRIED]), HTTPStatus.OK
    if request.method == "POST":
        if not policies.may_sign_off(request.user):
            raise PermissionDenied
        if form.is_valid():
            sign_off(day, carried=form.cleaned_data.get("carried", []), by=request.acting)
            return redirect("review:month", month)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    with transaction.atomic():
        record(SIGN_OFF_VIEWED, by=request.acting.actor, purpose=f"{day:%Y-%m}")
    return render(request, "review/month.html", _shown(request, day, form), status=status)


@require_POST
def see(request: HttpRequest, month: str) -> HttpResponse:
    """A privacy officer takes note of a month that is signed."""
    if not request.user.has_perm(Permission.READ_LOG):
        raise PermissionDenied
    signed = SignOff.objects.filter(month=_month(month)).first()
    if signed is None:
        raise Http404
    signed.see(by=request.acting)
    return redirect("review:month", month)


def _month(text: str) -> datetime.date:
    month = parsed(text)
    if month is None or f"{month:%Y-%m}" != text:
        raise Http404
    return month


def _shown(request: HttpRequest, month: datetime.date, form: SignOffForm) -> dict[str, Any]:
    signed = SignOff.objects.filter(month=month).first()
    items = items_of(month)
    names = names_of({signed.signer, signed.seen_by} if signed else set())
    return {
        "month": month,
        "form": form,
        "signed": signed,
        "signer": names[signed.signer] if signed else "",
        "seen_by": names[signed.seen_by] if signed else "",
        "carried": [references.shown(code) for code in signed.carried] if signed else [],
        "draw": Draw.objects.filter(month=month).first(),
        "all": items.count(),
        "open": items.undecided().count(),
        "lacks": missing(month) if signed is None else [],
        "may_sign": policies.may_sign_off(request.user),
        "may_see": signed is not None and signed.state == "signed" and policies.may_see_sign_off(signed, request.user),
    }
