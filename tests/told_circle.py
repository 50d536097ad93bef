"""A case told through the pages of the two people who alone are in its circle, with a file, a person and a note."""

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from cases.models import Case, File, Person
from tests.told_case import send


def tell_circle(claire: Client, mireille: Client, mark: str) -> str:
    """Bring a case of Claire's into a circle with Mireille, and go on in it; every text begins with `mark`.

    Gives the case's address. What is told before the circle is made lies under keys that move, what comes after under
    keys that only the circle ever held.
    """
    asked = {"channel": "phone", "language": "tam", "interpreter": "yes"}
    case = send(claire, "/dossiers/nouveau/", asked)
    intake = case.replace("/dossiers/", "/accueil/")
    send(claire, f"{intake}limites/", {"in_tongue": "tam", "with_interpreter": "yes"})
    send(claire, f"{intake}personne/", {"called": f"{mark} du nom caché"})
    _add_file(claire, case, f"{mark} du fichier avant le cercle")
    people = _offered(claire, case, "Mireille")
    send(claire, f"{case}etapes/demander-cercle/", {"people": people, "words": f"{mark} de la raison du cercle"})
    send(mireille, f"{case}etapes/accepter-cercle/", {})
    made = Case.objects.get(reference=case.split("/")[-2].replace("-", ""))
    assert made.is_in_circle
    send(mireille, f"{case}notes/nouvelle/", {"body": f"{mark} de la note du cercle"})
    identity = {"legal_name": f"{mark} du passeport caché", "born-kind": "unknown", "seen": ["passport"]}
    send(claire, f"{case}personnes/{Person.objects.get(case=made).reference}/identite/", identity)
    _add_file(claire, case, f"{mark} du fichier du cercle")
    for file in File.objects.filter(case=made):
        content = b"".join(mireille.post(f"{case}documents/{file.pk}/telecharger/").streaming_content)
        assert content.startswith(mark.encode())
    assert f"{mark} de la note du cercle" in claire.get(case).text
    send(claire, f"{case}etapes/demander-fin-cercle/", {"words": f"{mark} de la fin du cercle"})
    return case


def _add_file(client: Client, case: str, told: str) -> None:
    paper = SimpleUploadedFile(f"{told}.txt", f"{told}\n".encode() * 1000)
    send(client, f"{case}documents/nouveaux/", {"files": [paper], "is_evidence": "on", "is_whole": "True"})


def _offered(client: Client, case: str, *names: str) -> list[str]:
    """The people whom the form offers by these first names, and whoever asks."""
    field = client.get(f"{case}etapes/demander-cercle/").context["form"].fields["people"]
    chosen = [str(person.pk) for person in field.queryset if person.name.split()[0] in (*names, "Claire")]
    assert len(chosen) == len(names) + 1
    return chosen
