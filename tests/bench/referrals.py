"""Referrals: an agency's inbox among thousands, a referral's page, an acceptance, and the end of a consent."""

import statistics
from collections.abc import Sequence
from typing import Any

from cellule.references import shown
from tests.bench import pages, progress
from tests.bench.figures import Figure, median_figure
from tests.bench.server import MANY_REFERRALS, House

INBOX_GOAL, ACCEPT_GOAL, WITHDRAW_GOAL = 300, 250, 1_000
PARTS = ("", "?volet=en-cours", "?volet=terminees")
TURNS, WARM_UP, ACCEPTED = 30, 3, 40
WITHDRAWALS, UNDER_A_CONSENT = 5, 200


def measure(house: House, world: dict[str, Any]) -> list[Figure]:
    """Give the slow end (p95) of the inbox and of an acceptance, a page's ratio, and how long a withdrawal takes that stops 200."""
    told = world["referrals"]
    house.sealed.do("tests.bench.visits:sign_in", *told["signs_in"])
    house.sealed.do("tests.bench.sealed.referrals:prepare", *told["sends"])
    return [_inbox(house), _page(house, told["told"]), _accepting(house, told["case"]), _withdrawing(house)]


def _inbox(house: House) -> Figure:
    times: list[float] = []
    for part in PARTS:
        house.sealed.do("tests.bench.visits:gets", f"/orientations/{part}", WARM_UP)
    for _ in progress.turns("inbox_p95_ms", TURNS):
        for part in PARTS:
            times += [1000 * each for each in house.sealed.do("tests.bench.visits:gets", f"/orientations/{part}", 1)]
    return _p95("inbox_p95_ms", times, INBOX_GOAL, f"{MANY_REFERRALS} referrals, {len(PARTS)} parts")


def _page(house: House, told: dict[str, Any]) -> Figure:
    house.plain.do("tests.bench.visits:enter", told["partner"][0])
    address = f"/orientations/{shown(told['referral']['reference'])}/"
    pages.expect_alike(house, address)
    return pages.ratio(house, "referral_page_ratio", "tests.bench.visits:gets", address)


def _accepting(house: House, case: str) -> Figure:
    """Each as somebody presses the button, on the page on which they have just read the envelope."""
    sent = house.sealed.do("tests.bench.sealed.referrals:sends", case, ACCEPTED + WARM_UP)
    times = []
    for _, reference in zip(progress.turns("accept_p95_ms", len(sent)), sent, strict=True):
        page = f"/orientations/{shown(reference)}/"
        times.append(1000 * house.sealed.do("tests.bench.visits:presses", page, f"{page}etapes/accepter/", page))
    return _p95("accept_p95_ms", times[WARM_UP:], ACCEPT_GOAL, "one POST with its redirect")


def _withdrawing(house: House) -> Figure:
    times = [
        1000 * house.sealed.do("tests.bench.sealed.referrals:withdraws", UNDER_A_CONSENT)
        for _ in progress.turns("withdraw_200_ms", WITHDRAWALS)
    ]
    return median_figure("withdraw_200_ms", times, unit="ms", goal=WITHDRAW_GOAL, baseline="one transaction")


def _p95(name: str, times: Sequence[float], goal: float, about: str) -> Figure:
    low, middle, high = statistics.quantiles(times, n=4, method="inclusive")
    p95 = statistics.quantiles(times, n=20, method="inclusive")[-1]
    return Figure(name, p95, "ms", goal, f"median {middle:.1f} ms, {about}", low, high)
