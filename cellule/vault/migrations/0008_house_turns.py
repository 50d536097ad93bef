"""House roots that took an older one's place: with the other key rows."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("vault", "0007_passkey")]

    operations = [
        migrations.CreateModel(
            name="HouseTurn",
            fields=[
                ("made", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("before", models.CharField(max_length=64)),
                ("body", models.BinaryField()),
                ("signed_before", models.BinaryField()),
                ("signed_made", models.BinaryField()),
            ],
        ),
        migrations.RunSQL(
            "ALTER TABLE public.vault_houseturn SET SCHEMA keys", "ALTER TABLE keys.vault_houseturn SET SCHEMA public"
        ),
    ]
