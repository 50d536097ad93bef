"""What this room holds; the file list is the glossary."""

from referrals.models.agency import APART, Agency, AgencyKind, AgencyQuerySet
from referrals.models.agreement import Agreement, AgreementState
from referrals.models.parcel import ReferralMessage, ReferralTrace
from referrals.models.referral import Referral
from referrals.models.service import AsksPapers, Service, ServiceQuerySet, ServiceStatus

__all__ = [
    "APART",
    "Agency",
    "AgencyKind",
    "AgencyQuerySet",
    "Agreement",
    "AgreementState",
    "AsksPapers",
    "Referral",
    "ReferralMessage",
    "ReferralTrace",
    "Service",
    "ServiceQuerySet",
    "ServiceStatus",
]
