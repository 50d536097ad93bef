"""Fictional cases, made by the same verbs as true ones. Nobody here exists; every name gives itself away."""

import datetime
import uuid
from dataclasses import dataclass, field

from cases.models import Case, Channel, Interpreter
from cellule.accounts.acting import Acting
from cellule.forms import FuzzyDate, FuzzyKind

# Keys of fictional rows follow from their names, so that making them again makes nothing new.
_WORLD = uuid.UUID("6f0c1c1e-4d3a-4c52-9a5b-6a3d6f1d2a10")


@dataclass(frozen=True)
class FictionalIncident:
    """`kind` and `borough` are codes, `happened` a FuzzyDate."""

    kind: str
    happened: FuzzyDate
    borough: str
    narrative: str


@dataclass(frozen=True)
class FictionalCase:
    """One invented person: by what name the code knows them, how they came, what they told."""

    alias: str
    channel: Channel
    language: str
    interpreter: Interpreter
    incidents: tuple[FictionalIncident, ...] = ()
    notes: tuple[str, ...] = ()
    at_intake: bool = field(default=False)


def _day(year: int, month: int, day: int) -> FuzzyDate:
    return FuzzyDate(FuzzyKind.DAY, datetime.date(year, month, day), datetime.date(year, month, day))


def _between(kind: FuzzyKind, first: tuple[int, int, int], last: tuple[int, int, int]) -> FuzzyDate:
    return FuzzyDate(kind, datetime.date(*first), datetime.date(*last))


_UNKNOWN = FuzzyDate(FuzzyKind.UNKNOWN)

CASES = (
    FictionalCase(
        "Lune Bleue",
        Channel.PHONE,
        "tam",
        Interpreter.YES,
        (
            FictionalIncident(
                "dv_physical",
                _day(2026, 11, 14),
                "19",
                "Elle dit que son mari l’a serrée à la gorge dans la cuisine, « jusqu’à voir des étoiles bleues ». "
                "Les deux enfants étaient dans la chambre. Une voisine a frappé au mur et il s’est arrêté.",
            ),
            FictionalIncident(
                "dv_coercive",
                _between(FuzzyKind.YEAR, (2025, 1, 1), (2025, 12, 31)),
                "19",
                "அவர் என் தொலைபேசியை எடுத்துக்கொண்டார். வெளியே போக விடவில்லை. யாரிடமும் பேச விடவில்லை.",
            ),
        ),
        ("Rappeler seulement le mardi de 10 h à 11 h. Ne pas laisser de message vocal.",),
    ),
    FictionalCase(
        "Rodolfo Quetzal-Ficto",
        Channel.ORGANISATION,
        "spa",
        Interpreter.NO,
        (
            FictionalIncident(
                "labour_wage",
                _between(FuzzyKind.RANGE, (2026, 7, 6), (2026, 9, 18)),
                "outside",
                "Trabajó once semanas en el invernadero inventado «La Hoja Azul» y le pagaron solo cuatro. "
                "El patrón guarda las hojas de horas.",
            ),
            FictionalIncident(
                "extortion_status",
                _between(FuzzyKind.MONTH, (2026, 9, 1), (2026, 9, 30)),
                "16",
                "El capataz le dijo: «si te quejas, hago una llamada y se acabó». Hay dos testigos.",
            ),
        ),
        ("Préfère écrire que parler. Il demande ce qui se passe si l’employeur apprend sa plainte.",),
    ),
    FictionalCase(
        "Amina Testoumi",
        Channel.IN_PERSON,
        "ary",
        Interpreter.YES,
        (
            FictionalIncident(
                "confinement",
                _UNKNOWN,
                "08",
                "كان يغلق الباب بالمفتاح كل صباح ويأخذ هاتفي معه. لا أتذكر متى بدأ ذلك. كنت أرى الشارع من النافذة فقط.",
            ),
        ),
        ("Elle choisit le mot « olive » pour se faire reconnaître au téléphone.",),
    ),
    FictionalCase(
        "Soledad Ficta",
        Channel.MOBILE_CLINIC,
        "",
        Interpreter.UNKNOWN,
        (
            FictionalIncident(
                "housing_abuse",
                _between(FuzzyKind.MONTH, (2026, 10, 1), (2026, 10, 31)),
                "12",
                "Le propriétaire a coupé le chauffage et retient le dépôt. Il entre sans prévenir.",
            ),
        ),
    ),
    FictionalCase(
        "Petit Nuage",
        Channel.PHONE,
        "hat",
        Interpreter.NO,
        (),
        ("A raccroché après deux minutes : quelqu’un entrait. Rappellera.",),
        at_intake=True,
    ),
    FictionalCase("Fatou Imaginaire", Channel.ORGANISATION, "wol", Interpreter.YES, at_intake=True),
)


def people_the_house(caseworker: Acting, intake: Acting) -> list[Case]:
    """Make the fictional cases, led by a caseworker or by who took the first call; those already made stay as they are."""
    return [_make(invented, intake if invented.at_intake else caseworker) for invented in CASES]


def _make(invented: FictionalCase, by: Acting) -> Case:
    case = Case.open_inquiry(
        by=by,
        row_id=_key(invented.alias),
        channel=invented.channel,
        language=invented.language,
        interpreter=invented.interpreter,
    )
    for number, incident in enumerate(invented.incidents):
        case.add_incident(
            by=by,
            row_id=_key(f"{invented.alias} incident {number}"),
            kind=incident.kind,
            happened=incident.happened,
            borough=incident.borough,
            narrative=incident.narrative,
        )
    for number, body in enumerate(invented.notes):
        case.add_note(by=by, row_id=_key(f"{invented.alias} note {number}"), body=body)
    return case


def _key(name: str) -> uuid.UUID:
    return uuid.uuid5(_WORLD, name)
