"""Who supervises a case and does not work on it looks at its files for a reason, which stands for a while."""

import datetime
import re

import pytest
from django.utils import timezone
from freezegun import freeze_time

from audit.log.models import Entry
from cases.models import Act, Custody, File
from tests.cases.pictures import pdf
from tests.cases.test_file_pages import download, send_files


@pytest.fixture
def address(case) -> str:
    return f"/dossiers/{case.code}/documents/"


@pytest.fixture
def file(as_, address) -> File:
    send_files(as_("claire"), address, ("bail.pdf", pdf(2)))
    return File.objects.get()
