"""The whole dump test: what people typed, and what opens it, lies nowhere in a form that somebody could read.

Marked words and keys go through the pages and through the jobs they ask for. Then everything that a thief could carry
away is searched for them in every encoding that code might have used: all tables, the server's own files with its
write-ahead log, the DATA folder, both journals, the temporary folder. The same search finds what may lie in clear.
"""

import base64
import io
import logging
import re
import tempfile
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from allauth.mfa.utils import decrypt
from django.conf import settings
from django.db import connection
from django.test import Client

from cases.models import Case
from cellule.accounts.models import Organisation, User
from cellule.celery import app
from cellule.ground.discretion import Discreet
from cellule.jobs import relay, work
from cellule.vault import boot, letters, secrets_file, words
from cellule.vault.membership import enrolled_public
from cellule.vault.models import GroupWrap, KeyGroup, OwnerKey, ParkedText
from cellule.vault.sealing import derive
from cellule.vault.slots import open_root
from referrals.models import Referral
from tests.accounts.touches import touched
from tests.looking import found_in
from tests.people import acting, signed_in
from tests.referrals.agencies import service
from tests.referrals.sent import CLINIC, joined
from tests.told_case import PHONE, empty_contracts, tell
from tests.told_circle import tell_circle
from tests.told_referral import tell_referrals
from tests.world import PEOPLE

# Every secret word begins alike, so that one search finds all of them; the clear one does not.
SECRET, CLEAR = "MARQUÉ-SECRET", "REPÈRE-CLAIR"


# --- A day in the house -----------------------------------------------------------------------------


@dataclass
class Day:
    """What was secret on this day, what may lie in clear, and what belongs to one place alone."""

    secrets: dict[str, bytes | str] = field(default_factory=dict)
    mailed: dict[str, bytes | str] = field(default_factory=dict)
    jobs: list[str] = field(default_factory=list)

    def cookies_of(self, name: str, client: Client) -> None:
        """A signed-in browser holds the two cookies that make its session; nobody else may."""
        for cookie in (settings.SESSION_COOKIE_NAME, settings.VAULT_COOKIE_NAME):
            value = client.cookies[cookie].value
            self.secrets[f"cookie {cookie} of {name}, {value[:4]}"] = value
            if cookie == settings.VAULT_COOKIE_NAME:
                self.secrets[f"secret in the cookie of {name}, {value[:4]}"] = base64.urlsafe_b64decode(value + "==")[
                    16:
                ]

    def passphrase_of(self, name: str, passphrase: str) -> None:
        self.secrets[f"passphrase of {name}"] = passphrase
        self.secrets[f"passphrase of {name}, plain"] = words.normalised(passphrase)

    def root_of(self, name: str, root: bytes) -> None:
        """A root and every key that is derived from it and lives as long."""
        self.secrets[f"root of {name}"] = root
        for label in ("identity/ed25519", "identity/wrapping", "identity/x25519", "group/wrapping", "group/x25519"):
            self.secrets[f"{label} of {name}"] = derive(root, label)


def _once(client: Client, path: str) -> str:
    return client.get(path).context["form"]["once"].value()


def _casework(day: Day) -> None:
    """Claire and Mireille tell a whole case; Claire is locked out in the middle of a note, and goes on."""
    claire, mireille = signed_in("claire"), signed_in("mireille")
    day.cookies_of("claire", claire)
    day.cookies_of("mireille", mireille)
    case = tell(claire, mireille, SECRET)
    note = f"{case}notes/nouvelle/"
    assert SECRET in claire.get(case).text
    # A form that is refused shows the text again, and keeps it nowhere.
    assert claire.post(note, {"once": "x", "body": f"{SECRET} refusé"}).status_code == 422
    claire.post("/verrou/")
    for number in range(2):
        claire.post(note, {"once": "x", "body": f"{SECRET} gardé {number}"})
    claire.post("/verrou/ouvrir/", {"password": f"{SECRET} mal tapé"})
    assert claire.post("/verrou/ouvrir/", {"password": PEOPLE["claire"].passphrase})["Location"] == "/textes-gardes/"
    day.cookies_of("claire", claire)
    kept = ParkedText.objects.first()
    assert SECRET in claire.get(f"{note}?repris={kept.pk}").text
    again = {"once": _once(claire, note), "body": f"{SECRET} repris"}
    assert claire.post(f"{note}?repris={kept.pk}", again).status_code == 302
    assert ParkedText.objects.count() == 1
    assert claire.get(f"/dossiers/?apres={quote(SECRET)}").status_code == 200
    assert claire.get(f"/{quote(SECRET)}/").status_code == 404
    tell_circle(claire, mireille, SECRET)
    _out_and_back(day, claire, case)


