"""What was measured: one figure each, the table of them, and the file that keeps them."""

import json
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """`value` in `unit` (empty for a ratio) against `goal`, at most or `at_least`; `low` and `high` are the quartiles."""

    name: str
    value: float
    unit: str
    goal: float | None
    baseline: str
    low: float
    high: float
    at_least: bool = False

    @property
    def verdict(self) -> str:
        if self.goal is None:
            return "shown only"
        is_kept = self.value >= self.goal if self.at_least else self.value <= self.goal
        return "kept" if is_kept else "missed"


def median_figure(
    name: str, values: Sequence[float], *, unit: str, goal: float | None = None, baseline: str = ""
) -> Figure:
    """The median of many values, with their quartiles."""
    low, value, high = statistics.quantiles(values, n=4, method="inclusive")
    return Figure(name, value, unit, goal, baseline, low, high)


def ratio_figure(
    name: str,
    above: Sequence[float],
    below: Sequence[float],
    *,
    goal: float | None,
    baseline: str,
    at_least: bool = False,
) -> Figure:
    """The median of the ratios of single turns: both sides of a turn saw the same noise of the machine."""
    ratios = [high / low for high, low in zip(above, below, strict=True)]
    low, value, high = statistics.quantiles(ratios, n=4, method="inclusive")
    return Figure(name, value, "", goal, baseline, low, high, at_least)


def table(figures: Sequence[Figure]) -> str:
    """Write all figures as a table for a terminal."""
    rows = [("name", "value", "(quartiles)", "goal", "verdict", "against")]
    rows += [
        (
            figure.name,
            f"{figure.value:.3g} {figure.unit}".strip(),
            f"({figure.low:.3g} – {figure.high:.3g})",
            f"{'≥' if figure.at_least else '≤'} {figure.goal:g}" if figure.goal is not None else "",
            figure.verdict,
            figure.baseline,
        )
        for figure in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def keep(figures: Sequence[Figure], path: Path) -> None:
    """Put the figures into the file, beside those that other groups wrote there."""
    path.parent.mkdir(exist_ok=True)
    kept = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    kept |= {
        figure.name: {
            "value": round(figure.value, 4),
            "unit": figure.unit or "ratio",
            "goal": figure.goal,
            "baseline": figure.baseline,
            "quartiles": [round(figure.low, 4), round(figure.high, 4)],
        }
        for figure in figures
    }
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(dict(sorted(kept.items())), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    beside.replace(path)
