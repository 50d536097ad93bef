"""The house in which every test lives: founded, sealed and peopled by the code of the real one."""

from cellule.accounts.fiction import FictionalPerson, people_the_house

PEOPLE: dict[str, FictionalPerson] = {}


def found() -> None:
    """Fill the template of the test database once (as the run-time role)."""
    for person in people_the_house():
        PEOPLE[person.email.split("@")[0]] = person
