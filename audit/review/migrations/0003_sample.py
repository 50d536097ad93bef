"""The sample, the monthly sign-off, and the filters that a person keeps."""

import cellule.moves
import cellule.references
import django.db.models.deletion
import django.utils.timezone
import django_fsm
import uuid
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

# ENABLE ALWAYS as for the log: the trigger also fires in a session that calls itself a replica.
WALL = """
CREATE TRIGGER review_draw_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.review_draw
    FOR EACH STATEMENT EXECUTE FUNCTION public.log_is_insert_only();
ALTER TABLE public.review_draw ENABLE ALWAYS TRIGGER review_draw_insert_only;
"""
NO_WALL = "DROP TRIGGER review_draw_insert_only ON public.review_draw"


class Migration(migrations.Migration):

    dependencies = [
        ('log', '0002_insert_only'),
        ('review', '0002_signals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Draw',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('month', models.DateField(unique=True, verbose_name='month')),
                ('at', models.DateTimeField(verbose_name='when')),
                ('seed', models.CharField(max_length=64, verbose_name='seed')),
                ('checkpoint', models.BigIntegerField(verbose_name='checkpoint')),
                ('size', models.BigIntegerField(verbose_name='entries')),
                ('witnessed', models.BooleanField(verbose_name='kept by a witness')),
                ('share', models.DecimalField(decimal_places=4, max_digits=5, verbose_name='share')),
                ('accesses', models.BigIntegerField(verbose_name='accesses')),
                ('people', models.IntegerField(verbose_name='people')),
                ('drawn', models.IntegerField(verbose_name='drawn')),
            ],
            options={
                'verbose_name': 'draw of a sample',
                'verbose_name_plural': 'draws of samples',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('month__day', 1)), name='review_draw_month_is_first_day'), models.CheckConstraint(condition=models.Q(('share__gt', Decimal('0')), ('share__lte', Decimal('1'))), name='review_draw_share'), models.CheckConstraint(condition=models.Q(('accesses__gte', models.F('drawn')), ('drawn__gte', models.F('people'))), name='review_draw_takes_from_everybody')],
            },
        ),
        migrations.CreateModel(
            name='SignOff',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('code', models.CharField(default=cellule.references.new_reference, max_length=8, unique=True, verbose_name='code')),
                ('month', models.DateField(unique=True, verbose_name='month')),
                ('state', django_fsm.FSMField(choices=[('signed', 'Signed'), ('seen', 'Seen by a privacy officer')], default='signed', max_length=8, protected=True, verbose_name='state')),
                ('version', models.PositiveIntegerField(default=1, verbose_name='version')),
                ('checkpoint', models.BigIntegerField(verbose_name='checkpoint')),
                ('root', models.CharField(max_length=64, verbose_name='root')),
                ('reviewed', models.PositiveIntegerField(verbose_name='reviewed')),
                ('left_open', models.PositiveIntegerField(verbose_name='carried over')),
                ('carried', models.JSONField(default=list, verbose_name='codes of what is carried over')),
                ('signer', models.CharField(max_length=64, verbose_name='signed by')),
                ('signed_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='signed')),
                ('seen_by', models.CharField(blank=True, max_length=64, verbose_name='seen by')),
                ('seen_at', models.DateTimeField(null=True, verbose_name='seen')),
            ],
            options={
                'verbose_name': 'monthly sign-off',
                'verbose_name_plural': 'monthly sign-offs',
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('state__in', ['signed', 'seen'])), name='review_signoff_state_is_known'), models.CheckConstraint(condition=models.Q(('month__day', 1)), name='review_signoff_month_is_first_day'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'seen'), _negated=True), models.Q(models.Q(('seen_by', ''), _negated=True), models.Q(('seen_by', models.F('signer')), _negated=True), ('seen_at__isnull', False)), _connector='OR'), name='review_signoff_seen_by_another', violation_error_message='A month is seen by somebody other than who signed it.'), cellule.moves.Moves(field='state', moves=['signed>seen'], name='review_signoff_moves', named_by='NEW.code', starts=['signed'])],
            },
        ),
        migrations.CreateModel(
            name='KeptFilter',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('filters', models.JSONField(verbose_name='filters')),
                ('user', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='kept_filters', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'kept filter',
                'verbose_name_plural': 'kept filters',
                'default_permissions': (),
                'constraints': [models.UniqueConstraint(fields=('user', 'filters'), name='kept_filter_once')],
            },
        ),
        migrations.RunSQL(WALL, NO_WALL),
    ]
