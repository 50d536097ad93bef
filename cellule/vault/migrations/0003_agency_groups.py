"""Each partner agency has a key group of its own; the house keeps one group of each kind."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0002_key_schema")]

    operations = [
        migrations.AddField("keygroup", "organisation", models.UUIDField(editable=False, null=True)),
        migrations.AlterField(
            "keygroup",
            "kind",
            models.CharField(
                choices=[
                    ("intake", "Intake"),
                    ("unit", "Unit"),
                    ("auditors", "Auditors"),
                    ("privacy", "Privacy"),
                    ("agency", "Agency"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddConstraint(
            "keygroup",
            models.UniqueConstraint(
                condition=models.Q(("organisation", None)),
                fields=("kind",),
                name="key_group_one_of_the_house_per_kind",
            ),
        ),
        migrations.AddConstraint(
            "keygroup",
            models.UniqueConstraint(fields=("kind", "organisation"), name="key_group_one_per_agency"),
        ),
        migrations.AddConstraint(
            "keygroup",
            models.CheckConstraint(
                condition=models.Q(
                    ("kind", "agency"),
                    ("organisation__isnull", False),
                )
                | models.Q(models.Q(("kind", "agency"), _negated=True), ("organisation__isnull", True)),
                name="key_group_of_an_organisation_is_an_agency",
            ),
        ),
    ]
