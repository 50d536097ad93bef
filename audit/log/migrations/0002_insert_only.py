"""The walls inside the database: entries are only ever inserted, and only with the hash of their own bytes."""

from django.db import migrations

# ENABLE ALWAYS: the triggers also fire in a session that calls itself a replica. The functions run as triggers
# only, so nobody needs EXECUTE; their messages hold no value of the row.
WALLS = r"""
CREATE FUNCTION public.log_entry_is_sound() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    microseconds bigint := extract(epoch FROM NEW.at) * 1000000;
    key_of_time text := lpad(to_hex(microseconds / 1000), 12, '0') || '7'
        || lpad(to_hex(microseconds % 1000 * 4096 / 1000), 3, '0');
BEGIN
    IF NEW.leaf IS DISTINCT FROM sha256('\x00'::bytea || NEW.body) THEN
        RAISE EXCEPTION 'the leaf is not the hash of the body'
            USING ERRCODE = 'check_violation', TABLE = 'log_entry', CONSTRAINT = 'log_entry_leaf';
    END IF;
    IF left(replace(NEW.id::text, '-', ''), 16) IS DISTINCT FROM key_of_time THEN
        RAISE EXCEPTION 'the key is not of the time of the entry'
            USING ERRCODE = 'check_violation', TABLE = 'log_entry', CONSTRAINT = 'log_entry_key_of_time';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION public.log_is_insert_only() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'the log is only ever added to'
        USING ERRCODE = 'restrict_violation', TABLE = TG_TABLE_NAME, CONSTRAINT = 'log_insert_only';
END $$;

CREATE FUNCTION public.log_counter_goes_up() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.session IS DISTINCT FROM OLD.session OR NEW.counter IS DISTINCT FROM OLD.counter + 1 THEN
        RAISE EXCEPTION 'a session counts one by one'
            USING ERRCODE = 'check_violation', TABLE = 'log_sessioncounter', CONSTRAINT = 'log_counter_goes_up';
    END IF;
    RETURN NEW;
END $$;

REVOKE ALL ON FUNCTION public.log_entry_is_sound(), public.log_is_insert_only(), public.log_counter_goes_up()
    FROM PUBLIC;

CREATE TRIGGER log_entry_is_sound BEFORE INSERT ON public.log_entry
    FOR EACH ROW EXECUTE FUNCTION public.log_entry_is_sound();
CREATE TRIGGER log_entry_insert_only BEFORE UPDATE OR DELETE OR TRUNCATE ON public.log_entry
    FOR EACH STATEMENT EXECUTE FUNCTION public.log_is_insert_only();
CREATE TRIGGER log_counter_goes_up BEFORE UPDATE ON public.log_sessioncounter
    FOR EACH ROW EXECUTE FUNCTION public.log_counter_goes_up();
CREATE TRIGGER log_counter_stays BEFORE DELETE OR TRUNCATE ON public.log_sessioncounter
    FOR EACH STATEMENT EXECUTE FUNCTION public.log_is_insert_only();

ALTER TABLE public.log_entry ENABLE ALWAYS TRIGGER log_entry_is_sound;
ALTER TABLE public.log_entry ENABLE ALWAYS TRIGGER log_entry_insert_only;
ALTER TABLE public.log_sessioncounter ENABLE ALWAYS TRIGGER log_counter_goes_up;
ALTER TABLE public.log_sessioncounter ENABLE ALWAYS TRIGGER log_counter_stays;
"""

LISTS_THAT_SHOWED = """
CREATE INDEX log_entry_shown ON public.log_entry USING gin (shown jsonb_path_ops) WHERE shown IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("log", "0001_entries")]

    # No way back: a wall of the log is changed by a migration after this one, never by undoing this one.
    operations = [migrations.RunSQL(WALLS), migrations.RunSQL(LISTS_THAT_SHOWED)]
