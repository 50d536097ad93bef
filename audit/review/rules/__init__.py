"""The rules: importing this package declares them all, in the order of the page that lists them."""

from audit.review.rules import ties, names, searches, amounts, protected, moments, agencies, log_health  # noqa: I001

__all__ = ["agencies", "amounts", "log_health", "moments", "names", "protected", "searches", "ties"]
