"""State diagrams (Mermaid) drawn from the declared steps, kept in the README between two marks."""

import re

from django.apps import apps
from django.utils import translation

from cellule.steps import Stepped

_PLACE = re.compile(r"<!-- states -->.*?<!-- /states -->", re.DOTALL)


def stepped() -> list[type[Stepped]]:
    """Every kind of record that has steps, by label; those of this house, not of its tests."""
    found = [model for model in apps.get_models() if issubclass(model, Stepped)]
    return sorted((model for model in found if not model.__module__.startswith("tests.")), key=lambda m: m._meta.label)


def diagram(model: type[Stepped]) -> str:
    """Draw one kind of record: every move, and beside each state the steps that stay in it."""
    with translation.override("en"):
        labels = {str(value): str(label) for value, label in model._meta.get_field("state").flatchoices}
        lines = ["stateDiagram-v2", *(f"    {state}: {label}" for state, label in labels.items())]
        lines += [f"    [*] --> {state}" for state in model.STARTS]
        for step in model.steps():
            lines += [f"    {before} --> {after}: {step.label}" for before, after in step.moves]
        staying = [step for step in model.steps() if not step.targets]
        table = "".join(
            f"| {step.label} | {', '.join(labels[state] for state in step.sources)} |\n" for step in staying
        )
    drawn = "\n".join(lines)
    text = f"**{model._meta.verbose_name}**\n\n```mermaid\n{drawn}\n```\n"
    return f"{text}\n| stays in its stage | in |\n|---|---|\n{table}" if staying else text


def drawn_into(text: str) -> str:
    """Give the text with its diagrams as they are today (ValueError without the two marks)."""
    if not _PLACE.search(text):
        raise ValueError("the text has no place for diagrams")
    with translation.override("en"):
        drawn = "\n".join(diagram(model) for model in stepped())
    return _PLACE.sub(lambda _: f"<!-- states -->\n\n{drawn}\n<!-- /states -->", text)
