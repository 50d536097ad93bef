"""What may be removed from the log, and by what rule; holds that keep it; how far a collector outside has got."""

import uuid
from django.db import migrations, models

# A row that is visible while its maker is still in progress is this transaction's own (see `this_transaction.py`).
OWN = """pg_xact_status((
            CASE
                WHEN told.xmin::text::bigint < (pg_current_xact_id()::text::bigint & 4294967295) - 2147483648
                THEN ((pg_current_xact_id()::text::bigint >> 32) + 1) << 32
                ELSE (pg_current_xact_id()::text::bigint >> 32) << 32
            END | told.xmin::text::bigint)::text::xid8) = 'in progress'"""

# An entry goes only when its place was declared forgotten in the same transaction, is signed to be old, and is kept by
# no hold; that it went is told by an entry, whose reference is the mark. Two years are the least, whatever the settings
# say. The lists of who opens what are compared with their entries for good. Nothing else of the log can be removed, by
# anybody.
WALLS = """
CREATE FUNCTION public.log_entry_stays() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF TG_OP = 'DELETE' AND EXISTS (
        SELECT 1 FROM public.log_forgotten told
        WHERE told.id = (SELECT max(newest.id) FROM public.log_forgotten newest) AND OWN
    ) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'the log is only ever added to'
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'log_insert_only';
END $$;

CREATE FUNCTION public.log_entry_goes_by_rule() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.action <> ALL (ARRAY['log.forgotten', 'log.restarted']) AND OLD.subject_type IS DISTINCT FROM 'vault.roster' AND OLD.at < clock_timestamp() - interval '24 months'
        AND EXISTS (
            SELECT 1 FROM public.log_leaf placed, LATERAL (
                SELECT told.first, told.xmin FROM public.log_forgotten told
                WHERE told.last >= placed.position ORDER BY told.last LIMIT 1
            ) told
            WHERE placed.entry = OLD.id AND told.first <= placed.position AND OWN
        )
        AND NOT EXISTS (
            SELECT 1 FROM public.log_hold h
            WHERE (h.subject = OLD.subject
                    OR h.reference <> '' AND (h.reference = OLD.reference OR OLD.shown @> to_jsonb(h.reference))
                    OR h.start <= OLD.at AND OLD.at < h."end")
                AND NOT EXISTS (SELECT 1 FROM public.log_holdlifted l WHERE l.hold = h.id)
        )
    THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'this entry is not to be forgotten'
        USING ERRCODE = 'restrict_violation', TABLE = 'log_entry', CONSTRAINT = 'log_goes_by_rule';
END $$;

CREATE FUNCTION public.log_forgotten_is_old() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM public.log_checkpoint c
        WHERE c.number = NEW.checkpoint AND c.size > NEW.last AND c.at < clock_timestamp() - interval '24 months'
    ) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'these places are not old enough'
        USING ERRCODE = 'check_violation', TABLE = 'log_forgotten', CONSTRAINT = 'log_forgotten_is_old';
END $$;

CREATE FUNCTION public.log_is_told() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    about text := coalesce(to_jsonb(NEW) ->> 'mark', to_jsonb(NEW) ->> 'hold', to_jsonb(NEW) ->> 'id');
BEGIN
    IF EXISTS (
        SELECT 1 FROM public.log_entry told
        WHERE told.reference = about AND told.subject_type = TG_ARGV[0] AND told.outcome = 'done'
            AND told.at >= transaction_timestamp() AND OWN
    ) THEN
        RETURN NULL;
    END IF;
    RAISE EXCEPTION 'no entry tells of this'
        USING ERRCODE = 'check_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'log_is_told';
END $$;

-- Removes what the caller has declared forgotten under this mark, as the owner: nobody else has the right to.
CREATE FUNCTION public.log_forget(given text) RETURNS SETOF uuid
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    DELETE FROM public.log_entry e USING public.log_leaf l, public.log_forgotten f
    WHERE f.mark = given AND l.position >= f.first AND l.position <= f.last AND e.id = l.entry
    RETURNING e.id
$$;

REVOKE ALL ON FUNCTION public.log_entry_stays(), public.log_entry_goes_by_rule(), public.log_forgotten_is_old(),
    public.log_is_told(), public.log_forget(text) FROM PUBLIC;

DROP TRIGGER log_entry_insert_only ON public.log_entry;
CREATE TRIGGER log_entry_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.log_entry
    FOR EACH STATEMENT EXECUTE FUNCTION public.log_entry_stays();
CREATE TRIGGER log_entry_goes_by_rule BEFORE DELETE ON public.log_entry
    FOR EACH ROW EXECUTE FUNCTION public.log_entry_goes_by_rule();
CREATE TRIGGER log_forgotten_is_old BEFORE INSERT ON public.log_forgotten
    FOR EACH ROW EXECUTE FUNCTION public.log_forgotten_is_old();
CREATE CONSTRAINT TRIGGER log_forgotten_is_told AFTER INSERT ON public.log_forgotten DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.log_is_told('log_forgetting');
CREATE CONSTRAINT TRIGGER log_forgottencount_is_told AFTER INSERT ON public.log_forgottencount
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.log_is_told('log_forgetting');
CREATE CONSTRAINT TRIGGER log_hold_is_told AFTER INSERT ON public.log_hold DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.log_is_told('log_hold');
CREATE CONSTRAINT TRIGGER log_holdlifted_is_told AFTER INSERT ON public.log_holdlifted DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION public.log_is_told('log_hold');

ALTER TABLE public.log_entry ENABLE ALWAYS TRIGGER log_entry_insert_only;
ALTER TABLE public.log_entry ENABLE ALWAYS TRIGGER log_entry_goes_by_rule;
ALTER TABLE public.log_forgotten ENABLE ALWAYS TRIGGER log_forgotten_is_old;
ALTER TABLE public.log_forgotten ENABLE ALWAYS TRIGGER log_forgotten_is_told;
ALTER TABLE public.log_forgottencount ENABLE ALWAYS TRIGGER log_forgottencount_is_told;
ALTER TABLE public.log_hold ENABLE ALWAYS TRIGGER log_hold_is_told;
ALTER TABLE public.log_holdlifted ENABLE ALWAYS TRIGGER log_holdlifted_is_told;
""".replace("OWN", OWN)

