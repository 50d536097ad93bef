"""Cases with people who are called something, for the tests of the search."""

import uuid

from cases.models import Case, ContactDetails, ContactRules, PersonIdentity, PersonOrdinary
from cases.search.finding import search
from cellule.accounts.acting import Acting
from tests.factories import inquiry


def named(by: Acting, called: str = "", *, legal: str = "", script: str = "", phone: str = "") -> Case:
    """A first call about somebody with these names."""
    case = inquiry(by)
    client = case.people.get()
    if called:
        case.correct_person(client, by=by, known=PersonOrdinary(called=called), version=1)
        client.version = 2
    if legal or script:
        identity = PersonIdentity(legal, script)
        case.write_identity(client, by=by, identity=identity, version=client.version)
    if phone:
        case.write_contact(by=by, rules=ContactRules(), details=ContactDetails(phone=phone), version=0)
    return case


def beside(case: Case, by: Acting, called: str) -> uuid.UUID:
    """Somebody else in the case."""
    return case.add_person(by=by, row_id=uuid.uuid4(), known=PersonOrdinary(called=called)).pk


def found(by: Acting, typed: str) -> list[uuid.UUID]:
    """The cases that a search gives, the best first."""
    return [hit.case for hit in search(by, typed)]
