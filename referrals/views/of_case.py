"""The unit's face of a referral."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from referrals.models import Referral


def unit_page(request: HttpRequest, referral: Referral) -> HttpResponse:
    """Lead to the case of the referral."""
    return redirect("cases:case", referral.case.reference)
