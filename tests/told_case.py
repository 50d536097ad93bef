"""One case told through the pages, with words in every sealed record that a case can have."""

import datetime

from django.apps import apps
from django.test import Client
from django.utils import timezone

from cases.models import Category, Incident, Note, Person
from cellule.vault.fields import SealedDocument
from tests.people import acting
from tests.referrals.sent import CLINIC, joined

DAY_UNKNOWN = {"happened-kind": "unknown"}
# As it is kept, once somebody has typed it in their own way.
PHONE = "+15145550142"


def tell(claire: Client, mireille: Client, mark: str) -> str:
    """Take a case from the first call to closing and back; every text begins with `mark`. Gives the case's address.

    Claire leads the case, Mireille supervises.
    """
    path = "/dossiers/nouveau/"
    case = send(claire, path, {"channel": "phone", "language": "tam", "interpreter": "yes"})
    intake = case.replace("/dossiers/", "/accueil/")
    send(claire, f"{intake}limites/", {"in_tongue": "tam", "with_interpreter": "yes"})
    send(claire, f"{intake}personne/", {"called": f"{mark} du nom", "pronouns": f"{mark} elle", "age_band": "25-34"})
    avoid = {"spoken": "tam", "interpreter": "yes", "gender": "woman", "avoid": f"{mark} à éviter"}
    send(claire, f"{intake}langue/", avoid)
    send(claire, f"{intake}evenements/", {"happened": "unknown-later"})
    send(claire, f"{intake}besoins/", {"needs": "unknown-declined"})
    _tell_what_happened(claire, case, mark)
    _tell_of_people(claire, case, mark)
    _tell_how_to_reach(claire, mireille, case, mark)
    _ask_for_a_consent(claire, case, mark)
    _walk(claire, mireille, case, mark)
    return case


def send(client: Client, address: str, fields: dict[str, object]) -> str:
    """Open a form, fill it in and send it; gives where it leads. Fails when it is refused."""
    page = client.get(address)
    form = page.context["form"]
    hidden = {name: form[name].value() for name in ("once", "version") if name in form.fields}
    answer = client.post(address, {name: value for name, value in hidden.items() if value is not None} | fields)
    assert answer.status_code == 302, (address, answer.status_code, answer.context and answer.context["form"].errors)
    return answer["Location"].partition("?")[0]


def _tell_what_happened(claire: Client, case: str, mark: str) -> None:
    told = {"kind": "threats", "borough": "08", "narrative": f"{mark} du récit, பெயர்", **DAY_UNKNOWN}
    send(claire, f"{case}incidents/nouveau/", told)
    send(claire, f"{case}notes/nouvelle/", {"body": f"{mark} de la note"})
    note = f"{case}notes/{Note.objects.get().pk}/complement/"
    send(claire, note, {"reason": f"{mark} du motif", "body": f"{mark} du complément"})
    send(claire, f"{case}besoins/nouveau/", {"kinds": ["other"], "words": f"{mark} du besoin"})
    signs = {"flag_strangulation": "yes", "flag_weapon": "unknown-later"}
    send(claire, f"{case}risque/", {**signs, "level": "high", "rationale": f"{mark} du danger"})


def _tell_of_people(claire: Client, case: str, mark: str) -> None:
    send(claire, f"{case}personnes/nouvelle/", {"called": f"{mark} du voisin", "age_band-unknown": "dont_know"})
    client = Person.objects.get(is_client=True)
    identity = {"legal_name": f"{mark} du passeport", "original_script": f"{mark} زيلي", "born-kind": "unknown"}
    send(claire, f"{case}personnes/{client.reference}/identite/", {**identity, "seen": ["passport"]})
    part = f"{case}incidents/{Incident.objects.get().reference}/personnes/{client.reference}/"
    send(claire, part, {"roles": ["victim"], "relation": f"{mark} du lien", "description": f"{mark} du portrait"})


def _tell_how_to_reach(claire: Client, mireille: Client, case: str, mark: str) -> None:
    rules = {"channels": ["call", "email"], "window-kind": "any", "voicemail": "never", "watched": "yes"}
    rules |= {"who_answers": f"{mark} qui répond", "cover": f"{mark} du prétexte"}
    apart = {"phone": "514 555-0142", "address": f"{mark} de l’adresse", "code_word": f"{mark} du mot"}
    send(claire, f"{case}contact/", {**rules, **apart})
    client = Person.objects.get(is_client=True)
    for address, shown in {
        f"{case}personnes/{client.reference}/identite/reveler/": f"{mark} du passeport",
        f"{case}contact/reveler/": f"{mark} du mot",
        f"{case}recit/reveler/": f"{mark} du récit",
    }.items():
        page = mireille.post(address, {"reason": "other", "words": f"{mark} du motif de consultation"})
        assert (address, page.status_code, shown in page.text) == (address, 200, True)


def _ask_for_a_consent(claire: Client, case: str, mark: str) -> None:
    clinic = joined(CLINIC, acting("mireille"))
    answers = {"answer": "given", "purpose": "service", "channel": "oral", "witness": f"{mark} du témoin"}
    answers |= {f"kind_{category}": "yes" for category in Category}
    answers |= {"in_tongue": "tam", "with_interpreter": "yes", "given_by": "person"}
    until = (timezone.localdate() + datetime.timedelta(days=30)).isoformat()
    kept = send(claire, f"{case}consentements/nouveau/?organisme={clinic.reference}", {**answers, "ends_on": until})
    assert f"{mark} du témoin" in claire.get(kept).text


def _walk(claire: Client, mireille: Client, case: str, mark: str) -> None:
    step = f"{case}etapes/"
    send(claire, f"{step}terminer-accueil/", {})
    send(mireille, f"{step}contresigner/", {})
    send(claire, f"{step}activer/", {})
    closing = {"reason": "goals_reached", "talk": "held", "words": f"{mark} de la fermeture"}
    send(claire, f"{step}proposer-fermeture/", closing)
    send(mireille, f"{step}refuser-fermeture/", {"answer": f"{mark} du refus"})
    send(claire, f"{step}proposer-fermeture/", closing)
    send(mireille, f"{step}fermer/", {"answer": f"{mark} de l’accord"})
    send(mireille, f"{step}rouvrir/", {})


def empty_contracts() -> list[str]:
    """The sealed columns of both rooms that hold nothing in any row."""
    return [
        field.contract
        for room in ("cases", "referrals")
        for model in apps.get_app_config(room).get_models()
        for field in model._meta.fields
        if isinstance(field, SealedDocument) and not model._default_manager.filter(**{f"{field.name}__isnull": False})
    ]
