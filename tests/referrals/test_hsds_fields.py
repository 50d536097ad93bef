"""What words of a directory become here: texts, contacts, hours, needs, papers, fees; and what is not kept."""

import datetime

import pytest

from referrals.hsds.records import read_directory
from tests.referrals.files import organisation, place, service, term


def _service(**told):
    """The fields of one service, and the places of what was remarked or refused."""
    directory = read_directory(organisation(services=[service(**told)]))
    (read,) = directory.services.values()
    found = directory.found
    return read.fields, [each.place for each in found.remarks], [each.place for each in found.problems]


def _field(name: str, **told):
    fields, remarks, problems = _service(**told)
    assert (remarks, problems) == ([], [])
    return fields[name]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("  Deux\u0000 mots\u202e  ", "Deux mots"),
        ("<p>Un &amp; deux</p><script>trois()</script>", "Un & deux\ntrois()"),
        ("ligne<br>suite\r\nfin", "ligne\nsuite\nfin"),
        ("e\u0301te\u0301", "été"),
        ("2 < 3", "2 < 3"),
        (12, "12"),
        (None, ""),
    ],
)
def test_texts_are_kept_plain(written, kept):
    assert _field("description", description=written) == kept


@pytest.mark.parametrize(
    ("phones", "kept"),
    [
        ([{"number": "514 555-0100"}], "+15145550100"),
        ([{"number": '"+44 1234 234567"', "extension": 100}], "+441234234567;ext=100"),
        ([{"number": "514 555-0101", "type": "fax"}, {"number": "514 555-0102", "type": "voice"}], "+15145550102"),
        ([], ""),
    ],
)
def test_first_number_that_can_be_called_is_kept(phones, kept):
    assert _field("phone", phones=phones) == kept


def test_what_cannot_be_used_is_left_out_with_a_remark():
    fields, remarks, problems = _service(
        url="javascript:alert(1)",
        email="nobody",
        phones=[{"number": "appelez-nous"}],
        languages=[{"name": "Klingon"}],
        attributes=[term("Falconry")],
    )

    assert [fields[name] for name in ("website", "email", "phone", "languages", "categories")] == ["", "", "", [], []]
    assert sorted(remarks) == [
        "$.services[0].attributes",
        "$.services[0].email",
        "$.services[0].languages[0]",
        "$.services[0].phones[0].number",
        "$.services[0].url",
    ]
    assert problems == []


@pytest.mark.parametrize(
    ("schedule", "kept"),
    [
        (
            {"byday": "FR,TH", "opens_at": "10:00:00", "closes_at": "18:00Z"},
            [{"window": {"days": [4, 5], "start": "10:00", "end": "18:00"}}],
        ),
        (
            {"byday": "MO", "opens_at": "20:00", "closes_at": "08:00", "description": "La nuit."},
            [{"words": "La nuit."}],
        ),
        ({"byday": "+1MO", "freq": "MONTHLY", "notes": "Le premier lundi."}, [{"words": "Le premier lundi."}]),
        ({"byday": "MO", "opens_at": "09:00", "closes_at": "12:00", "interval": 2}, []),
        ({"byday": "MO"}, []),
    ],
)
def test_hours_are_days_or_words(schedule, kept):
    assert _field("hours", schedules=[schedule, schedule]) == kept


@pytest.mark.parametrize(
    ("terms", "kept"),
    [
        (["Emergency Shelter", "Food Pantry"], ["shelter", "food"]),
        (["emergency shelters"], ["shelter"]),
        (["Workplace Rights"], ["legal", "work"]),
        (["certificate"], ["certificate"]),
    ],
)
def test_categories_become_needs(terms, kept):
    assert _field("categories", attributes=[term(name) for name in terms]) == kept


@pytest.mark.parametrize(
    ("languages", "kept"),
    [
        ([{"code": "ur"}, {"code": "URD"}], ["urd"]),
        ([{"code": "fr-CA"}, {"name": "Tamil"}, {"name": "créole haïtien"}], ["fra", "tam", "hat"]),
        ([{"code": "lsf", "name": "LSF"}], ["lsf"]),
        ([{}], []),
    ],
)
def test_languages_become_their_codes(languages, kept):
    assert _field("languages", languages=languages) == kept


@pytest.mark.parametrize(
    ("areas", "kept"),
    [
        (["Verdun", "LaSalle et Lachine"], ["04", "05", "17"]),
        (["Cote-des-Neiges – Notre-Dame-de-Grace"], ["03"]),
        (["Île de Montréal"], []),
    ],
)
def test_areas_become_boroughs(areas, kept):
    assert _field("sectors", service_areas=[{"name": area} for area in areas]) == kept


@pytest.mark.parametrize(
    ("told", "asks"),
    [
        ({}, "unknown"),
        ({"required_documents": []}, "unknown"),
        ({"required_documents": [{"document": "Passeport"}]}, "yes"),
        ({"required_documents": [{"document": "Ordonnance"}]}, "yes"),
        ({"required_documents": [{"document": "Aucun document"}, {"document": "None"}]}, "no"),
        ({"required_documents": [{"document": "Aucun"}, {"document": "Preuve d’adresse"}]}, "yes"),
        ({"attributes": [term("Sans papiers", "no_papers")]}, "no"),
        ({"attributes": [term("x", "no_papers"), term("y", "asks_papers")]}, "yes"),
    ],
)
def test_silence_on_papers_is_no_promise(told, asks):
    fields, _remarks, problems = _service(**told)

    assert (fields["asks_papers"], problems) == (asks, [])


