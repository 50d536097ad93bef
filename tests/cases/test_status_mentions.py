"""What is questioned before it is sealed: words about status, numbers of papers. And what is not."""

import pytest

from cases.mentions import mentions_of_status


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Elle est sans papiers depuis mai.", ["sans papiers"]),
        ("Son Permis d’études est périmé, elle est Réfugiée.", ["Permis d’études", "Réfugiée"]),
        ("Il a fait une demande d'asile.", ["demande d'asile"]),
        ("He is undocumented; his work permit ended.", ["undocumented", "work permit"]),
        ("Está sin papeles y es solicitante de asilo.", ["sin papeles", "asilo"]),
        ("visa, puis encore visa", ["visa"]),
        ("NAS 130 692 544", ["130 692 544"]),
        ("130692544", ["130692544"]),
        ("IUC 12-3456-7890 et U123456789", ["12-3456-7890", "U123456789"]),
    ],
)
def test_status_is_found_as_it_was_written(text, found):
    assert mentions_of_status(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Elle rappelle mardi au 514 555-0199.",
        "5145550199",
        "De 2024-2025, puis le 2026-03-01.",
        "130 692 545",
        "Le propriétaire parle d’éviction ; son statut d’emploi a changé.",
        "كان يغلق الباب بالمفتاح كل صباح",
        "😀",
        "Code 7QK2-M9XD",
    ],
)
def test_what_tells_of_no_status_is_not_questioned(text):
    assert mentions_of_status(text) == []
