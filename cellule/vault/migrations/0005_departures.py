"""Keys that count no more, until the group's next root leaves them out: with the other key rows."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0004_packet_compartments")]

    operations = [
        migrations.CreateModel(
            name="Departure",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("fingerprint", models.CharField(max_length=64)),
                (
                    "group",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="departures", to="vault.keygroup"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("group", "fingerprint"), name="departure_once_per_group")
                ],
            },
        ),
        migrations.RunSQL(
            "ALTER TABLE public.vault_departure SET SCHEMA keys", "ALTER TABLE keys.vault_departure SET SCHEMA public"
        ),
        migrations.AddIndex(
            model_name="ownerkey",
            index=models.Index(fields=["holder"], name="owner_key_by_holder"),
        ),
    ]
