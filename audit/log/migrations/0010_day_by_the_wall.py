"""The day of an entry is set by the trigger that judges it: a generated column is reckoned anew for each statement.

PostgreSQL prepares a trigger's expressions once in a connection; the expression of a generated column it reads, plans
and computes for every insertion. The verifier holds the day against the time.
"""

from django.db import migrations, models

# As in 0009, but for the last line: the day, counted from 1970 in UTC.
SOUND = r"""
CREATE OR REPLACE FUNCTION public.log_entry_is_sound() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    microseconds bigint := extract(epoch FROM NEW.at) * 1000000;
    broken text := CASE
        WHEN substring(uuid_send(NEW.id) FROM 1 FOR 8) IS DISTINCT FROM
            int8send(microseconds / 1000 << 16 | 28672 | microseconds % 1000 * 4096 / 1000) THEN 'log_entry_key_of_time'
        WHEN NEW.counter < 1 THEN 'log_entry_counted_from_one'
        WHEN NEW.actor_id = '' OR NEW.actor_role = '' OR NEW.action = '' THEN 'log_entry_says_who_and_what'
        WHEN NEW.outcome NOT IN ('done', 'refused_forbidden', 'refused_unknown', 'refused_conflict', 'failed')
            THEN 'log_entry_outcome'
        WHEN NEW.relation NOT IN ('assigned', 'supervisor', 'referral', 'break_glass', 'own', 'none')
            THEN 'log_entry_relation'
        WHEN octet_length(NEW.detail_commitment) > 65535 THEN 'log_entry_commitment'
    END;
BEGIN
    IF broken IS NULL AND NEW.shown IS NOT NULL THEN
        IF jsonb_typeof(NEW.shown) <> 'array' OR EXISTS (
            SELECT 1 FROM jsonb_array_elements(NEW.shown) WITH ORDINALITY AS each (told, place)
            WHERE jsonb_typeof(told) <> 'string' OR octet_length(told #>> '{}') > 65535 OR place > 65535
        ) THEN
            broken := 'log_entry_shown_is_a_list';
        END IF;
    END IF;
    IF broken IS NOT NULL THEN
        RAISE EXCEPTION 'this is no entry of the log'
            USING ERRCODE = 'check_violation', TABLE = 'log_entry', CONSTRAINT = broken;
    END IF;
    NEW.utc_day := microseconds / 86400000000;
    RETURN NEW;
END $$
"""
SET_BY_THE_TRIGGER = """
ALTER TABLE public.log_entry ALTER COLUMN utc_day DROP EXPRESSION, ALTER COLUMN utc_day SET NOT NULL,
    ALTER COLUMN utc_day SET DEFAULT 0
"""


class Migration(migrations.Migration):
    dependencies = [("log", "0009_one_wall")]

    # No way back, as in 0002. The trigger first: what the expression gives still stands over what it sets.
    operations = [
        migrations.RunSQL(SOUND),
        migrations.RunSQL(
            SET_BY_THE_TRIGGER,
            state_operations=[
                migrations.AlterField("entry", "utc_day", models.IntegerField(db_default=0, editable=False)),
            ],
        ),
    ]
