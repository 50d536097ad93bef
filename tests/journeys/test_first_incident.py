"""The main job of the house: a caseworker logs what happened to a person without a name, and it stays theirs."""

import base64
import json
from pathlib import Path

import pytest
from playwright.sync_api import expect

NOTE = "Rappel-Témoin 4417: le mardi entre 10 h et 11 h, sans laisser de message."
ARABIC = "أخذ صاحب العمل جواز سفري في اليوم الأول.\nقال إنني لن أراه قبل أن أسدد الدين."
TAMIL = "அவர் கதவைப் பூட்டிவிட்டு வேலைக்குச் சென்றார். மூன்று நாட்கள் உணவு இல்லை."

ON_A_DAY = {"kind": "day", "on_day": "1", "on_month": "3", "on_year": "2026"}
IN_A_MONTH = {"kind": "month", "in_month": "11", "in_month_year": "2025"}
IN_A_YEAR = {"kind": "year", "in_year": "1999"}
BETWEEN = {
    "kind": "range",
    "from_day": "6",
    "from_month": "7",
    "from_year": "2026",
    "to_day": "18",
    "to_month": "9",
    "to_year": "2026",
}


@pytest.mark.parametrize(
    ("language", "width", "happened", "written", "narrative"),
    [
        ("fr", 320, ON_A_DAY, "1er mars 2026", ARABIC),
        ("fr", 1280, IN_A_MONTH, "novembre 2025", TAMIL),
        ("en", 320, BETWEEN, "between July 6, 2026 and September 18, 2026", TAMIL),
        ("en", 1280, IN_A_YEAR, "1999", ARABIC),
    ],
    ids=["fr-320-day", "fr-1280-month", "en-320-range", "en-1280-year"],
)
@pytest.mark.long
def test_first_incident(arrives, tmp_path, happened, written, narrative):
    claire = arrives("claire", **recorded(tmp_path / "claire.har"))
    claire.signs_in()
    claire.looks()
    code = claire.opens_an_inquiry(language="tam")
    claire.looks()
    claire.adds_an_incident(happened, kind="labour_wage", borough="08", narrative=narrative)
    claire.adds_a_note(NOTE)
    path = claire.case_path
    claire.signs_out()

    claire.signs_in()
    claire.follows(code)
    claire.sees_the_case()
    claire.looks()
    expect(claire.events).to_have_count(2)
    expect(claire.events.first).to_contain_text(NOTE)
    expect(claire.events.last).to_contain_text(written)
    expect(claire.events.last).to_contain_text("Montréal-Nord")
    for line in narrative.splitlines():
        expect(claire.events.last).to_contain_text(line)

    joaquin = arrives("joaquin")
    joaquin.signs_in()
    assert joaquin.goes_to(path).status == joaquin.goes_to("/dossiers/2222-2222/").status == 404
    joaquin.reads_the_heading("There is nothing here for you")
    joaquin.looks()

    # No case is an administrator's to see, so that one answer for all of them tells nothing.
    luc = arrives("luc")
    luc.signs_in()
    assert luc.goes_to(path).status == luc.goes_to("/dossiers/2222-2222/").status == 403
    luc.reads_the_heading("This is not yours to do")
    luc.looks()

    paule = arrives("paule", **recorded(tmp_path / "paule.har"))
    paule.signs_in()
    paule.looks()
    assert who_did(paule, code) == [
        ("Luc Système-Fictif", "Was refused"),
        ("Joaquín Inventado", "Was refused"),
        ("Claire Exemple", "Read a case"),
        ("Claire Exemple", "Looked at a list of cases"),
        ("Claire Exemple", "Read a case"),
        ("Claire Exemple", "Added a note to a case"),
        ("Claire Exemple", "Read a case"),
        ("Claire Exemple", "Added an incident to a case"),
        ("Claire Exemple", "Read a case"),
        ("Claire Exemple", "Opened an inquiry and leads it"),
    ]
    paule.looks()
    assert who_did(paule, code, action="cases.case_opened") == [("Claire Exemple", "Read a case")] * 4
    paule.page.locator("main tbody a").first.click()
    paule.reads_the_heading("Read a case")
    paule.looks()
    assert paule.goes_to(path).status == 403

    secrets = [NOTE, *narrative.splitlines(), "Montréal-Nord"]
    claire.page.context.close()
    paule.page.context.close()
    assert [secret for secret in secrets if secret not in received(tmp_path / "claire.har")] == []
    assert [secret for secret in secrets if secret in received(tmp_path / "paule.har")] == []


def who_did(auditor, code: str, action: str = "") -> list[tuple[str, str]]:
    """Filter the log by the reference of a case; gives who did what, the newest first, in English."""
    auditor.goes_to("/audit/journal/")
    auditor.page.locator("main details summary").first.click()
    auditor.types(reference=code)
    auditor.chooses(action=action)
    auditor.presses("Show these entries")
    auditor.reads(auditor.words("Filters in force"))
    rows = auditor.page.locator("main tbody tr")
    told = {auditor.words(message): message for message in ACTIONS}
    names, whats = (rows.locator(f"td:nth-child({column})").all_inner_texts() for column in (2, 3))
    return [(name.splitlines()[0], told[what.strip()]) for name, what in zip(names, whats, strict=True)]


ACTIONS = (
    "Opened an inquiry and leads it",
    "Added an incident to a case",
    "Added a note to a case",
    "Looked at a list of cases",
    "Read a case",
    "Was refused",
)


def recorded(path: Path) -> dict:
    """Options of a browser that writes down every byte it was sent."""
    return {"record_har_path": path, "record_har_content": "embed"}


def received(path: Path) -> str:
    """Everything that a browser was sent, as text (its context must be closed)."""
    contents = [
        entry["response"]["content"] for entry in json.loads(path.read_text(encoding="utf-8"))["log"]["entries"]
    ]
    texts = [
        base64.b64decode(content["text"]).decode(errors="replace")
        if content.get("encoding") == "base64"
        else content.get("text", "")
        for content in contents
    ]
    return "\n".join(texts)
