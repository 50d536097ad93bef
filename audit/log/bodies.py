"""Writing the bytes of an entry inside the database: SQL for the sequencer, the bundle and the verifier.

It writes the columns in form 1 (`encoding.py`); a test holds it to `encode`. Another form comes with its own wording
here.
"""

# What no body can say (a time without end, a list of numbers) comes out as NULL, and never as an error.
# `textsend` writes in the encoding of the client, which is UTF-8 with Django.
_TEXT = "substring(int4send(octet_length(e.{name})) FROM 3) || textsend(e.{name})"
_UUID = "uuid_send(e.{name})"
_SHOWN = r"""CASE WHEN e.shown IS NULL THEN '\x00'::bytea
    WHEN jsonb_path_exists(e.shown, 'strict $ ? (@.type() == "array")')
        AND NOT jsonb_path_exists(e.shown, 'strict $[*] ? (@.type() != "string")')
    THEN '\x01'::bytea || substring(int4send(jsonb_array_length(e.shown)) FROM 3) || coalesce((
        SELECT string_agg(substring(int4send(octet_length(t.told)) FROM 3) || textsend(t.told), ''::bytea
            ORDER BY t.place)
        FROM jsonb_array_elements_text(e.shown) WITH ORDINALITY AS t (told, place)), ''::bytea) END"""

_FORM_1 = {
    "id": _UUID,
    "at": "CASE WHEN isfinite(e.at) THEN int8send((extract(epoch FROM e.at) * 1000000)::bigint) END",
    "session": _UUID,
    "counter": "int8send(e.counter)",
    "request": _UUID,
    "actor_id": _TEXT,
    "actor_role": _TEXT,
    "actor_organisation": _TEXT,
    "action": _TEXT,
    "subject_type": _TEXT,
    "reference": _TEXT,
    "shown": _SHOWN,
    "subject": r"CASE WHEN e.subject IS NULL THEN '\x00'::bytea ELSE '\x01'::bytea || uuid_send(e.subject) END",
    "relation": _TEXT,
    "purpose": _TEXT,
    "outcome": _TEXT,
    "detail_commitment": r"CASE WHEN e.detail_commitment IS NULL THEN '\x00'::bytea ELSE '\x01'::bytea"
    r" || substring(int4send(octet_length(e.detail_commitment)) FROM 3) || e.detail_commitment END",
}

# The body that the columns of the entry `e` give, and its hash as a leaf (RFC 6962, 2.1); NULL where they say nothing.
BODY_OF_COLUMNS = r"'\x01'::bytea || " + " || ".join(wording.format(name=name) for name, wording in _FORM_1.items())
LEAF_OF_COLUMNS = rf"sha256('\x00'::bytea || {BODY_OF_COLUMNS})"
# The one column that no body holds: a wrong day would hide an entry from the lists, whose indexes go by it.
DAY_OF_TIME = """CASE WHEN isfinite(e.at)
    THEN e.utc_day = (e.at AT TIME ZONE 'UTC')::date - DATE '1970-01-01' ELSE false END"""