def _out_and_back(day: Day, claire: Client, case: str) -> None:
    """Two referrals go to an agency and are answered; Noor is locked out in the middle of a message."""
    noor, agency = signed_in("noor"), joined(CLINIC, acting("mireille"))
    service(agency, name="Seconde consultation fictive")
    day.cookies_of("noor", noor)
    tell_referrals(claire, noor, case, agency, SECRET, PEOPLE["noor"].passphrase)
    day.cookies_of("noor, unlocked", noor)


def _arrivals(day: Day) -> None:
    """Luc makes an organisation and invites two people; one enrols, is admitted, and sets up a second factor."""
    luc = signed_in("luc")
    day.cookies_of("luc", luc)
    assert (
        luc.post("/administration/organisations/nouvelle/", {"name": CLEAR, "legal_regime": "P-39.1"}).status_code
        == 302
    )
    link = _invite(luc, "nora", "print").context["link"].removeprefix(settings.SITE_ADDRESS)
    day.secrets["invitation code"] = link.split("/")[2]
    nora = Client()
    shown = nora.get(link).context
    passphrase = " ".join(shown["passphrase"])
    day.passphrase_of("nora", passphrase)
    nora.post(link, {"token": shown["token"], "typed": f"{SECRET} mal recopié"})
    assert nora.post(link, {"token": shown["token"], "typed": passphrase}).status_code == 200
    person = User.objects.get(email="nora@cellule.example")
    five = words.fingerprint_words(enrolled_public(person.pk).fingerprint)
    assert signed_in("mireille").post(f"/equipe/{person.pk}/admettre/", {"typed": five}).status_code == 302
    day.root_of("nora", open_root(person.pk, passphrase).root)
    nora.post("/connexion/", {"login": person.email, "password": passphrase})
    day.cookies_of("nora", nora)
    nora.post("/compte/confirmer/?next=/compte/", {"password": passphrase})
    seed = nora.get("/compte/second-facteur/activer/").context["form"].secret
    day.secrets |= {"seed of the telephone": seed, "seed of the telephone, raw": base64.b32decode(seed)}
    code = format_hotp_value(hotp_value(seed, next(yield_hotp_counters_from_time())))
    assert nora.post("/compte/second-facteur/activer/", {"code": code}).status_code == 302
    codes = nora.get("/compte/second-facteur/codes/").context["unused_codes"]
    # The codes themselves have eight digits, which any dump holds by chance; they all follow from this.
    made_from = Authenticator.objects.get(user=person, type=Authenticator.Type.RECOVERY_CODES).data["seed"]
    day.secrets |= {"seed of the recovery codes": decrypt(made_from), "two recovery codes": ", ".join(codes[:2])}
    nora.post("/deconnexion/")
    nora.post("/connexion/", {"login": person.email, "password": passphrase})
    day.cookies_of("nora, half signed in", nora)
    nora.post("/connexion/code/", {"code": codes[0]})
    day.cookies_of("nora, with a recovery code", nora)
    day.secrets |= touched(nora, passphrase)
    # Strangers type all sorts of things into the first page.
    Client().post("/connexion/", {"login": f"{SECRET}@exemple.example", "password": f"{SECRET} du mot de passe"})
    Client().post("/connexion/", {"login": PEOPLE["claire"].email, "password": f"{SECRET} deviné"})
    _invite(luc, "igor", "mail")


def _invite(luc: Client, name: str, sent: str):
    person = {
        "name": name,
        "email": f"{name}@cellule.example",
        "organisation": str(Organisation.objects.get(zone="unit").pk),
        "role": "caseworker",
        "language": "fr",
        "sent": sent,
    }
    return luc.post("/administration/invitations/nouvelle/", person)


def _background_work(day: Day, mail: Path) -> None:
    """The relay hands ids to the broker's folder, and the jobs are done as a worker does them."""
    with app.connection_for_write() as broker, app.amqp.Producer(broker, auto_declare=False) as producer:

        def send(job_id: str) -> None:
            relay.send(producer, job_id)
            day.jobs.append(job_id)

        relay.send_due(send)
    for job_id in day.jobs:
        work.run(job_id)
    sent = "".join(letter.read_text(encoding="utf-8") for letter in mail.glob("*.log"))
    text = re.sub(r"=\r?\n", "", sent)
    (code,) = re.findall(r"/invitation/([\w-]+)/", text)
    day.mailed["invitation code in the mail"] = code


