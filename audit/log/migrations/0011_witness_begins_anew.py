from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("log", "0010_day_by_the_wall")]

    operations = [
        migrations.AddField("receipt", "anew", models.BooleanField(db_default=False, default=False)),
        migrations.AddIndex(
            "receipt",
            models.Index(fields=["witness", "-id"], name="log_receipt_anew", condition=models.Q(anew=True)),
        ),
    ]
