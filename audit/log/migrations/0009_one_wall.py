"""What an entry may say is judged by the trigger alone, whose expressions each connection prepares once.

PostgreSQL reads the text of a CHECK constraint anew for every statement: four of them were a third of what an entry
costs the database.
"""

from django.db import migrations

# The columns must be writable as a body, and the key must be of the time; the message holds no value of the row.
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
    RETURN NEW;
END $$
"""


class Migration(migrations.Migration):
    dependencies = [("log", "0008_told_once")]

    # The trigger first, so that there is no moment without the wall; no way back, as in 0002.
    operations = [
        migrations.RunSQL(SOUND),
        migrations.RemoveConstraint(model_name="entry", name="log_entry_counted_from_one"),
        migrations.RemoveConstraint(model_name="entry", name="log_entry_outcome"),
        migrations.RemoveConstraint(model_name="entry", name="log_entry_relation"),
        migrations.RemoveConstraint(model_name="entry", name="log_entry_says_who_and_what"),
        # An entry counts from one, so a counter that began below could not be used.
        migrations.RemoveConstraint(model_name="sessioncounter", name="log_sessioncounter_from_one"),
    ]
