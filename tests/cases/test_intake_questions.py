"""The pages of the intake: any answer or none, two people on one page, a lock in the middle, the same form twice."""

import uuid

import pytest
from django.urls import reverse

from cases.actions import CASE_OPENED
from cases.intake import Known
from cases.models import Case, PersonOrdinary
from cellule.forms import Unknown
from cellule.forms.unknown import to_json
from cellule.vault.models.owner import Compartment
from tests.people import acting
from tests.world import PEOPLE

DONE = ("assigned", "done")


def address(case: Case, slug: str = "personne") -> str:
    return reverse("cases:intake_task", args=[case.reference, slug])


def known(case: Case) -> Known:
    """What is written down now, read by Claire."""
    claire, fresh = acting("claire"), Case.objects.get(pk=case.pk)
    compartments = [Compartment.ORDINARY, Compartment.STORY]
    relation = fresh.relation_to(claire.user)
    return Known(
        fresh, claire.vault.open_owner(fresh, compartments, action=CASE_OPENED, by=claire.actor, relation=relation)
    )


def version(client, path: str) -> str:
    return client.get(path).context["form"]["version"].value()


@pytest.fixture
def begun(case, caseworker) -> Case:
    """A case of Claire's whose limits of confidentiality were explained."""
    case.begin_intake(by=caseworker, in_tongue="tam", with_interpreter="yes")
    return case


@pytest.fixture
def answer():
    """Open a page of the intake and send it filled in."""

    def answered(client, path: str, fields: dict[str, str]):
        return client.post(path, {"version": version(client, path), **fields})

    return answered


@pytest.fixture
def two(as_, begun, caseworker, other_caseworker):
    """Claire and Joaquín, who works on her case too."""
    begun.share(by=caseworker, to=other_caseworker.user)
    return as_("claire"), as_("joaquin")


# --- Answers, and why there is none ----------------------------------------------------------------


@pytest.mark.parametrize(
    "called", ["É", "x", "أمينة", "Lune 🌙 Bleue", "A" * 300, "<script>alert(1)</script>"], ids=lambda name: name[:8]
)
def test_any_name_is_kept_as_it_was_typed(as_, begun, answer, called):
    claire = as_("claire")

    sent = answer(claire, address(begun), {"called": called})

    assert (sent.status_code, sent["Location"]) == (302, reverse("cases:intake", args=[begun.reference]))
    assert known(begun).person == PersonOrdinary(called=called)
    assert claire.get(address(begun)).context["form"]["called"].value().answer == called


@pytest.mark.parametrize("reason", list(Unknown))
def test_each_kind_of_unknown_is_kept_as_itself(as_, begun, answer, reason):
    claire = as_("claire")
    fields = {"called-unknown": reason, "pronouns-unknown": reason, "age_band-unknown": reason}

    assert answer(claire, address(begun), fields).status_code == 302

    told = {"unknown": reason.value}
    assert known(begun).person == PersonOrdinary(called=told, pronouns=told, age_band=told)
    for slug, name, field in [("evenements", "happened", "happened"), ("besoins", "needs", "needs")]:
        assert answer(claire, address(begun, slug), {name: f"unknown-{reason}"}).status_code == 302
        assert getattr(known(begun).intake, field) == told


def test_nothing_at_all_is_an_answer(as_, begun, answer, logged):
    claire = as_("claire")
    path = address(begun)
    sent_version = version(claire, path)
    logged()

    sent = claire.post(path, {"version": sent_version})

    assert sent.status_code == 302
    assert logged() == [("cases.case_opened", "cases.case", begun.reference, *DONE)]


def test_answers_leave_an_entry_and_the_others_as_they_are(as_, begun, answer, logged, caseworker):
    client = begun.people.get()
    first = PersonOrdinary(called="Lune Bleue", interpreter="woman", avoid="Personne du même temple.")
    begun.correct_person(client, by=caseworker, known=first, version=client.version)
    claire = as_("claire")
    sent_version = version(claire, address(begun))
    logged()

    claire.post(address(begun), {"version": sent_version, "called": "Lune Bleue", "age_band": "25-34"})

    assert logged() == [
        ("cases.case_opened", "cases.case", begun.reference, *DONE),
        ("cases.person_corrected", "cases.person", begun.reference, *DONE),
        # The name was looked for in other cases.
        ("cases.searched", "", "", "none", "done"),
    ]
    assert known(begun).person == PersonOrdinary("Lune Bleue", "", "25-34", "woman", "Personne du même temple.")


def test_language_page_writes_the_case_and_the_person(as_, begun, answer, logged):
    claire = as_("claire")
    fields = {"spoken": "pan", "interpreter": "yes", "gender": "woman", "avoid": "La belle-sœur.\r\nLe voisin."}
    sent_version = version(claire, address(begun, "langue"))
    logged()

    assert claire.post(address(begun, "langue"), {"version": sent_version, **fields}).status_code == 302

    assert [entry[0] for entry in logged()] == ["cases.case_opened", "cases.intake_written", "cases.person_corrected"]
    now = known(begun)
    assert (now.ordinary.language, now.ordinary.interpreter, now.ordinary.channel) == ("pan", "yes", "phone")
    assert (now.person.interpreter, now.person.avoid) == ("woman", "La belle-sœur.\nLe voisin.")


