"""Passkeys: their public halves."""

import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_no_police_partner'),
    ]

    operations = [
        migrations.CreateModel(
            name='Passkey',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name', models.CharField(max_length=60, verbose_name='name')),
                ('credential_id', models.BinaryField(unique=True)),
                ('credential', models.BinaryField()),
                ('slot', models.UUIDField(editable=False, null=True)),
                ('made_on', models.DateField(default=django.utils.timezone.localdate)),
                ('used_on', models.DateField(null=True)),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='passkeys', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['made_on', 'name'],
            },
        ),
    ]
