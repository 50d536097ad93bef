"""Any sequence of acts with a packet: exactly the unit's members and, until the cut, the agency's open it."""

from dataclasses import dataclass, field

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cellule.accounts.acting import Acting
from cellule.vault import membership, packets, rosters
from cellule.vault.packets import AddressedAlready
from cellule.vault.sealing import CannotOpen
from cellule.vault.unlocked import NotAMember, TurnIsDue, group_id
from tests.vault.parcels import (
    Message,
    Parcel,
    address,
    afresh,
    open_parcels,
    parcel_of,
    texts,
    words,
    wraps_of,
    write,
)

pytestmark = pytest.mark.django_db

UNIT = {"intake": {"ana", "claire", "mireille"}, "unit": {"claire", "mireille"}}
AGENCY = {"noor", "thea"}
PEOPLE = st.sampled_from(["ana", "claire", "mireille", "noor", "thea", "solange", "paule"])
ACTS = st.sampled_from(["address", "write", "open", "cut", "unit", "intake", "turn"])


@dataclass
class Story:
    """What happened to one packet so far, as the test expects it."""

    parcel: Parcel
    holder: str
    sent: bool = False
    is_cut: bool = False
    messages: list[tuple[Message, str]] = field(default_factory=list)
    # How often the agency's root turned, and between whom the unit's last key was made.
    turns: int = 0
    made_for: tuple[str, int] = ("", 0)

    def may_open(self, name: str) -> bool:
        return name in UNIT[self.holder] or (self.sent and name in AGENCY)

    def may_write(self, name: str) -> bool:
        return self.sent and (name in UNIT[self.holder] or (not self.is_cut and name in AGENCY))

    def must_wait(self, name: str) -> bool:
        """Whether a key is due for both sides that this person, who takes first calls, does not sign."""
        return name not in UNIT["unit"] | AGENCY and not self.is_cut and self.made_for != (self.holder, self.turns)


@pytest.fixture
def everybody(
    intake_worker, caseworker, supervisor, coordinator, agency_worker, other_coordinator, auditor
) -> dict[str, Acting]:
    return {
        "ana": intake_worker,
        "claire": caseworker,
        "mireille": supervisor,
        "noor": coordinator,
        "thea": agency_worker,
        "solange": other_coordinator,
        "paule": auditor,
    }


@settings(
    max_examples=25,
    deadline=None,
    # Each example has a packet of its own; an agency's root that turned opens all that was sent before.
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    first=st.sampled_from(["intake", "unit"]), sent=st.booleans(), acts=st.lists(st.tuples(PEOPLE, ACTS), max_size=12)
)
def test_exactly_the_unit_and_until_the_cut_its_agency_open_it(everybody, first, sent, acts):
    story = Story(parcel_of(first), first)
    if sent:
        _act(everybody, story, "claire", "address", 0)
    for number, (name, act) in enumerate(acts, 1):
        _act(everybody, story, name, act, number)

    _check(everybody, story)


def _act(everybody: dict[str, Acting], story: Story, name: str, act: str, number: int) -> None:
    by, parcel, before = afresh(everybody[name]), story.parcel, wraps_of(story.parcel)
    clinic = everybody["noor"].vault.own_group()
    if act == "address":
        if not story.sent and name in UNIT[story.holder] & UNIT["unit"]:
            address(by, parcel, rosters.verified(clinic))
            story.sent, story.made_for = True, (story.holder, story.turns)
            return
        named = parcel.agency_holder
        with pytest.raises(AddressedAlready if name in UNIT[story.holder] & UNIT["unit"] else NotAMember):
            address(by, parcel, rosters.verified(clinic))
        parcel.agency_holder = named
    elif act == "write":
        if story.may_write(name) and story.must_wait(name):
            with pytest.raises(TurnIsDue):
                write(by, parcel, str(number))
        elif story.may_write(name):
            if name in UNIT["unit"]:
                story.made_for = (story.holder, story.turns)
            story.messages.append((write(by, parcel, str(number)), str(number)))
            return
        else:
            with pytest.raises(CannotOpen if story.may_open(name) else NotAMember):
                write(by, parcel, str(number))
    elif act == "open":
        _try(by, story, name)
        return
    elif act == "cut":
        story.is_cut = story.sent
        with transaction.atomic():
            packets.cut(parcel.pk, clinic)
        return
    elif act == "turn":
        if name in AGENCY:
            with transaction.atomic():
                membership.turn(by.vault, rosters.verified(by.vault.own_group()), by.actor)
            story.turns += 1
    elif name in UNIT[story.holder] & UNIT[act]:
        packets.move_packet(by.vault, parcel, group_id(act))
        parcel.key_holder, story.holder = group_id(act), act
        return
    else:
        with pytest.raises(NotAMember):
            packets.move_packet(by.vault, parcel, group_id(act))
    assert wraps_of(parcel) == before


def _check(everybody: dict[str, Acting], story: Story) -> None:
    for name, person in everybody.items():
        _try(person, story, name)


def _try(by: Acting, story: Story, name: str) -> None:
    """Open everything, or fail as the story says."""
    messages, expected = [one for one, _ in story.messages], [text for _, text in story.messages]
    if not story.may_open(name):
        with pytest.raises(NotAMember):
            open_parcels(by, story.parcel)
    elif not story.sent:
        assert open_parcels(by, story.parcel)[story.parcel.pk].keys == {}
    elif name in AGENCY and story.is_cut:
        with pytest.raises(CannotOpen):
            texts(by, story.parcel)
        for message in messages:
            with pytest.raises(CannotOpen):
                words(by, story.parcel, message)
    else:
        assert texts(by, story.parcel) == ["demande, envelope", "demande, agreed"]
        assert words(by, story.parcel, *messages) == expected
