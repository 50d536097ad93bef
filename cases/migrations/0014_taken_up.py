from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0013_break_glass")]

    operations = [
        migrations.AddField(
            model_name="breakglass",
            name="is_taken_up",
            field=models.BooleanField(default=False, verbose_name="somebody takes care of it"),
        ),
        migrations.AddConstraint(
            model_name="breakglass",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_taken_up", False), ("answered_by__isnull", False), _connector="OR"),
                name="glass_taken_up_by_somebody",
                violation_error_message="Somebody takes care of it, or nobody does.",
            ),
        ),
    ]
