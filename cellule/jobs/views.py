"""The administrator's page about work that was given up."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from cellule.front import say
from cellule.jobs.dead_letters import dead_letters, revive


@require_safe
def dead(request: HttpRequest) -> HttpResponse:
    """Show what was given up, by kind and age."""
    _refuse_others(request)
    return render(request, "jobs/dead.html", {"letters": dead_letters()})


@require_POST
def retry(request: HttpRequest) -> HttpResponse:
    """Have the dead letters of one kind tried again."""
    _refuse_others(request)
    revived = revive(request.POST.get("kind", ""), by=request.acting.actor)
    if revived:
        told = ngettext("%(count)s job will be tried again.", "%(count)s jobs will be tried again.", revived)
        say(request, told % {"count": revived})
    else:
        messages.info(request, _("Nothing of this kind is waiting any more."))
    return redirect("jobs:dead")


def _refuse_others(request: HttpRequest) -> None:
    if not request.user.has_perm("jobs.watch"):
        raise PermissionDenied
