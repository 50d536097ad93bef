"""Entries on their way to a collector over TLS: only to the one that the machine trusts, and none lost when it goes."""

import datetime
import json
import socket
import ssl
import struct
import threading
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from audit.log.models import Leaf, StreamPosition
from audit.log.stream.streaming import Stream, catch_up
from audit.log.stream.targets import Torn
from audit.review import tasks
from cellule.jobs.models import Job
from tests.audit.tree import sequence

pytestmark = pytest.mark.django_db(transaction=True)

# Longer than a socket of the machine takes without being read.
MANY = 40


@pytest.fixture(autouse=True)
def log(settings, tmp_path, write):
    """The house's own entries and some of ours, all with a place."""
    settings.LOG_KEY_FILE = tmp_path / "log.json"
    settings.LOG_WITNESSES = {}
    for _ in range(MANY):
        write()
    sequence()


class Authority:
    """A body that makes certificates."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder, self.name, self.key = folder, name, ec.generate_private_key(ec.SECP256R1())
        self.certificate = folder / f"{name}.pem"
        uses = dict.fromkeys(
            (
                *("digital_signature", "content_commitment", "key_encipherment", "data_encipherment"),
                *("key_agreement", "crl_sign", "encipher_only", "decipher_only"),
            ),
            False,
        )
        made = self._begun(self.key, name).add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        made = made.add_extension(x509.KeyUsage(key_cert_sign=True, **uses), critical=True)
        self.certificate.write_bytes(self._signed(made))

    def server(self, host: str) -> ssl.SSLContext:
        """What a collector of this name shows."""
        key, place = ec.generate_private_key(ec.SECP256R1()), self.folder / f"{self.name}-{host}.pem"
        made = self._begun(key, host).add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        place.write_bytes(private + self._signed(made))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(place)
        return context

    def _begun(self, key: ec.EllipticCurvePrivateKey, name: str) -> x509.CertificateBuilder:
        now, authority = timezone.now(), x509.SubjectKeyIdentifier.from_public_key(self.key.public_key())
        return (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, self.name)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(hours=1))
            .not_valid_after(now + datetime.timedelta(hours=1))
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(authority), critical=False)
        )

    def _signed(self, made: x509.CertificateBuilder) -> bytes:
        return made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Collector:
    """A server that takes messages over TLS, one connection after the other, until it is stopped or torn away."""

    def __init__(self, context: ssl.SSLContext, port: int = 0, *, reads: bool = True) -> None:
        self._context, self._reads = context, reads
        self._torn, self._stopping = threading.Event(), threading.Event()
        self._door = socket.create_server(("127.0.0.1", port))
        self.port = self._door.getsockname()[1]
        self.connected = threading.Event()
        self._words: list[bytes] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    @property
    def ids(self) -> list[str]:
        """The entries of all messages that were read whole."""
        return [json.loads(text[text.index(b"{") :])["id"] for words in self._words for text in _counted(words)]

    def stop(self) -> None:
        """Take no further connection; hang up the one that is open once nothing more comes."""
        self._stopping.set()
        # Closing alone does not wake up a thread that waits in accept().
        self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join(20)

    def tear(self) -> None:
        """Go away as a machine does whose program is killed: what it has not read is gone, and so is the connection."""
        self._torn.set()
        self.stop()

    def _serve(self) -> None:
        while True:
            try:
                taken, _there = self._door.accept()
            except OSError:
                return
            try:
                with self._context.wrap_socket(taken, server_side=True) as connection:
                    self.connected.set()
                    self._read(connection)
            except OSError:
                continue

    def _read(self, connection: ssl.SSLSocket) -> None:
        if not self._reads:
            self._torn.wait(20)
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return
        words = b""
        connection.settimeout(0.3)
        while True:
            try:
                piece = connection.recv(65_536)
            except TimeoutError:
                if self._stopping.is_set():
                    break
                continue
            if not piece:
                break
            words += piece
        self._words.append(words)


def _counted(words: bytes) -> list[bytes]:
    found = []
    while words:
        length, _space, words = words.partition(b" ")
        found.append(words[: int(length)])
        words = words[int(length) :]
    return found


@pytest.fixture
def authority(tmp_path, monkeypatch) -> Authority:
    """The one that this machine trusts."""
    made = Authority(tmp_path, "trusted")
    monkeypatch.setenv("SSL_CERT_FILE", str(made.certificate))
    return made


def in_tree() -> list[str]:
    return [str(entry) for entry in Leaf.objects.order_by("position").values_list("entry", flat=True)]


def _address(collector: Collector) -> str:
    return f"syslog+tls://localhost:{collector.port}"


def test_trusted_collector_gets_every_entry_in_order(authority):
    collector = Collector(authority.server("localhost"))

    catch_up(_address(collector))
    collector.stop()

    assert collector.ids == in_tree()


@pytest.mark.parametrize("wrong", ["of another authority", "of another name"])
def test_collector_with_a_wrong_certificate_gets_nothing(authority, tmp_path, wrong):
    shows = (
        Authority(tmp_path, "stranger").server("localhost")
        if wrong == "of another authority"
        else authority.server("elsewhere.example")
    )
    collector = Collector(shows)

    with pytest.raises(ssl.SSLCertVerificationError):
        catch_up(_address(collector))
    collector.stop()

    assert (collector.ids, StreamPosition.objects.get().following) == ([], 0)


def test_collector_without_tls_gets_nothing(authority):
    """Whoever sits on its port and speaks no TLS reads a greeting, and no entry."""
    got = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def answer() -> None:
            taken, _there = door.accept()
            with taken:
                got.append(taken.recv(65_536))
                taken.sendall(b"220 hello\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ssl.SSLError):
            catch_up(f"syslog+tls://localhost:{door.getsockname()[1]}")
        thread.join(20)

    assert [b"tests.acted" in words for words in got] == [False]
    assert StreamPosition.objects.get().following == 0


def test_collector_that_ended_the_connection_loses_nothing_and_gets_nothing_twice(authority, write):
    first = Collector(authority.server("localhost"))
    stream = Stream(_address(first))
    stream.work()
    port = first.port
    first.stop()
    write()
    sequence()
    second = Collector(authority.server("localhost"), port)

    stream.work()
    stream.close()
    second.stop()

    assert first.ids + second.ids == in_tree()


def test_collector_that_was_torn_away_gets_the_last_batch_again(authority, write):
    deaf = Collector(authority.server("localhost"), reads=False)
    stream = Stream(_address(deaf))
    stream.work()
    assert deaf.connected.wait(20)
    handed = StreamPosition.objects.get().following
    deaf.tear()
    write()
    sequence()

    with pytest.raises(Torn):
        stream.work()
    back = StreamPosition.objects.get().following
    stream.close()
    second = Collector(authority.server("localhost"), deaf.port)
    catch_up(_address(second))
    second.stop()

    assert (handed, back) == (len(in_tree()) - 1, 0)
    assert second.ids == in_tree()


def test_collector_that_is_torn_away_while_we_hang_up_gets_the_last_batch_again(authority):
    deaf = Collector(authority.server("localhost"), reads=False)
    stream = Stream(_address(deaf))
    stream.work()
    assert deaf.connected.wait(20)
    deaf.tear()

    stream.close()

    assert StreamPosition.objects.get().following == 0


def test_collector_that_is_away_and_comes_back_gets_everything(authority, settings):
    port = Collector(authority.server("localhost"))
    port.stop()
    settings.LOG_STREAM = _address(port)
    tasks.hand_over_log(Job())
    assert StreamPosition.objects.get().following == 0

    collector = Collector(authority.server("localhost"), port.port)
    tasks.hand_over_log(Job())
    collector.stop()

    assert collector.ids == in_tree()