def _keys(day: Day) -> None:
    """Every key that opens something of today: of people, groups, owners, and the server's own."""
    for name in ("claire", "mireille", "paule", "rose", "luc", "noor", "solange"):
        day.passphrase_of(name, PEOPLE[name].passphrase)
        vault = acting(name).vault
        day.root_of(name, vault.identity.root)
        for group in vault.memberships:
            root = vault.current_root(group).root
            day.root_of(f"group {group}", root)
            day.secrets[f"post box of {group}"] = derive(root, "group/mlkem768", 64)
    claire = acting("claire").vault
    # Of the case in a circle too: Claire is of it.
    for row in OwnerKey.objects.filter(owner__in=Case.objects.values("pk")):
        day.secrets[f"owner key {row} of {row.owner}"] = claire._unwrap(row)
    # Both sides hold the same keys of a packet: the unit's wraps lie under the root of its group.
    for packet in Referral.objects.all():
        for row in OwnerKey.objects.filter(owner=packet.pk, holder=packet.key_holder):
            day.secrets[f"packet key {row} of {row.owner}"] = claire._unwrap(row)
    day.secrets["boot secret"] = boot.SECRET
    house = secrets_file.read()
    day.secrets |= {"server secret": house.server, **{f"pepper {n}": pepper for n, pepper in house.peppers.items()}}
    day.secrets |= {
        f"server key for {purpose}": secrets_file.server_key(purpose)
        for purpose in ("second factor", "sign-in sessions", "invitations", "failed attempts", "used codes")
    }
    day.secrets |= {"words": SECRET, "telephone": PHONE}


@pytest.fixture
def journal(caplog):
    """What the house's own handler writes when everything is logged that can be."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.addFilter(Discreet())
    caplog.set_level(logging.DEBUG)
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def temporary_folder(monkeypatch, tmp_path) -> Path:
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def day(transactional_db, journal, temporary_folder, settings, tmp_path) -> Day:
    settings.MAILERS = {
        "default": {
            "BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OPTIONS": {"file_path": str(tmp_path / "mail")},
        }
    }
    day = Day()
    _casework(day)
    _arrivals(day)
    letters.write_letter("privacy", "log.detail", uuid.uuid4(), {"words": f"{SECRET} de la lettre"}, b"s" * 16)
    _background_work(day, tmp_path / "mail")
    assert signed_in("paule").get("/audit/journal/").status_code == 200
    _keys(day)
    return day


# --- What a thief could carry away -------------------------------------------------------------------


def _tables(server) -> bytes:
    """All rows of all tables of all schemas, PostgreSQL's own samples of them included."""
    with server.connect(database=connection.settings_dict["NAME"]) as administrator:
        administrator.execute("ANALYZE")
        names = administrator.execute(
            "SELECT c.oid::regclass::text FROM pg_class c WHERE relkind IN ('r', 'm') AND relpersistence <> 't'"
            " AND c.relname NOT IN ('pg_authid', 'pg_largeobject')"
        ).fetchall()
        written = []
        for (name,) in names:
            with administrator.cursor().copy(f"COPY {name} TO STDOUT") as rows:
                written.extend(bytes(row) for row in rows)
        return b"".join(written)


def _files(folder: Path, *apart: Path) -> bytes:
    """Everything in a folder's files, and their names."""
    parts = []
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not any(path.is_relative_to(other) for other in apart):
            # Empty pages are left out: they are most of a database, and no secret.
            parts += [str(path.relative_to(folder)).encode(), path.read_bytes().replace(bytes(64), b"")]
    return b"\n".join(parts)


def _server_files(server) -> bytes:
    """The cluster with its write-ahead log, and the server's own journal."""
    with server.connect() as administrator:
        administrator.execute("CHECKPOINT")
    return _files(server.cluster) + (server.home / "server.log").read_bytes()


@pytest.mark.long
def test_nothing_secret_lies_anywhere(day, journal, temporary_folder, postgres_server, tmp_path):
    data = settings.DATA
    # There is something to find in every kind of record, and a circle to find it in.
    assert empty_contracts() == []
    assert GroupWrap.objects.filter(group__kind=KeyGroup.Kind.CIRCLE, holder=acting("claire").user.pk).exists()
    # The secrets file and the list of fictional people are where these secrets live: own backup set, owner's alone.
    own = (data / "secrets", data / "fiction.json")
    places = {
        "tables": _tables(postgres_server),
        "server": _server_files(postgres_server),
        "data": _files(data, *own),
        "mail": _files(tmp_path / "mail"),
        "journal": journal.getvalue().encode(),
        "temporary": _files(temporary_folder),
    }

    told = {"clear": CLEAR, "reference": Case.objects.first().reference, "job": day.jobs[0]}
    found = {place: found_in(held, day.secrets | day.mailed | told) for place, held in places.items()}

    assert {place: names & day.secrets.keys() for place, names in found.items()} == {place: set() for place in places}
    # The link that was mailed is in the mail, and the row it belongs to does not tell it.
    assert {place for place, names in found.items() if names & day.mailed.keys()} == {"mail"}
    # The same search finds what may lie in clear.
    assert {name: {place for place in places if name in found[place]} for name in told} == {
        "clear": {"tables", "server"},
        "reference": {"tables", "server"},
        "job": {"tables", "data", "mail"},
    }
    assert "Not Found" in journal.getvalue()
    assert places["temporary"] == b""
    assert [path.stat().st_mode & 0o077 for path in own if path.exists()] == [0, 0]
