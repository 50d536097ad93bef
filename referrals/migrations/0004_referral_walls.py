"""What leaves rests on a consent that holds, and stays as it was sent: what one table's constraints cannot say."""

from django.db import migrations

# Both parts of each key are in the row, so nobody can say otherwise: no police or border body receives anything, the
# service is the agency's, and the consent is one of the very case.
POINTS = """
ALTER TABLE public.referrals_referral
    ADD CONSTRAINT referral_agency_may_receive
        FOREIGN KEY (agency_id, reaches) REFERENCES public.referrals_agency (id, may_receive),
    ADD CONSTRAINT referral_service_is_the_agencys
        FOREIGN KEY (service_id, agency_id) REFERENCES public.referrals_service (id, agency_id),
    ADD CONSTRAINT referral_consent_is_the_cases
        FOREIGN KEY (consent_id, case_id) REFERENCES public.cases_consent (id, case_id)
"""

# A referral that goes out, is accepted or served rests on a consent for that agency that holds; `FOR SHARE`, so that a
# withdrawal comes before or after. The day counts where something new leaves.
RESTS = """
CREATE FUNCTION public.referral_rests_on_consent() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    PERFORM 1 FROM public.cases_consent c JOIN public.referrals_agency a ON a.organisation_id = c.recipient_id
        WHERE c.id = NEW.consent_id AND a.id = NEW.agency_id AND c.state = 'given'
            AND (NEW.state NOT IN ('sent', 'accepted') OR c.ends_on > (now() AT TIME ZONE 'America/Toronto')::date)
        FOR SHARE OF c;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'no consent for this agency holds'
            USING ERRCODE = 'check_violation', TABLE = 'referrals_referral', CONSTRAINT = 'referral_rests_on_consent';
    END IF;
    RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION public.referral_rests_on_consent() FROM PUBLIC;
CREATE TRIGGER referral_rests_on_consent BEFORE UPDATE ON public.referrals_referral
    FOR EACH ROW WHEN (
        NEW.state IN ('sent', 'viewed', 'accepted', 'in_service', 'on_hold', 'completed', 'not_delivered')
        AND (OLD.state <> NEW.state OR OLD.consent_id IS DISTINCT FROM NEW.consent_id)
    ) EXECUTE FUNCTION public.referral_rests_on_consent();
ALTER TABLE public.referrals_referral ENABLE ALWAYS TRIGGER referral_rests_on_consent;
"""

STOPS = """
CREATE FUNCTION public.consent_stops_referrals() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF EXISTS (SELECT FROM public.referrals_referral r WHERE r.consent_id = NEW.id
            AND (r.state IN ('sent', 'viewed', 'accepted', 'in_service', 'on_hold') OR r.access_until IS NOT NULL)) THEN
        RAISE EXCEPTION 'what rests on a consent stops with it'
            USING ERRCODE = 'check_violation', TABLE = 'cases_consent', CONSTRAINT = 'consent_stops_referrals';
    END IF;
    RETURN NULL;
END $$;
REVOKE ALL ON FUNCTION public.consent_stops_referrals() FROM PUBLIC;
CREATE CONSTRAINT TRIGGER consent_stops_referrals AFTER UPDATE ON public.cases_consent
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.state <> 'given')
    EXECUTE FUNCTION public.consent_stops_referrals();
ALTER TABLE public.cases_consent ENABLE ALWAYS TRIGGER consent_stops_referrals;
"""

# What was sent is a snapshot: neither its content nor where it went is changed afterwards.
STAYS = """
CREATE FUNCTION public.referral_stays_as_sent() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    RAISE EXCEPTION 'what was sent stays as it was'
        USING ERRCODE = 'check_violation', TABLE = 'referrals_referral', CONSTRAINT = 'referral_stays_as_sent';
END $$;
REVOKE ALL ON FUNCTION public.referral_stays_as_sent() FROM PUBLIC;
CREATE TRIGGER referral_stays_as_sent BEFORE UPDATE ON public.referrals_referral
    FOR EACH ROW WHEN (
        ROW (OLD.case_id, OLD.agency_id, OLD.service_id, OLD.reference)
            IS DISTINCT FROM ROW (NEW.case_id, NEW.agency_id, NEW.service_id, NEW.reference)
        OR (OLD.agency_holder IS NOT NULL
            AND ROW (OLD.agency_holder, OLD.envelope, OLD.agreed, OLD.signature, OLD.urgency, OLD.due_on)
                IS DISTINCT FROM
                ROW (NEW.agency_holder, NEW.envelope, NEW.agreed, NEW.signature, NEW.urgency, NEW.due_on))
    ) EXECUTE FUNCTION public.referral_stays_as_sent();
ALTER TABLE public.referrals_referral ENABLE ALWAYS TRIGGER referral_stays_as_sent;
"""


class Migration(migrations.Migration):
    dependencies = [("referrals", "0003_referral"), ("cases", "0007_consent")]

    # No way back: a wall is changed by a migration after this one, never by undoing this one.
    operations = [
        migrations.RunSQL(POINTS),
        migrations.RunSQL(RESTS),
        migrations.RunSQL(STOPS),
        migrations.RunSQL(STAYS),
    ]