# As for the tree (0004).
WALL = """
CREATE TRIGGER {table}_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.{table}
    FOR EACH STATEMENT EXECUTE FUNCTION public.log_is_insert_only();
ALTER TABLE public.{table} ENABLE ALWAYS TRIGGER {table}_insert_only;
"""
TABLES = ("log_forgotten", "log_forgottencount", "log_hold", "log_holdlifted")


class Migration(migrations.Migration):

    dependencies = [
        ('log', '0004_tree'),
    ]

    operations = [
        migrations.CreateModel(
            name='Forgotten',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.CharField(max_length=64)),
                ('first', models.BigIntegerField()),
                ('last', models.BigIntegerField(db_index=True)),
                ('checkpoint', models.BigIntegerField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='ForgottenCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('mark', models.CharField(max_length=64)),
                ('session', models.UUIDField(db_index=True)),
                ('entries', models.BigIntegerField()),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='Hold',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='when')),
                ('by', models.CharField(max_length=64, verbose_name='who')),
                ('reason', models.CharField(choices=[('court', 'A court or a tribunal'), ('commission', 'The Commission d’accès à l’information'), ('complaint', 'A complaint of the person'), ('inquiry', 'An inquiry of our own')], max_length=20, verbose_name='why')),
                ('reference', models.CharField(blank=True, max_length=64, verbose_name='reference')),
                ('subject', models.UUIDField(null=True, verbose_name='log reference')),
                ('start', models.DateTimeField(null=True, verbose_name='from')),
                ('end', models.DateTimeField(null=True, verbose_name='to')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='HoldLifted',
            fields=[
                ('hold', models.UUIDField(primary_key=True, serialize=False)),
                ('at', models.DateTimeField(auto_now_add=True, verbose_name='when')),
                ('by', models.CharField(max_length=64, verbose_name='who')),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.CreateModel(
            name='StreamPosition',
            fields=[
                ('target', models.CharField(max_length=200, primary_key=True, serialize=False)),
                ('following', models.BigIntegerField(default=0)),
            ],
            options={
                'default_permissions': (),
            },
        ),
        migrations.RemoveConstraint(
            model_name='verification',
            name='log_verification_fault',
        ),
        migrations.AlterField(
            model_name='verification',
            name='fault',
            field=models.CharField(blank=True, choices=[('columns', 'An entry does not say what its bytes say'), ('body', 'An entry is not what the tree holds'), ('entry_missing', 'An entry of the tree is gone'), ('leaf_missing', 'A place in the tree is empty'), ('not_sequenced', 'An entry never came into the tree'), ('tile', 'A part of the tree does not fit its entries'), ('root', 'The tree is not the one that was signed'), ('size', 'The tree is smaller or larger than what was signed'), ('number', 'A checkpoint is missing'), ('signature', 'A checkpoint is not signed by the log'), ('checkpoint', 'A checkpoint does not say what its note says'), ('clock', 'The clock went back and nobody noted it'), ('counter', 'A session has lost an entry'), ('forgotten', 'A removal by rule is not what the log tells of it'), ('witness', 'A witness holds another log')], max_length=20, verbose_name='fault'),
        ),
        migrations.AddConstraint(
            model_name='verification',
            constraint=models.CheckConstraint(condition=models.Q(('fault__in', ['', 'columns', 'body', 'entry_missing', 'leaf_missing', 'not_sequenced', 'tile', 'root', 'size', 'number', 'signature', 'checkpoint', 'clock', 'counter', 'forgotten', 'witness'])), name='log_verification_fault'),
        ),
        migrations.AddConstraint(
            model_name='forgotten',
            constraint=models.UniqueConstraint(fields=('mark', 'first'), name='log_forgotten_once'),
        ),
        migrations.AddConstraint(
            model_name='forgotten',
            constraint=models.CheckConstraint(condition=models.Q(('first__gte', 0), ('last__gte', models.F('first'))), name='log_forgotten_in_order'),
        ),
        migrations.AddConstraint(
            model_name='forgottencount',
            constraint=models.UniqueConstraint(fields=('mark', 'session'), name='log_forgottencount_once'),
        ),
        migrations.AddConstraint(
            model_name='forgottencount',
            constraint=models.CheckConstraint(condition=models.Q(('entries__gte', 1)), name='log_forgottencount_from_one'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['court', 'commission', 'complaint', 'inquiry'])), name='log_hold_reason'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(models.Q(('reference', ''), _negated=True), ('end', None), ('start', None)), models.Q(('reference', ''), ('start__lt', models.F('end')), ('subject', None)), _connector='OR'), name='log_hold_of_a_case_or_a_period'),
        ),
        migrations.AddConstraint(
            model_name='streamposition',
            constraint=models.CheckConstraint(condition=models.Q(('following__gte', 0)), name='log_stream_from_zero'),
        ),
        # No way back, as in 0002.
        migrations.RunSQL(WALLS),
        *(migrations.RunSQL(WALL.format(table=table)) for table in TABLES),
    ]
