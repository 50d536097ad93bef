"""A directory of many services as a file, and importing it."""

import json
import random
import time
import uuid
from pathlib import Path
from typing import Any

import orjson

from cases.languages import LANGUAGES
from cases.models.codes import NeedKind
from referrals.hsds.files import read_file
from referrals.hsds.loading import load
from tests.bench.story import story

OF_AN_AGENCY = 10
_WORLD = uuid.UUID("5f0f3a5e-7b39-4b6e-9a46-2f7f6a1c9b10")
_WORDS = ("juridique", "hébergement", "santé", "écoute", "emploi", "logement", "accueil", "famille", "santé", "repas")


def write_file(path: str, services: int, turn: int) -> None:
    """Write a page of organisations with all their services; each turn tells other texts of the same services."""
    pick = random.Random(turn)
    contents = [_organisation(pick, number) for number in range(services // OF_AN_AGENCY)]
    Path(path).write_text(json.dumps({"contents": contents}, ensure_ascii=False), encoding="utf-8")


def imports(path: str) -> tuple[float, float, int]:
    """Import the file; gives the seconds of that, those of reading its JSON alone, and how many rows were written."""
    start = time.perf_counter()
    orjson.loads(Path(path).read_bytes())
    parsed = time.perf_counter() - start
    start = time.perf_counter()
    plan = load(read_file(Path(path)))
    return time.perf_counter() - start, parsed, len(plan.changes)


def _organisation(pick: random.Random, number: int) -> dict[str, Any]:
    name = f"Organisme fictif {number}"
    return {
        "id": _key(name),
        "name": name,
        "description": story(pick),
        "phones": [{"id": _key(f"{name} phone"), "number": f"514 555-01{number % 100:02}"}],
        "services": [_service(pick, f"{name}, service {place}") for place in range(OF_AN_AGENCY)],
    }


def _service(pick: random.Random, name: str) -> dict[str, Any]:
    languages = pick.sample([language.code for language in LANGUAGES], 3)
    needs = pick.sample(NeedKind.values, 2)
    return {
        "id": _key(name),
        "name": f"{pick.choice(_WORDS).capitalize()} {name}",
        "status": "active",
        "description": story(pick),
        "eligibility_description": f"Pour {pick.choice(_WORDS)}",
        "languages": [{"id": _key(f"{name} {code}"), "code": code} for code in languages],
        "attributes": [
            {"id": _key(f"{name} {need}"), "taxonomy_term": {"id": _key(need), "name": need}} for need in needs
        ],
        "schedules": [{"id": _key(f"{name} hours"), "byday": "MO,TU", "opens_at": "09:00", "closes_at": "17:00"}],
        "required_documents": [{"id": _key(f"{name} papers"), "document": pick.choice(("Aucun", "Passeport"))}],
        "service_areas": [{"id": _key(f"{name} area"), "name": pick.choice(("Verdun", "Anjou", "Montréal"))}],
        "minimum_age": pick.choice((0, 12, 18)),
    }


def _key(name: str) -> str:
    return str(uuid.uuid5(_WORLD, name))
