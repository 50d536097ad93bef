"""Who acted, as text at that moment: the log holds no foreign key and knows no user model."""

import uuid
from dataclasses import dataclass, field
from typing import Self
from uuid import UUID

# The house's own acts are counted per process, as a person's are per session.
_PROCESS = uuid.uuid4()


@dataclass(frozen=True)
class Actor:
    """A person, visitor or process that acts: opaque id, role and organisation as they were, session and request."""

    id: str
    role: str
    organisation: str
    session: UUID
    request: UUID = field(default_factory=uuid.uuid4)

    @classmethod
    def system(cls, *, session: UUID | None = None, request: UUID | None = None) -> Self:
        """Give the house itself, for what no person asked for: workers, commands, the scheduler."""
        return cls("system", "system", "", session or _PROCESS, request or uuid.uuid4())

    @classmethod
    def anonymous(cls, *, session: UUID | None = None, request: UUID | None = None) -> Self:
        """Give a visitor who has not signed in; without a session each request counts for itself."""
        request = request or uuid.uuid4()
        return cls("anonymous", "anonymous", "", session or request, request)
