"""Key rows live in a schema of their own: dumped apart, kept 35 days at the most, never dumped for sessions."""

from django.db import migrations

TABLES = [
    "custodianwrap",
    "epochlink",
    "groupwrap",
    "holderkeys",
    "keygroup",
    "letterkey",
    "ownerkey",
    "proposedroster",
    "roster",
    "slot",
    "subjectrow",
    "vaultsession",
]


class Migration(migrations.Migration):
    dependencies = [("vault", "0001_initial")]

    operations = [
        migrations.RunSQL("CREATE SCHEMA IF NOT EXISTS keys", "DROP SCHEMA keys"),
        *[
            migrations.RunSQL(
                f"ALTER TABLE public.vault_{table} SET SCHEMA keys", f"ALTER TABLE keys.vault_{table} SET SCHEMA public"
            )
            for table in TABLES
        ],
        migrations.RunSQL(
            "ALTER TABLE keys.vault_vaultsession SET UNLOGGED", "ALTER TABLE keys.vault_vaultsession SET LOGGED"
        ),
    ]
