"""What the rules have found, what people made of it, and how far each rule has read the log."""

import django.db.models.deletion
import django.db.models.functions.datetime
import uuid
from django.db import migrations, models

# ENABLE ALWAYS, as for the entries of the log.
WALL = """
CREATE TRIGGER review_signal_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.review_signal
    FOR EACH STATEMENT EXECUTE FUNCTION public.log_is_insert_only();
ALTER TABLE public.review_signal ENABLE ALWAYS TRIGGER review_signal_insert_only;
"""


class Migration(migrations.Migration):

    dependencies = [
        ('log', '0004_tree'),
        ('review', '0001_item'),
    ]

    operations = [
        migrations.CreateModel(
            name='Evaluation',
            fields=[
                ('rule', models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name='rule')),
                ('until', models.DateTimeField(verbose_name='judged until')),
                ('checkpoint', models.BigIntegerField(default=0, verbose_name='up to checkpoint')),
                ('evaluated_at', models.DateTimeField(verbose_name='last evaluated')),
            ],
            options={
                'verbose_name': 'evaluation',
                'verbose_name_plural': 'evaluations',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Signal',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('rule', models.CharField(max_length=40, verbose_name='rule')),
                ('key', models.CharField(max_length=200, verbose_name='key')),
                ('actor_id', models.CharField(max_length=64, verbose_name='who')),
                ('subject', models.UUIDField(null=True, verbose_name='log reference')),
                ('reference', models.CharField(blank=True, max_length=64, verbose_name='reference')),
                ('first_entry', models.UUIDField(null=True, verbose_name='first entry')),
                ('entries', models.JSONField(default=list, verbose_name='entries')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('found_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), verbose_name='found')),
            ],
            options={
                'verbose_name': 'signal',
                'verbose_name_plural': 'signals',
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Feedback',
            fields=[
                ('signal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='feedback', serialize=False, to='review.signal')),
                ('rule', models.CharField(max_length=40, verbose_name='rule')),
                ('verdict', models.CharField(max_length=20, verbose_name='verdict')),
                ('by', models.UUIDField(verbose_name='judged by')),
                ('at', models.DateTimeField(verbose_name='when')),
            ],
            options={
                'verbose_name': 'verdict on a signal',
                'verbose_name_plural': 'verdicts on signals',
                'default_permissions': (),
            },
        ),
        migrations.AddIndex(
            model_name='signal',
            index=models.Index(fields=['rule', 'found_at'], name='review_signal_of_rule'),
        ),
        migrations.AddConstraint(
            model_name='signal',
            constraint=models.UniqueConstraint(fields=('rule', 'key'), name='review_signal_once'),
        ),
        migrations.AddIndex(
            model_name='feedback',
            index=models.Index(fields=['rule', 'verdict'], name='review_feedback_of_rule'),
        ),
        # No way back, as for the entries.
        migrations.RunSQL(WALL),
    ]
