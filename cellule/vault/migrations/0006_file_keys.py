"""Each sealed file has a key of its own, in the key schema."""

import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vault', '0005_departures'),
    ]

    operations = [
        migrations.CreateModel(
            name='FileKey',
            fields=[
                ('blob', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('file', models.UUIDField(db_index=True)),
                ('owner', models.UUIDField(db_index=True)),
                ('compartment', models.CharField(choices=[('contact', 'Contact'), ('identity', 'Identity'), ('story', 'Story'), ('ordinary', 'Ordinary'), ('draft', 'Draft'), ('envelope', 'Envelope'), ('agreed', 'Agreed')], max_length=10)),
                ('version', models.PositiveIntegerField()),
                ('wrap', models.BinaryField()),
            ],
        ),
        migrations.RunSQL(
            "ALTER TABLE public.vault_filekey SET SCHEMA keys", "ALTER TABLE keys.vault_filekey SET SCHEMA public"
        ),
    ]
