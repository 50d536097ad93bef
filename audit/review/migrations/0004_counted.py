"""A draw says what counted as an access, because a later release may see it otherwise."""

from django.db import migrations, models

# What counted for every draw before this one.
_UNTIL_NOW = [
    "cases.case_opened",
    "cases.file_opened",
    "cases.file_viewed",
    "referrals.envelope_opened",
    "referrals.agreed_opened",
    "vault.letter_opened",
    "cases.identity_revealed",
    "cases.contact_revealed",
    "cases.story_revealed",
    "cases.files_revealed",
    "cases.searched",
    "cases.names_compared",
    "log.searched",
    "cases.file_printed",
    "cases.file_downloaded",
    "cases.original_downloaded",
    "cases.access_list_made",
    "log.exported",
    "log.list_exported",
]


def until_now() -> list[str]:
    return list(_UNTIL_NOW)


class Migration(migrations.Migration):
    dependencies = [("review", "0003_sample")]

    operations = [
        migrations.AddField(
            "draw", "counted", models.JSONField(default=until_now, verbose_name="what counted as an access")
        ),
        migrations.AlterField(
            "draw", "counted", models.JSONField(default=list, verbose_name="what counted as an access")
        ),
    ]
