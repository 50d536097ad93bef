"""The boot secret: made by the parent process, inherited by its workers, gone at the next start.

Several machines get the same one from deployment through BOOT_SECRET (hex), which is taken out of the
environment at once.
"""

import hashlib
import os
import secrets

SECRET = bytes.fromhex(os.environ.pop("BOOT_SECRET", "")) or secrets.token_bytes(32)
# Tells whether a session row belongs to this boot, without telling anything of the secret.
BOOT = hashlib.sha256(b"cellule/1/boot\x00" + SECRET).digest()[:16]
