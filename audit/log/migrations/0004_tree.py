"""The tree: places, tiles, checkpoints, receipts of witnesses and verifications, all of them only ever added to."""

from django.db import migrations, models


# ENABLE ALWAYS as for the entries: the triggers also fire in a session that calls itself a replica.
WALL = """
CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.{table}
    FOR EACH STATEMENT EXECUTE FUNCTION public.log_is_insert_only();
ALTER TABLE public.{table} ENABLE ALWAYS TRIGGER {table}_insert_only;
"""
TABLES = ("log_leaf", "log_tile", "log_checkpoint", "log_receipt", "log_verification")


class Migration(migrations.Migration):

    dependencies = [
        ('log', '0003_entries_of_a_case'),
    ]

    operations = [
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('number', models.BigIntegerField(primary_key=True, serialize=False, verbose_name='number')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('size', models.BigIntegerField(db_index=True, verbose_name='entries')),
                ('note', models.TextField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('number__gte', 1), ('size__gte', 0)), name='log_checkpoint_counts')],
            },
        ),
        migrations.CreateModel(
            name='Leaf',
            fields=[
                ('position', models.BigIntegerField(primary_key=True, serialize=False)),
                ('entry', models.UUIDField(unique=True)),
                ('hash', models.BinaryField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('position__gte', 0)), name='log_leaf_from_zero')],
            },
        ),
        migrations.CreateModel(
            name='Receipt',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('witness', models.CharField(max_length=100, verbose_name='witness')),
                ('checkpoint', models.BigIntegerField(verbose_name='number')),
                ('size', models.BigIntegerField(verbose_name='entries')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('held', models.BooleanField()),
                ('words', models.TextField(blank=True)),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['witness', '-id'], name='log_receipt_of_witness')],
            },
        ),
        migrations.CreateModel(
            name='Tile',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField()),
                ('index', models.BigIntegerField()),
                ('hash', models.BinaryField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('level', 'index'), name='log_tile_once'), models.CheckConstraint(condition=models.Q(('index__gte', 0), ('level__gte', 1)), name='log_tile_in_tree')],
            },
        ),
        migrations.CreateModel(
            name='Verification',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('started_at', models.DateTimeField(verbose_name='started')),
                ('ended_at', models.DateTimeField(verbose_name='ended')),
                ('checkpoint', models.BigIntegerField(verbose_name='up to checkpoint')),
                ('first', models.BigIntegerField(verbose_name='from entry')),
                ('size', models.BigIntegerField(verbose_name='entries')),
                ('fault', models.CharField(blank=True, choices=[('columns', 'An entry does not say what its bytes say'), ('body', 'An entry is not what the tree holds'), ('entry_missing', 'An entry of the tree is gone'), ('leaf_missing', 'A place in the tree is empty'), ('not_sequenced', 'An entry never came into the tree'), ('tile', 'A part of the tree does not fit its entries'), ('root', 'The tree is not the one that was signed'), ('size', 'The tree is smaller or larger than what was signed'), ('number', 'A checkpoint is missing'), ('signature', 'A checkpoint is not signed by the log'), ('checkpoint', 'A checkpoint does not say what its note says'), ('clock', 'The clock went back and nobody noted it'), ('counter', 'A session has lost an entry'), ('witness', 'A witness holds another log')], max_length=20, verbose_name='fault')),
                ('place', models.CharField(blank=True, max_length=200, verbose_name='place')),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('fault__in', ['', 'columns', 'body', 'entry_missing', 'leaf_missing', 'not_sequenced', 'tile', 'root', 'size', 'number', 'signature', 'checkpoint', 'clock', 'counter', 'witness'])), name='log_verification_fault')],
            },
        ),
        # No way back, as in 0002.
        *(migrations.RunSQL(WALL.format(table=table)) for table in TABLES),
    ]
