from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0002_steps"),
    ]

    operations = [
        migrations.AddField(
            model_name="case",
            name="risk_assessed_by",
            field=models.UUIDField(null=True, verbose_name="risk assessed by"),
        ),
        migrations.RemoveConstraint(
            model_name="case",
            name="case_support_knows_risk",
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ["active", "follow_up"]), _negated=True),
                    ("standing__isnull", False),
                    _connector="OR",
                ),
                name="case_support_knows_risk",
                violation_error_message="Support begins once the danger is known.",
            ),
        ),
    ]
