"""What this room holds; the file list is the glossary."""

from referrals.models.parcel import ReferralMessage, ReferralTrace
from referrals.models.referral import Referral

__all__ = ["Referral", "ReferralMessage", "ReferralTrace"]