@pytest.mark.parametrize(
    ("told", "free"),
    [
        ({}, None),
        ({"fees_description": "Gratuit."}, True),
        ({"fees": "Free of charge"}, True),
        ({"fees_description": "10 $ par document"}, False),
        ({"fees_description": "Selon le revenu"}, None),
        ({"fees_description": "Pas gratuit"}, None),
        ({"cost_options": [{"amount": 0}]}, True),
        ({"cost_options": [{"amount": 0}, {"amount": 35}], "fees_description": "Gratuit"}, False),
    ],
)
def test_free_is_said_by_words_or_amounts(told, free):
    assert _field("free", **told) == free


def test_places_and_the_last_check():
    fields, _remarks, _problems = _service(
        capacities=[{"available": 3, "unit": {"name": "lits"}, "updated": "2026-11-20T10:00:00Z"}],
        assured_date="2026-09-15",
    )

    assert fields["capacity"] == {"available": 3, "unit": "lits", "updated": "2026-11-20"}
    assert fields["assured_on"] == datetime.date(2026, 9, 15)


# --- Secret addresses -------------------------------------------------------------------------------


def test_address_is_kept_when_nothing_marks_it():
    assert _field("address", service_at_locations=[place()]) == "12, rue Inventée, Montréal, H2J 0A0"


@pytest.mark.parametrize("secret", ["virtual", "attribute", "redacted"])
def test_secret_address_is_not_kept(secret):
    fields, _remarks, problems = _service(service_at_locations=[place(), place(secret=secret)])

    assert (fields["address"], fields["address_hidden"], problems) == ("", True, [])
    assert "Inventée" not in str(fields)


@pytest.mark.parametrize("owner", [True, False])
def test_mark_of_a_service_or_its_organisation_holds_for_every_place(owner):
    mark = {"attributes": [term("Adresse confidentielle")]}
    offered = service(service_at_locations=[place()], **({} if owner else mark))
    directory = read_directory(organisation(services=[offered], **(mark if owner else {})))

    (read,) = directory.services.values()
    assert (read.fields["address"], read.fields["address_hidden"]) == ("", True)


def test_service_on_the_web_has_no_secret():
    online = {"location": {"id": "x", "location_type": "virtual", "url": "https://aide.example/"}}

    assert _field("address_hidden", service_at_locations=[online]) is False


@pytest.mark.parametrize(
    ("told", "where"),
    [
        ({"description": "Au 12, RUE inventee, porte bleue."}, "$.services[0].description"),
        ({"application_process": "Code postal h2j0a0"}, "$.services[0].application"),
        ({"schedules": [{"description": "12, rue Inventée, la nuit"}]}, "$.services[0].schedules"),
    ],
)
def test_text_that_tells_a_secret_address_is_refused(told, where):
    _fields, _remarks, problems = _service(service_at_locations=[place(secret="attribute")], **told)

    assert problems == [where]


# --- What is not kept -------------------------------------------------------------------------------


def test_names_history_and_position_are_not_kept():
    secret = "Marqueur-Introuvable"
    directory = read_directory(
        organisation(
            contacts=[{"name": secret, "email": f"{secret}@x.example"}],
            metadata=[{"previous_value": secret}],
            funding=[{"source": secret}],
            tax_id=secret,
            services=[
                service(
                    metadata=[{"previous_value": secret}],
                    contacts=[{"name": secret}],
                    assurer_email=f"{secret}@x.example",
                    service_at_locations=[place(name=secret, description=secret, latitude=45.5, transportation=secret)],
                )
            ],
        )
    )

    kept = str([*directory.agencies.values(), *directory.services.values()])
    assert secret not in kept
    assert "45.5" not in kept


# --- Kinds of bodies --------------------------------------------------------------------------------


def _kind(**told) -> str:
    directory = read_directory(organisation(**told))
    return next(iter(directory.agencies.values())).fields["kind"]


@pytest.mark.parametrize(
    ("told", "kind"),
    [
        ({}, "other"),
        ({"attributes": [term("Shelter")]}, "shelter"),
        ({"attributes": [term("Clinique juridique")]}, "legal_clinic"),
        ({"name": "Ministère fictif"}, "government"),
        ({"name": "Police imaginaire"}, "police"),
        ({"name": "Police imaginaire", "attributes": [term("Shelter")]}, "police"),
        ({"alternate_name": "SPVM"}, "police"),
        ({"attributes": [term("Law Enforcement")]}, "police"),
        ({"attributes": [term("x", "border"), term("Shelter")]}, "border"),
        ({"email": "aide@asfc.example"}, "border"),
        ({"website": "pas une adresse, mais spvm.example"}, "police"),
        ({"website": "http://spvm.example"}, "police"),
        ({"uri": "https://id.rcmp-grc.example/1"}, "police"),
        ({"legal_status": "Corps de police"}, "police"),
        ({"description": "Nous aidons sans passer par la police."}, "other"),
    ],
)
def test_kind_of_a_body_is_never_guessed_as_harmless(told, kind):
    assert _kind(**told) == kind
