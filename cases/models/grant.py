"""What was granted on one case, to a person or to an organisation: direct foreign keys, which die with the case."""

import uuid

from django.db import models
from guardian.models import GroupObjectPermissionBase, UserObjectPermissionBase


class CaseUserGrant(UserObjectPermissionBase):
    """A permission on one case for one person. Random keys: a sequence would tell in which order cases came."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_object = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="user_grants")

    class Meta(UserObjectPermissionBase.Meta):
        default_permissions = ()

    def __str__(self) -> str:
        return "grant"


class CaseGroupGrant(GroupObjectPermissionBase):
    """A permission on one case for everybody of one organisation."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    content_object = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="group_grants")

    class Meta(GroupObjectPermissionBase.Meta):
        default_permissions = ()

    def __str__(self) -> str:
        return "grant"
