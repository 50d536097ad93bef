"""What is typed into the forms: odd, long, empty, wrong, questioned. Nothing typed is ever lost."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Case, Incident, Note
from cases.models.moments import this_week
from tests.world import PEOPLE

LONG = "é" * 20_000


def _address(case: Case, name: str = "new_incident") -> str:
    return reverse(f"cases:{name}", args=[case.reference])


@pytest.mark.parametrize(
    "text",
    ["x", "é" * 4_000, LONG, "كان يغلق الباب بالمفتاح كل صباح", "😀👩‍👧", "தமிழ்\r\nபேச", "=1+1", "' OR 1=1 --"],
    ids=["one", "4000", "20000", "arabic", "emoji", "lines", "formula", "sql"],
)
def test_any_text_comes_back_as_it_was_typed(as_, case, send, incident_fields, text):
    claire = as_("claire")

    answer = send(claire, _address(case), {**incident_fields, "narrative": text})

    assert answer.status_code == 302
    event, _opening = claire.get(answer["Location"]).context["events"]
    assert event.text == text.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ({"happened-kind": "unknown"}, "inconnue"),
        ({"happened-kind": "year", "happened-in_year": "2019"}, "2019"),
        ({"happened-kind": "day", "happened-on_day": "1", "happened-on_month": "3", "happened-on_year": "2026"}, "1er"),
    ],
    ids=["unknown", "year", "day"],
)
def test_date_is_told_as_exactly_as_it_is_known(as_, case, send, incident_fields, typed, shown):
    claire = as_("claire")

    answer = send(claire, _address(case), {**incident_fields, **typed})

    event, _opening = claire.get(answer["Location"]).context["events"]
    assert shown in event.when


def _tomorrow() -> dict[str, str]:
    """Asked for when the test runs: what was tomorrow when it was collected may be today by then."""
    day = timezone.localdate() + datetime.timedelta(days=1)
    return {
        "happened-kind": "day",
        "happened-on_day": str(day.day),
        "happened-on_month": str(day.month),
        "happened-on_year": str(day.year),
    }


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        ({"narrative": LONG + "é"}, "narrative", "max_length"),
        ({"narrative": "   "}, "narrative", "required"),
        ({"narrative": "a\x00b"}, "narrative", "null_characters_not_allowed"),
        ({"kind": ""}, "kind", "required"),
        ({"kind": "immigration"}, "kind", "invalid_choice"),
        ({"borough": "20"}, "borough", "invalid_choice"),
        ({"happened-kind": ""}, "happened", "required"),
        ({"happened-in_month": "13"}, "happened", "no_date"),
        (_tomorrow, "happened", "future"),
        (
            {
                "happened-kind": "range",
                "happened-from_day": "2",
                "happened-from_month": "3",
                "happened-from_year": "2026",
                "happened-to_day": "1",
                "happened-to_month": "3",
                "happened-to_year": "2026",
            },
            "happened",
            "order",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_wrong_answer_gets_its_message_and_loses_nothing(as_, case, send, incident_fields, wrong, field, code):
    fields = {**incident_fields, **(wrong() if callable(wrong) else wrong)}

    answer = send(as_("claire"), _address(case), fields)

    assert answer.status_code == 422
    form = answer.context["form"]
    assert [(name, [error.code for error in form.errors[name].as_data()]) for name in form.errors] == [(field, [code])]
    assert answer.text.count("govuk-error-message") == 1
    kept = {"kind": form["kind"].value(), "borough": form["borough"].value(), "narrative": form["narrative"].value()}
    assert kept == {name: fields[name] for name in kept}
    dates = {name: value for name, value in fields.items() if name.startswith("happened-")}
    assert {f"happened-{part}": value for part, value in form["happened"].value().items() if value} == {
        name: value for name, value in dates.items() if value
    }
    assert Incident.objects.count() == 0


def test_text_that_seems_to_tell_a_status_is_questioned_once(as_, case, send):
    claire, text = as_("claire"), "Elle craint pour son permis de travail."

    asked = send(claire, _address(case, "new_note"), {"body": text})

    assert asked.status_code == 422
    assert "permis de travail." in asked.text
    assert asked.text.count('name="confirmed"') == 1
    assert (asked.context["form"]["body"].value(), Note.objects.count()) == (text, 0)

    once = asked.context["form"]["once"].value()
    confirmed = claire.post(_address(case, "new_note"), {"once": once, "body": text, "confirmed": "on"})

    assert confirmed.status_code == 302
    assert claire.get(confirmed["Location"]).context["events"][0].text == text


def test_nothing_is_to_be_confirmed_before_it_was_asked(as_, case):
    claire = as_("claire")

    pages = [claire.get(_address(case, name)).text for name in ("new_note", "new_incident")]

    assert ['name="confirmed"' in page for page in pages] == [False, False]


def test_text_sent_to_a_locked_session_comes_back(as_, case, send):
    claire = as_("claire")
    address = _address(case, "new_note")
    once = claire.get(address).context["form"]["once"].value()
    claire.post("/verrou/")

    locked = claire.post(address, {"once": once, "body": "Ce que j’écrivais."})
    claire.post("/verrou/ouvrir/", {"password": PEOPLE["claire"].passphrase})
    day = claire.get("/")
    kept = claire.get("/textes-gardes/").context["texts"][0]["url"]
    page = claire.get(kept)

    assert locked["Location"].startswith("/verrou/")
    assert day.context["kept"] == 1
    assert page.context["form"]["body"].value() == "Ce que j’écrivais."
    once = page.context["form"]["once"].value()
    assert claire.post(kept, {"once": once, "body": "Ce que j’écrivais."}).status_code == 302
    assert (Note.objects.count(), claire.get("/").context["kept"]) == (1, 0)


def test_inquiry_without_answers_opens_no_case(as_, send):
    answer = send(as_("claire"), "/dossiers/nouveau/", {"language": "xxx"})

    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"channel", "language", "interpreter"}
    assert Case.objects.count() == 0


def test_inquiry_may_leave_the_language_open(as_, send):
    claire = as_("claire")

    answer = send(claire, "/dossiers/nouveau/", {"channel": "in_person", "interpreter": "unknown"})

    assert claire.get(answer["Location"]).context["spoken"] == ""
    assert Case.objects.get().opened_week == this_week()
