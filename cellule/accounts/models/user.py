"""A person who signs in: staff of the unit or of an agency. No superuser exists."""

import secrets
import uuid

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _

from cellule.accounts import roles
from cellule.accounts.models.organisation import Organisation


class UserManager(BaseUserManager["User"]):
    def get_by_natural_key(self, email: str) -> "User":
        return self.get(email=email.strip().lower())


class User(AbstractBaseUser):
    """An account. What opens content is not here but in the vault's rosters."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField(_("work e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=150)
    role = models.CharField(_("role"), max_length=30, choices=roles.choices())
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="people", verbose_name=_("organisation")
    )
    language = models.CharField(
        _("language"), max_length=2, choices=[("fr", "Français"), ("en", "English")], default="fr"
    )
    is_active = models.BooleanField(_("active"), default=True)
    groups = models.ManyToManyField(Group, related_name="user_set", related_query_name="user", blank=True)
    # `password` holds a random mark renewed with the passphrase: it ends old sessions and verifies nothing.
    last_login = None

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["name"]
    is_superuser = False
    is_staff = False

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, **kwargs) -> None:
        self.email = self.email.strip().lower()
        if not self.password:
            self.renew_mark()
        super().save(*args, **kwargs)
        self.groups.set([self.organisation.group_id])

    def renew_mark(self) -> None:
        """Change what sign-in sessions are bound to, so that all older ones end (saves nothing)."""
        self.password = secrets.token_urlsafe(32)

    @property
    def duty(self) -> roles.Role:
        return roles.by_code(self.role)

    def has_perm(self, perm: str, obj=None) -> bool:
        return any(backend.has_perm(self, perm, obj) for backend in _permission_backends())


def _permission_backends():
    from django.contrib.auth import get_backends  # the backends import models of other apps

    return [backend for backend in get_backends() if hasattr(backend, "has_perm")]
