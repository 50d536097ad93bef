"""A packet has two compartments of its own. Changes no column: the list of codes alone."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0003_agency_groups")]

    operations = [
        migrations.AlterField(
            "ownerkey",
            "compartment",
            models.CharField(
                choices=[
                    ("contact", "Contact"),
                    ("identity", "Identity"),
                    ("story", "Story"),
                    ("ordinary", "Ordinary"),
                    ("draft", "Draft"),
                    ("envelope", "Envelope"),
                    ("agreed", "Agreed"),
                ],
                max_length=10,
            ),
        ),
    ]
