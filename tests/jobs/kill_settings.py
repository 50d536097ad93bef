"""Settings of the processes that the kill test starts: the ledger, its effects, one folder, and short pauses."""

import os
from pathlib import Path

from tests.settings import *

DATA = Path(os.environ["DATA"])
INSTALLED_APPS = ["cellule.jobs.apps.Jobs", "tests.jobs.effects.apps.Effects"]
JOB_TIME_LIMIT_SECONDS = 3
JOB_LEASE_SECONDS = 4
JOB_FIRST_PAUSE_SECONDS = 1
JOB_LONGEST_PAUSE_SECONDS = 4
