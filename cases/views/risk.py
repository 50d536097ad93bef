"""How great the danger is."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from cases.doors import CASEWORK, open_case
from cases.forms.risk import RiskForm
from cases.risk import assessments_of
from cases.views.frame import form_page, writable
from cases.views.way_back import way_back
from cellule.accounts.doors import for_permission
from cellule.accounts.roles import Permission
from cellule.forms import bound


@for_permission(Permission.WORK_CASES)
@require_http_methods(["GET", "HEAD", "POST"])
def risk(request: HttpRequest, reference: str) -> HttpResponse:
    """Assess the danger anew; what was found before stands below."""
    case = writable(request, reference)
    form = bound(RiskForm, request)
    if request.method == "POST" and form.is_valid():
        told = {name: form.cleaned_data[name] for name in ("level", "rationale")}
        case.assess_risk(by=request.acting, row_id=form.row_id, flags=form.flags, **told)
        return redirect(way_back(request, case))
    earlier = assessments_of(*open_case(request, reference, purpose=CASEWORK))
    return form_page(request, "cases/risk.html", form, case=case, earlier=earlier, back=way_back(request, case))
