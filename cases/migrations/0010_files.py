"""Files of a case, and who had them in hands."""

import cellule.vault.fields
import django.db.models.deletion
import uuid
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0009_consent_warned'),
    ]

    operations = [
        migrations.CreateModel(
            name='File',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('recorded_week', models.DateField(verbose_name='recorded in the week of')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('is_broken', models.BooleanField(default=False, verbose_name='is broken')),
                ('story', cellule.vault.fields.SealedDocument(editable=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='files', to='cases.case')),
            ],
            options={
                'verbose_name': 'file',
                'verbose_name_plural': 'files',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Custody',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('recorded_week', models.DateField(verbose_name='recorded in the week of')),
                ('story', cellule.vault.fields.SealedDocument(editable=False)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.case')),
                ('file', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='custody', to='cases.file')),
            ],
            options={
                'verbose_name': 'custody',
                'verbose_name_plural': 'custody',
                'default_permissions': (),
            },
        ),
        migrations.AddConstraint(
            model_name='file',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_week__iso_week_day', 1)), name='file_recorded_week_is_monday'),
        ),
        migrations.AddConstraint(
            model_name='custody',
            constraint=models.CheckConstraint(condition=models.Q(('recorded_week__iso_week_day', 1)), name='custody_recorded_week_is_monday'),
        ),
    ]
