"""Several machines serve one house: each gets the boot secret from deployment, or opens no session of the others."""

import os
import subprocess
import sys

from django.conf import settings

_TELL = (
    "import hashlib, os; from cellule.vault import boot; "
    "print(boot.BOOT.hex(), hashlib.sha256(boot.SECRET).hexdigest(), 'BOOT_SECRET' in os.environ)"
)


def _boot(**environment: str) -> list[str]:
    """What a process of the house knows: which boot it is of, its secret as a hash, whether others could read that."""
    given = {name: value for name, value in os.environ.items() if name != "BOOT_SECRET"} | environment
    told = subprocess.run(
        [sys.executable, "-c", _TELL], cwd=settings.BASE_DIR, env=given, capture_output=True, check=True, text=True
    )
    return told.stdout.split()


def test_machines_with_the_secret_of_one_deployment_are_of_one_boot():
    here, there = (_boot(BOOT_SECRET="5e" * 32) for _ in range(2))

    assert here == there
    # Taken out of the environment at once: no process that is started later inherits it by accident.
    assert here[2] == "False"


def test_machines_without_it_or_of_another_deployment_are_of_other_boots():
    boots = [_boot(BOOT_SECRET="5e" * 32), _boot(BOOT_SECRET="5f" * 32), _boot(), _boot()]

    assert len({boot for boot, _secret, _left in boots}) == 4
    assert len({secret for _boot, secret, _left in boots}) == 4
