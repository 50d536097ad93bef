from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_break_glass")]

    operations = [
        migrations.AddField(
            model_name="breakglass",
            name="is_taken_up",
            field=models.BooleanField(default=False, verbose_name="somebody takes care of it"),
        ),
    ]
