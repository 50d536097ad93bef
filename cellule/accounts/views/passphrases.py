"""A passphrase is shown, then typed back from paper: the same three pages for a new person and for a new passphrase."""

import uuid
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _

from cellule.accounts import enrolment
from cellule.accounts.forms import TypeBackForm


def show_and_type_back(
    request: HttpRequest,
    about: uuid.UUID,
    *,
    pages: tuple[str, str],
    context: dict,
    keep: Callable[[str, str], HttpResponse],
) -> HttpResponse:
    """Show six words (first page), have them typed (second page), and only then call `keep(shown, typed)`.

    `about`: whose passphrase; a page made for somebody else is refused. A page that was open too long starts again.
    `keep` raises WrongPassphrase when what was typed is not what was shown.
    """
    showing, typing = pages
    if request.method != "POST" or "show" in request.POST:
        passphrase, token = enrolment.shown_passphrase(about)
        return render(request, showing, {**context, "passphrase": passphrase.split(), "token": token})
    try:
        shown = enrolment.passphrase_of(request.POST.get("token", ""), about)
    except enrolment.TokenRefused:
        return HttpResponseRedirect(request.path)
    if "typed" not in request.POST:
        form = TypeBackForm(initial={"token": request.POST["token"]})
        return render(request, typing, {**context, "form": form})
    form = TypeBackForm(request.POST)
    if form.is_valid():
        try:
            return keep(shown, form.cleaned_data["typed"])
        except enrolment.WrongPassphrase:
            form.add_error(
                "typed", _("These are not the six words that were shown. Look at your paper, or have them shown again.")
            )
    return render(request, typing, {**context, "form": form}, status=422)
