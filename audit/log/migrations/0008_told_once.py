"""Each thing of an entry stands once: its columns, of which its bytes are written; packed indexes that lead by the day."""

from django.db import migrations, models

from audit.log.bodies import BODY_OF_COLUMNS


class Day(models.Func):
    """The number of a moment's day, in UTC, from 1970."""

    template = "((%(expressions)s AT TIME ZONE 'UTC')::date - DATE '1970-01-01')"
    output_field = models.IntegerField()


# What was stored beside the columns goes only where it said the same as they do: nothing altered is hidden by it.
SAYS_THE_SAME = rf"""
DO $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM public.log_entry e
        WHERE (e.body = {BODY_OF_COLUMNS} AND e.leaf = sha256('\x00'::bytea || e.body)) IS NOT TRUE
    ) THEN
        RAISE EXCEPTION 'an entry does not say what its bytes say: verify the log before it is migrated';
    END IF;
END $$
"""

# The columns must be writable as a body, and the key must be of the time; the message holds no value of the row.
SOUND = r"""
CREATE OR REPLACE FUNCTION public.log_entry_is_sound() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    microseconds bigint := extract(epoch FROM NEW.at) * 1000000;
    key_of_time text := lpad(to_hex(microseconds / 1000), 12, '0') || '7'
        || lpad(to_hex(microseconds % 1000 * 4096 / 1000), 3, '0');
BEGIN
    IF left(replace(NEW.id::text, '-', ''), 16) IS DISTINCT FROM key_of_time THEN
        RAISE EXCEPTION 'the key is not of the time of the entry'
            USING ERRCODE = 'check_violation', TABLE = 'log_entry', CONSTRAINT = 'log_entry_key_of_time';
    END IF;
    IF NEW.shown IS NOT NULL THEN
        IF jsonb_typeof(NEW.shown) <> 'array' OR EXISTS (
            SELECT 1 FROM jsonb_array_elements(NEW.shown) WITH ORDINALITY AS each (told, place)
            WHERE jsonb_typeof(told) <> 'string' OR octet_length(told #>> '{}') > 65535 OR place > 65535
        ) THEN
            RAISE EXCEPTION 'what was shown is no list of references'
                USING ERRCODE = 'check_violation', TABLE = 'log_entry', CONSTRAINT = 'log_entry_shown_is_a_list';
        END IF;
    END IF;
    IF octet_length(NEW.detail_commitment) > 65535 THEN
        RAISE EXCEPTION 'the commitment is too long'
            USING ERRCODE = 'check_violation', TABLE = 'log_entry', CONSTRAINT = 'log_entry_commitment';
    END IF;
    RETURN NEW;
END $$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('log', '0007_rosters_compared'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='entry',
            name='log_entry_counted_once',
        ),
        migrations.RemoveIndex(
            model_name='entry',
            name='log_entry_about',
        ),
        migrations.RemoveIndex(
            model_name='entry',
            name='log_entry_of_case',
        ),
        migrations.RemoveIndex(
            model_name='entry',
            name='log_entry_of_actor',
        ),
        migrations.RemoveIndex(
            model_name='entry',
            name='log_entry_of_action',
        ),
        migrations.RemoveIndex(
            model_name='entry',
            name='log_entry_of_auditors',
        ),
        migrations.RemoveIndex(
            model_name='entry',
            name='log_entry_other_than_done',
        ),
        # No way back, as in 0002.
        migrations.RunSQL(SAYS_THE_SAME),
        migrations.RunSQL(SOUND),
        migrations.RemoveField(
            model_name='entry',
            name='body',
        ),
        migrations.RemoveField(
            model_name='entry',
            name='leaf',
        ),
        migrations.AddField(
            model_name='entry',
            name='utc_day',
            field=models.GeneratedField(db_persist=True, expression=Day('at'), output_field=models.IntegerField()),
        ),
        migrations.AlterField(
            model_name='verification',
            name='fault',
            field=models.CharField(blank=True, choices=[('columns', 'An entry holds what no entry can say'), ('body', 'An entry is not what the tree holds'), ('entry_missing', 'An entry of the tree is gone'), ('leaf_missing', 'A place in the tree is empty'), ('not_sequenced', 'An entry never came into the tree'), ('tile', 'A part of the tree does not fit its entries'), ('root', 'The tree is not the one that was signed'), ('size', 'The tree is smaller or larger than what was signed'), ('number', 'A checkpoint is missing'), ('signature', 'A checkpoint is not signed by the log'), ('checkpoint', 'A checkpoint does not say what its note says'), ('clock', 'The clock went back and nobody noted it'), ('counter', 'A session has lost an entry'), ('forgotten', 'A removal by rule is not what the log tells of it'), ('witness', 'A witness holds another log'), ('roster', 'A roster of a key group is not one that the log tells of')], max_length=20, verbose_name='fault'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['actor_id', 'utc_day'], name='log_entry_of_actor'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['action', 'utc_day'], name='log_entry_of_action'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['actor_id', 'action', 'utc_day'], name='log_entry_of_actors_action'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('actor_role', 'auditor')), fields=['utc_day', 'id'], include=('actor_id', 'action', 'outcome'), name='log_entry_of_auditors'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('outcome', 'done'), _negated=True), fields=['outcome', 'utc_day', 'id'], include=('actor_id', 'action', 'actor_role'), name='log_entry_other_than_done'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('reference', ''), _negated=True), fields=['reference', 'utc_day'], name='log_entry_about'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(condition=models.Q(('subject__isnull', False)), fields=['subject'], name='log_entry_of_case'),
        ),
        migrations.AddIndex(
            model_name='entry',
            index=models.Index(fields=['session'], name='log_entry_of_session'),
        ),
    ]
