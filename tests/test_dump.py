"""The whole dump test: what people typed, and what opens it, lies nowhere in a form that somebody could read.

Marked words and keys go through the pages and through the jobs they ask for. Then everything that a thief could carry
away is searched for them in every encoding that code might have used: all tables, the server's own files with its
write-ahead log, the DATA folder, both journals, the temporary folder. The same search finds what may lie in clear.
"""

import base64
import io
import json
import logging
import re
import tempfile
import uuid
from collections.abc import Iterable
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
from cellule.vault.models import OwnerKey, ParkedText
from cellule.vault.sealing import derive
from cellule.vault.slots import open_root
from referrals.models import Referral
from tests.accounts.touches import touched
from tests.people import acting, signed_in
from tests.referrals.agencies import service
from tests.referrals.sent import CLINIC, joined
from tests.told_case import PHONE, empty_contracts, tell
from tests.told_referral import tell_referrals
from tests.world import PEOPLE

# Every secret word begins alike, so that one search finds all of them; the clear one does not.
SECRET, CLEAR = "MARQUÉ-SECRET", "REPÈRE-CLAIR"
SHORTEST = 8


# --- Looking ----------------------------------------------------------------------------------------


def forms_of(secret: bytes | str) -> list[bytes]:
    """The bytes that a secret would be in, whatever wrote it: as it is, UTF-16, hex, base64, JSON, an address."""
    if isinstance(secret, bytes):
        return [secret, secret.hex().encode(), *_base64(secret)]
    plain = secret.encode()
    forms = [plain, secret.encode("utf-16-le"), secret.encode("utf-16-be"), secret.encode("latin-1", "replace")]
    forms += [plain.hex().encode(), *_base64(plain), *_base64(secret.encode("utf-16-le"))]
    forms += [json.dumps(secret)[1:-1].encode(), quote(secret).encode(), quote(secret).replace("%20", "+").encode()]
    return list(dict.fromkeys(forms))


def _base64(data: bytes) -> list[bytes]:
    """The characters that only these bytes give, for each of the three places they may begin at."""
    found = []
    for before, skipped in ((0, 0), (1, 2), (2, 3)):
        encoded = base64.b64encode(bytes(before) + data)
        found.append(encoded[skipped : (before + len(data)) // 3 * 4])
    return found


def found_in(haystack: bytes, secrets: dict[str, bytes | str]) -> set[str]:
    """The names of the secrets that lie in these bytes in some form."""
    forms = {form: name for name, secret in secrets.items() for form in forms_of(secret) if len(form) >= SHORTEST}
    # Hex in either case, base64 in either alphabet.
    haystacks = (haystack, haystack.lower(), haystack.translate(bytes.maketrans(b"-_", b"+/")))
    return {forms[form] for straw in haystacks for form in _likely(straw, forms) if form in straw}


def _likely(haystack: bytes, forms: Iterable[bytes]) -> set[bytes]:
    """The forms of which some eight bytes were seen: hundreds of them are looked for in one pass.

    Of every sixteen bytes the first eight are looked at, so nothing that is 23 bytes long can hide between; what is
    shorter is always likely.
    """
    pieces: dict[bytes, set[bytes]] = {}
    for form in forms:
        for place in range(len(form) - 7):
            pieces.setdefault(form[place : place + 8], set()).add(form)
    likely = {form for form in forms if len(form) < 23}
    for place in range(0, len(haystack), 16):
        if (piece := haystack[place : place + 8]) in pieces:
            likely |= pieces[piece]
    return likely


@pytest.mark.parametrize("secret", ["MARQUÉ-SECRET et plus", b"\x00\xff\x10 key of thirty-two bytes \xfb\xef\xbe"])
@pytest.mark.parametrize(
    "written",
    [
        lambda data: b"before" + data + b"after",
        lambda data: data.hex().encode(),
        lambda data: b"\\x" + data.hex().upper().encode(),
        lambda data: base64.b64encode(data),
        lambda data: base64.b64encode(b"x" + data + b"yz"),
        lambda data: base64.b64encode(b"xy" + data),
        lambda data: base64.urlsafe_b64encode(b"xyz" + data + b"."),
    ],
)
def test_search_finds_what_was_written_in_any_form(secret, written):
    data = secret if isinstance(secret, bytes) else secret.encode()

    assert found_in(written(data), {"it": secret}) == {"it"}
    assert found_in(written(bytes(reversed(data))), {"it": secret}) == set()


@pytest.mark.parametrize(
    "encode", [lambda s: s.encode("utf-16-le"), lambda s: json.dumps([s]).encode(), lambda s: quote(s).encode()]
)
def test_search_finds_words_in_any_encoding(encode):
    assert found_in(encode(f"avant {SECRET} après"), {"it": SECRET}) == {"it"}


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
    for row in OwnerKey.objects.filter(owner__in=Case.objects.values("pk")):
        day.secrets[f"owner key {row}"] = claire._unwrap(row)
    # Both sides hold the same keys of a packet: the unit's wraps lie under the root of its group.
    for packet in Referral.objects.all():
        for row in OwnerKey.objects.filter(owner=packet.pk, holder=packet.key_holder):
            day.secrets[f"packet key {row}"] = claire._unwrap(row)
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


def test_nothing_secret_lies_anywhere(day, journal, temporary_folder, postgres_server, tmp_path):
    data = settings.DATA
    # There is something to find in every kind of record.
    assert empty_contracts() == []
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
