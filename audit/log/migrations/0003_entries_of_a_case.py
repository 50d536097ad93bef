"""The index for everything about one case, on whichever side it was done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("log", "0002_insert_only")]

    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                fields=["subject", "id"], name="log_entry_of_case", condition=models.Q(subject__isnull=False)
            ),
        ),
    ]
