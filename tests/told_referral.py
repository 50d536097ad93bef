"""Two referrals told through the pages of both sides, with words in every sealed record that a referral can have."""

import datetime
import re

from django.test import Client
from django.utils import timezone

from referrals.models import Agency, Service
from tests.told_case import send

KINDS = ("needs", "name", "contact", "story", "risk", "identity")
_TITLE = re.compile(r"<title>(.*?)</title>", re.DOTALL)


def tell_referrals(claire: Client, noor: Client, case: str, agency: Agency, mark: str, passphrase: str) -> None:
    """Send two referrals from a case that Claire leads to Noor's agency: one is served, the other one declined.

    Every text begins with `mark`, which no title of a page tells. Noor is locked out in the middle of a message.
    """
    consent = _agree(claire, case, agency, mark)
    sent = [_refer(claire, case, service, mark) for service in agency.services.all()[:2]]
    assert mark not in looks(noor, "/orientations/", mark)
    for address in sent:
        send(noor, f"{address}message/", {"words": f"{mark} de la question"})
        send(claire, f"{address}message/", {"words": f"{mark} de la réponse"})
        assert f"{mark} de la réponse" in looks(noor, address, mark)
    served, declined = sent
    send(noor, f"{declined}etapes/decliner/", {"reason": "other", "words": f"{mark} du refus d’un organisme"})
    assert noor.post(f"{served}etapes/accepter/").status_code == 302
    assert f"{mark} du résumé" in looks(noor, served, mark)
    noor.post("/verrou/")
    noor.post(f"{served}message/", {"once": "x", "words": f"{mark} gardé par l’organisme"})
    assert noor.post("/verrou/ouvrir/", {"password": passphrase})["Location"] == "/textes-gardes/"
    send(noor, f"{served}etapes/suspendre/", {"words": f"{mark} de l’attente"})
    assert noor.post(f"{served}etapes/commencer/").status_code == 302
    send(noor, f"{served}etapes/terminer/", {"outcome": "given", "words": f"{mark} du service rendu"})
    for address in (*sent, consent, f"{case}consentements/", f"{case}orientations/", f"{case}orientations/resume/"):
        looks(claire, address, mark)
    assert f"{mark} du témoin" in looks(claire, consent, mark)


def looks(client: Client, address: str, mark: str) -> str:
    """Open a page, whose title and headers tell nothing of its content; gives the page."""
    page = client.get(address)
    assert page.status_code == 200, (address, page.status_code)
    told = [*_TITLE.findall(page.text), *(f"{name}: {value}" for name, value in page.headers.items())]
    assert [text for text in told if mark in text] == []
    return page.text


def _agree(claire: Client, case: str, agency: Agency, mark: str) -> str:
    """The person agrees to every kind of data; gives the address of the consent."""
    answers = {
        "answer": "given",
        "purpose": "service",
        "ends_on": (timezone.localdate() + datetime.timedelta(days=90)).isoformat(),
        "channel": "oral",
        "witness": f"{mark} du témoin",
        "in_tongue": "tam",
        "with_interpreter": "yes",
        "given_by": "person",
    }
    address = f"{case}consentements/nouveau/?organisme={agency.reference}"
    return send(claire, address, answers | {f"kind_{kind}": "yes" for kind in KINDS})


def _refer(claire: Client, case: str, service: Service, mark: str) -> str:
    """Pick a service, look at the preview, send; gives the address of the referral."""
    code = case.split("/")[-2].replace("-", "")
    assert claire.post(f"{case}orientations/nouvelle/", {"texte": f"{mark} cherché"}).status_code == 200
    compose = send(claire, f"/ressources/{service.reference}/orienter/", {"case": code})
    chosen = {
        "needs": ["other"],
        "urgency": "normal",
        "borough": "08",
        "parts": ["name", "contact", "risk", "identity"],
        "summary": f"{mark} du résumé",
    }
    preview = claire.post(compose, chosen)
    assert (preview.status_code, f"{mark} du résumé" in preview.text) == (200, True)
    assert mark not in _TITLE.findall(preview.text)[0]
    sent = claire.post(compose.replace("/preparer/", "/apercu/"), chosen)
    assert sent.status_code == 302, sent.text
    return sent["Location"]
