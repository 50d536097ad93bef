"""Police and border bodies stay apart: what columns and constraints of one table cannot say."""

from django.db import migrations

# Both columns are written by the database, so nobody can say otherwise; an agreement that has ended points nowhere.
RECEIVES = """
ALTER TABLE public.referrals_agreement ADD CONSTRAINT agreement_agency_may_receive
    FOREIGN KEY (agency_id, binds) REFERENCES public.referrals_agency (id, may_receive)
"""

# Who was known as such a body once does not become a harmless one by another name.
STAYS = """
CREATE FUNCTION public.agency_stays_apart() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF OLD.kind IN ('police', 'border') AND NEW.kind NOT IN ('police', 'border') THEN
        RAISE EXCEPTION 'a police or border body stays one'
            USING ERRCODE = 'check_violation', TABLE = 'referrals_agency', CONSTRAINT = 'agency_stays_apart';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION public.agency_stays_apart() FROM PUBLIC;
CREATE TRIGGER agency_stays_apart BEFORE UPDATE ON public.referrals_agency
    FOR EACH ROW EXECUTE FUNCTION public.agency_stays_apart();
ALTER TABLE public.referrals_agency ENABLE ALWAYS TRIGGER agency_stays_apart;
"""

WORDS = "CREATE INDEX service_search ON public.referrals_service USING gin (search)"


class Migration(migrations.Migration):
    dependencies = [("referrals", "0001_directory")]

    # No way back: a wall is changed by a migration after this one, never by undoing this one.
    operations = [migrations.RunSQL(RECEIVES), migrations.RunSQL(STAYS), migrations.RunSQL(WORDS)]
