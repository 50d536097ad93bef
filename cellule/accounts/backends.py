"""What a role allows anywhere, asked through Django's permission machinery."""


class Roles:
    """Answer `has_perm` from the role's code; authenticates nobody."""

    def authenticate(self, request, **credentials) -> None:
        return None

    def get_user(self, user_id):
        from cellule.accounts.models import User  # settings name this class before the models are loaded

        return User.objects.select_related("organisation").filter(pk=user_id, is_active=True).first()

    def has_perm(self, user, permission: str, obj=None) -> bool:
        return user.is_active and obj is None and permission in user.duty.permissions
