"""Entries and the counters of sessions."""

from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
    ]

    operations = [
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.UUIDField(editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(verbose_name='when')),
                ('actor_id', models.CharField(max_length=64, verbose_name='who')),
                ('actor_role', models.CharField(max_length=30, verbose_name='role at the time')),
                ('actor_organisation', models.CharField(blank=True, max_length=150, verbose_name='organisation')),
                ('action', models.CharField(max_length=60, verbose_name='what')),
                ('subject_type', models.CharField(blank=True, max_length=60, verbose_name='kind of record')),
                ('reference', models.CharField(blank=True, max_length=64, verbose_name='reference')),
                ('shown', models.JSONField(null=True, verbose_name='references shown in a list')),
                ('subject', models.UUIDField(null=True, verbose_name='log reference')),
                ('relation', models.CharField(choices=[('assigned', 'Assigned to the case'), ('supervisor', 'Supervises the case'), ('referral', 'Through a referral'), ('break_glass', 'Emergency access'), ('own', 'Their own'), ('none', 'No tie')], max_length=20, verbose_name='relation to the case')),
                ('purpose', models.CharField(blank=True, max_length=60, verbose_name='purpose')),
                ('outcome', models.CharField(choices=[('done', 'Done'), ('refused_forbidden', 'Refused: not allowed'), ('refused_unknown', 'Refused: unknown or not theirs to see'), ('refused_conflict', 'Refused: too late'), ('failed', 'Failed')], max_length=20, verbose_name='outcome')),
                ('session', models.UUIDField(verbose_name='session')),
                ('counter', models.BigIntegerField(verbose_name='number in the session')),
                ('request', models.UUIDField(verbose_name='request')),
                ('detail_commitment', models.BinaryField(null=True, verbose_name='commitment to the sealed detail')),
                ('body', models.BinaryField()),
                ('leaf', models.BinaryField()),
            ],
            options={
                'default_permissions': (),
                'indexes': [models.Index(fields=['actor_id', 'id'], name='log_entry_by_actor'), models.Index(fields=['actor_role', 'id'], name='log_entry_by_role'), models.Index(fields=['action', 'id'], name='log_entry_by_action'), models.Index(condition=models.Q(('reference', ''), _negated=True), fields=['reference', 'id'], name='log_entry_about'), models.Index(condition=models.Q(('outcome', 'done'), _negated=True), fields=['outcome', 'id'], name='log_entry_not_done')],
                'constraints': [models.UniqueConstraint(fields=('session', 'counter'), name='log_entry_counted_once'), models.CheckConstraint(condition=models.Q(('counter__gte', 1)), name='log_entry_counted_from_one'), models.CheckConstraint(condition=models.Q(('outcome__in', ['done', 'refused_forbidden', 'refused_unknown', 'refused_conflict', 'failed'])), name='log_entry_outcome'), models.CheckConstraint(condition=models.Q(('relation__in', ['assigned', 'supervisor', 'referral', 'break_glass', 'own', 'none'])), name='log_entry_relation'), models.CheckConstraint(condition=models.Q(models.Q(('actor_id', ''), _negated=True), models.Q(('actor_role', ''), _negated=True), models.Q(('action', ''), _negated=True)), name='log_entry_says_who_and_what')],
            },
        ),
        migrations.CreateModel(
            name='SessionCounter',
            fields=[
                ('session', models.UUIDField(primary_key=True, serialize=False)),
                ('counter', models.BigIntegerField()),
            ],
            options={
                'default_permissions': (),
                'constraints': [models.CheckConstraint(condition=models.Q(('counter__gte', 1)), name='log_sessioncounter_from_one')],
            },
        ),
    ]
