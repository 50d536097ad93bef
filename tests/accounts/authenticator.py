"""A security key in software (WebAuthn Level 3): makes passkeys, answers questions, computes the PRF extension."""

import hashlib
import hmac
import json
import os
import struct
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from fido2 import cbor
from fido2.cose import ES256
from fido2.utils import websafe_decode, websafe_encode

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


@dataclass
class SecurityKey:
    """One device with one passkey; `verifies` whether it asked for a finger or a number, `has_prf` as it says."""

    origin: str = "http://testserver"
    has_prf: bool = True
    # Of COSE; -7 is ECDSA with P-256.
    algorithm: int = -7
    verifies: bool = True
    credential_id: bytes = field(default_factory=lambda: os.urandom(32))
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    prf_secret: bytes = field(default_factory=lambda: os.urandom(32))
    person: bytes = b""

    def makes(self, options: dict, **changed: str) -> dict[str, str]:
        """What a form sends after `navigator.credentials.create`; `changed` are parts of the client data."""
        self.person = websafe_decode(options["user"]["id"])
        public = cbor.encode(ES256.from_cryptography_key(self.private.public_key()) | {3: self.algorithm})
        attested = bytes(16) + struct.pack(">H", len(self.credential_id)) + self.credential_id + public
        told = self._data(options["rp"]["id"], ATTESTED) + attested
        response = {
            "clientDataJSON": self._client("webauthn.create", options, changed),
            "attestationObject": websafe_encode(cbor.encode({"fmt": "none", "attStmt": {}, "authData": told})),
        }
        return self._form(response, options)

    def answers(self, options: dict, **changed: str) -> dict[str, str]:
        """What a form sends after `navigator.credentials.get`."""
        told, client = self._data(options["rpId"]), self._client("webauthn.get", options, changed)
        signed = told + hashlib.sha256(websafe_decode(client)).digest()
        response = {
            "clientDataJSON": client,
            "authenticatorData": websafe_encode(told),
            "signature": websafe_encode(self.private.sign(signed, ec.ECDSA(hashes.SHA256()))),
            "userHandle": websafe_encode(self.person),
        }
        return self._form(response, options)

    def value(self, options: dict) -> bytes:
        """What the PRF gives for the input of a question."""
        salt = websafe_decode(options["extensions"]["prf"]["eval"]["first"])
        return hmac.digest(self.prf_secret, hashlib.sha256(b"WebAuthn PRF\x00" + salt).digest(), "sha256")

    def _data(self, party: str, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.verifies else 0)
        return hashlib.sha256(party.encode()).digest() + struct.pack(">BI", flags, 0)

    def _client(self, kind: str, options: dict, changed: dict) -> str:
        client = {"type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": False}
        return websafe_encode(json.dumps(client | changed).encode())

    def _form(self, response: dict, options: dict) -> dict[str, str]:
        id = websafe_encode(self.credential_id)
        answer = {"id": id, "rawId": id, "type": "public-key", "response": response}
        prf = websafe_encode(self.value(options)) if self.has_prf else ""
        return {"credential": json.dumps(answer), "prf": prf}
