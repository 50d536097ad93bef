"""A person has one passphrase slot and any number of passkeys beside it."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('vault', '0006_file_keys'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='slot',
            name='slot_one_per_kind',
        ),
        migrations.AlterField(
            model_name='slot',
            name='kind',
            field=models.CharField(choices=[('passphrase', 'Passphrase'), ('passkey', 'Passkey')], default='passphrase', max_length=12),
        ),
        migrations.AddConstraint(
            model_name='slot',
            constraint=models.UniqueConstraint(condition=models.Q(('kind', 'passphrase')), fields=('holder',), name='slot_one_passphrase_per_holder'),
        ),
    ]
