"""The list that is compared, with its panel of filters."""

import datetime
from dataclasses import dataclass

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from cases.languages import language_name
from cellule.forms import Form
from tests.bench.plain.codes import OPEN, RiskLevel, Since, State
from tests.bench.plain.models import Case

PAGE = 50


@dataclass(frozen=True)
class Line:
    case: Case
    opened_on: datetime.datetime
    language: Promise | str
    risk: RiskLevel | None
    lead: str = ""


class FilterForm(Form):
    etape = forms.MultipleChoiceField(
        label=_("Stage"),
        help_text=_("Nothing ticked: all that are open."),
        choices=State,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    depuis = forms.ChoiceField(
        label=_("Opened"), choices=[("", _("All")), *Since.choices], widget=forms.RadioSelect, required=False
    )
    decision = forms.MultipleChoiceField(
        label=_("Decision"),
        choices=[("fermeture", _("Closing is proposed"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    partage = forms.MultipleChoiceField(
        label=_("Sharing"),
        choices=[("moi", _("Shared with me"))],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


@require_safe
def my_cases(request: HttpRequest) -> HttpResponse:
    cases = request.user.cases.filter(state__in=request.GET.getlist("etape") or OPEN)
    if weeks := request.GET.get("depuis"):
        cases = cases.filter(opened_at__gte=timezone.now() - datetime.timedelta(weeks=int(weeks)))
    if request.GET.get("decision"):
        cases = cases.filter(closing_proposed_by__isnull=False)
    asked = {name: request.GET.getlist(name) for name in FilterForm.base_fields if name in request.GET}
    found = list(cases.order_by("-opened_at")[: PAGE + 1])
    kept = [each.filters for each in request.user.saved_views.all()]
    context = {
        "scope": "mine",
        "title": _("My cases"),
        "lists": [],
        "lines": [_line(case) for case in found[:PAGE]],
        "with_lead": False,
        "newer": "",
        "older": f"?{urlencode({'apres': found[PAGE - 1].reference})}" if len(found) > PAGE else "",
        "form": FilterForm(initial={"depuis": "", **asked}),
        "address": reverse("cases:cases"),
        "chips": [],
        "shortcuts": kept,
        "query": urlencode(asked, doseq=True),
        "may_keep": bool(asked) and asked not in kept,
    }
    return render(request, "cases/cases.html", context)


def _line(case: Case) -> Line:
    return Line(case, case.opened_at, language_name(case.language), RiskLevel(case.risk) if case.risk else None)