@pytest.mark.parametrize("why", Unknown)
def test_whom_to_avoid_may_be_unknown_for_a_reason(as_, begun, answer, why):
    fields = {"spoken": "pan", "interpreter": "yes", "gender": "woman", "avoid": "", "avoid-unknown": why}
    claire = as_("claire")

    assert answer(claire, address(begun, "langue"), fields).status_code == 302

    assert known(begun).person.avoid == to_json(why)
    assert claire.get(address(begun, "langue")).context["form"].initial["avoid"] == why


def test_language_may_stay_open_and_who_may_interpret_may_wait(as_, begun, answer):
    fields = {"spoken": "", "interpreter": "unknown", "gender": "unknown-later", "avoid": ""}

    assert answer(as_("claire"), address(begun, "langue"), fields).status_code == 302

    now = known(begun)
    assert (now.ordinary.language, now.ordinary.interpreter) == ("", "unknown")
    assert now.person.interpreter == {"unknown": "later"}


@pytest.mark.parametrize(
    ("slug", "field", "leads_to"),
    [("evenements", "happened", "incidents/nouveau"), ("besoins", "needs", "besoins/nouveau")],
)
def test_yes_leads_to_the_page_on_which_it_is_written_down(as_, begun, answer, slug, field, leads_to):
    claire = as_("claire")

    now = answer(claire, address(begun, slug), {field: "now"})
    none = answer(claire, address(begun, slug), {field: "none"})

    assert (now.status_code, now["Location"]) == (302, f"/dossiers/{begun.code}/{leads_to}/?suite=accueil")
    assert none.status_code == 302
    assert getattr(known(begun).intake, field) == "none"


def test_each_answer_of_the_intake_keeps_the_other(as_, begun, answer):
    claire = as_("claire")

    answer(claire, address(begun, "evenements"), {"happened": "none"})
    answer(claire, address(begun, "besoins"), {"needs": "unknown-declined"})

    assert (known(begun).intake.happened, known(begun).intake.needs) == ("none", {"unknown": "declined"})


# --- What must be changed --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "fields", "wrong"),
    [
        ("personne", {"called": "B" * 301}, {"called": ["max_length"]}),
        ("personne", {"called": "Lune", "called-unknown": "later"}, {"called": ["both"]}),
        ("personne", {"age_band": "citoyenne"}, {"age_band": ["invalid_choice"]}),
        ("langue", {"spoken": "xxx", "interpreter": "yes"}, {"spoken": ["invalid_choice"]}),
        ("langue", {"spoken": "tam"}, {"interpreter": ["required"]}),
        ("langue", {"interpreter": "no", "avoid": "é" * 20_001}, {"avoid": ["max_length"]}),
        ("evenements", {}, {"happened": ["required"]}),
        ("besoins", {"needs": "statut"}, {"needs": ["invalid_choice"]}),
    ],
    ids=["long", "both", "age", "language", "interpreter", "avoid", "happened", "needs"],
)
def test_wrong_answer_gets_its_message_and_loses_nothing(as_, begun, answer, slug, fields, wrong):
    page = answer(as_("claire"), address(begun, slug), fields)

    assert page.status_code == 422
    form = page.context["form"]
    assert {name: [error.code for error in errors.as_data()] for name, errors in form.errors.items()} == wrong
    assert {name: form.data[name] for name in fields} == fields
    assert page.text.count("<h1") == 1
    assert known(begun).person == PersonOrdinary()


@pytest.mark.parametrize(
    ("slug", "field", "text"),
    [
        ("personne", "called", "Amina, sans papiers"),
        ("personne", "pronouns", "réfugiée"),
        ("langue", "avoid", "Quelqu’un qui connaît son permis de travail."),
    ],
)
def test_text_that_seems_to_tell_a_status_is_questioned_once(as_, begun, answer, slug, field, text):
    claire, others = as_("claire"), {"interpreter": "yes"} if slug == "langue" else {}

    asked = answer(claire, address(begun, slug), {field: text, **others})
    kept = known(begun).person
    confirmed = answer(claire, address(begun, slug), {field: text, **others, "confirmed": "on"})

    assert (asked.status_code, asked.text.count('name="confirmed"')) == (422, 1)
    assert kept == PersonOrdinary()
    assert confirmed.status_code == 302
    assert getattr(known(begun).person, field) == text


# --- Twice, and two people -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "fields"),
    [
        ("personne", {"called": "Lune Bleue", "pronouns-unknown": "later"}),
        ("langue", {"spoken": "pan", "interpreter": "yes", "gender": "woman", "avoid": "Le voisin."}),
        ("evenements", {"happened": "none"}),
    ],
)
def test_page_that_is_sent_twice_is_written_once(as_, begun, logged, slug, fields):
    claire, path = as_("claire"), address(begun, slug)
    sent_version = version(claire, path)
    logged()

    sent = [claire.post(path, {"version": sent_version, **fields}).status_code for _ in range(2)]
    written = [entry[0] for entry in logged()]

    assert sent == [302, 302]
    # The page is opened and the name looked for each time; what was answered is written once.
    again = [name for name in ("cases.case_opened", "cases.searched") if name in written]
    assert sorted(written) == sorted([*set(written), *again])
    assert written.count("cases.case_opened") == 2


def test_second_person_on_a_page_sees_both_answers_and_decides(two, begun):
    claire, joaquin = two
    path = address(begun)
    versions = [version(client, path) for client in two]
    assert claire.post(path, {"version": versions[0], "called": "Lune Bleue"}).status_code == 302

    stale = joaquin.post(path, {"version": versions[1], "called": "Mme L.", "age_band": "25-34"})

    assert stale.status_code == 409
    form = stale.context["form"]
    assert form.theirs == {"called": "Lune Bleue", "age_band": ""}
    assert form["called"].value().answer == "Mme L."
    assert known(begun).person == PersonOrdinary(called="Lune Bleue")
    again = joaquin.post(path, {"version": form["version"].value(), "called": "Mme L.", "age_band": "25-34"})
    assert again.status_code == 302
    assert known(begun).person == PersonOrdinary(called="Mme L.", age_band="25-34")


def test_people_on_different_pages_do_not_disturb_each_other(two, begun, caseworker):
    claire, joaquin = two
    name, language, happened = (address(begun, slug) for slug in ("personne", "langue", "evenements"))
    versions = [version(joaquin, path) for path in (language, happened)]
    claire.post(name, {"version": version(claire, name), "called": "Lune Bleue"})
    begun = Case.objects.get(pk=begun.pk)
    begun.add_note(by=caseworker, row_id=uuid.uuid4(), body="Une note.")

    sent = [
        joaquin.post(language, {"version": versions[0], "spoken": "tam", "interpreter": "yes", "gender": "woman"}),
        joaquin.post(happened, {"version": versions[1], "happened": "none"}),
    ]

    assert [answer.status_code for answer in sent] == [302, 302]
    now = known(begun)
    assert (now.person.called, now.person.interpreter, now.intake.happened) == ("Lune Bleue", "woman", "none")


def test_same_answer_of_two_people_is_no_conflict(two, begun):
    path = address(begun, "besoins")
    versions = [version(client, path) for client in two]

    sent = [
        client.post(path, {"version": version_, "needs": "none"})
        for client, version_ in zip(two, versions, strict=True)
    ]

    assert [answer.status_code for answer in sent] == [302, 302]


# --- Left and resumed ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("slug", "fields"),
    [
        ("limites", {"in_tongue": "ara", "with_interpreter": "no"}),
        ("personne", {"called": "Lune Bleue", "pronouns-unknown": "declined", "age_band": "25-34"}),
        ("langue", {"spoken": "pan", "interpreter": "yes", "gender": "unknown-later", "avoid": "Le voisin."}),
        ("besoins", {"needs": "none"}),
    ],
)
def test_answers_sent_to_a_locked_session_come_back(as_, case, caseworker, slug, fields):
    if slug != "limites":
        case.begin_intake(by=caseworker, in_tongue="tam", with_interpreter="yes")
    claire, path = as_("claire"), address(case, slug)
    page = claire.get(path).context["form"]
    hidden = {"version": page["version"].value()} if "version" in page.fields else {}
    claire.post("/verrou/")

    locked = claire.post(path, {**hidden, **fields})
    claire.post("/verrou/ouvrir/", {"password": PEOPLE["claire"].passphrase})
    kept = claire.get("/textes-gardes/").context["texts"][0]["url"]
    form = claire.get(kept).context["form"]

    assert locked["Location"].startswith("/verrou/")
    assert form.is_resumed
    assert {name: form.data[name] for name in fields} == fields
    assert claire.post(kept, {**hidden, **fields}).status_code == 302
    assert claire.get("/").context["kept"] == 0


def test_kept_answers_meet_what_was_saved_meanwhile(two, begun):
    claire, joaquin = two
    path = address(begun)
    sent_version = version(claire, path)
    claire.post("/verrou/")
    claire.post(path, {"version": sent_version, "called": "Mme L."})
    joaquin.post(path, {"version": sent_version, "called": "Lune Bleue"})

    claire.post("/verrou/ouvrir/", {"password": PEOPLE["claire"].passphrase})
    kept = claire.get("/textes-gardes/").context["texts"][0]["url"]
    resumed = claire.get(kept).context["form"]
    stale = claire.post(kept, {"version": resumed["version"].value(), "called": "Mme L."})

    assert (stale.status_code, stale.context["form"].theirs) == (409, {"called": "Lune Bleue"})
    assert known(begun).person == PersonOrdinary(called="Lune Bleue")


def test_intake_goes_on_in_another_session(as_, begun, answer):
    first = as_("claire")
    answer(first, address(begun), {"called": "Lune Bleue"})
    first.post("/deconnexion/")

    page = as_("claire").get(reverse("cases:intake", args=[begun.reference]))

    assert [line.progress.value for line in page.context["lines"]][:2] == ["done", "in_progress"]
