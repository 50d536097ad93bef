"""The reviewed list of columns that may lie in clear. A column that is neither here nor sealed fails a test.

The reason says why reading it in a stolen dump harms nobody who is protected here.
"""

_OPAQUE = "random, tells nothing by itself"
_KEYS = "keys under keys, or public keys: opens nothing alone"
_STAFF = "about staff, not about people helped"
_CODE = "from a fixed list of codes"
_WORK = "tells that work happened, not about whom"

# (model, why, columns)
_REVIEWED = [
    # Staff and organisations
    ("accounts.organisation", _OPAQUE, ["id", "group"]),
    ("accounts.organisation", "names of bodies, public", ["name"]),
    ("accounts.organisation", _CODE, ["zone", "legal_regime"]),
    ("accounts.user", _OPAQUE, ["id", "organisation", "groups"]),
    ("accounts.user", "a random mark; verifies nothing", ["password"]),
    ("accounts.user", _STAFF, ["email", "name", "is_active"]),
    ("accounts.user", _CODE, ["role", "language"]),
    ("accounts.invitation", _OPAQUE, ["id", "user"]),
    ("accounts.invitation", _STAFF, ["made_at", "ends_at", "used_at", "withdrawn_at"]),
    ("accounts.signinsession", "hash of a random key", ["key_hash"]),
    ("accounts.signinsession", _OPAQUE, ["user", "log_session"]),
    ("accounts.signinsession", "sealed with the server"s secret, outside the database", ["content"]),
    ("accounts.signinsession", _STAFF, ["started_at", "expires_at"]),
    ("accounts.failedattempt", "keyed hash of account and network", ["key"]),
    ("accounts.failedattempt", _STAFF, ["failures", "last_at", "wait_until"]),
    ("accounts.usedcode", "keyed hash of a used code", ["key"]),
    ("accounts.usedcode", _STAFF, ["ends_at"]),
    # allauth and Django: nothing of a person helped
    ("account.emailaddress", _OPAQUE, ["id", "user"]),
    ("account.emailaddress", _STAFF, ["email", "verified", "primary"]),
    ("account.emailconfirmation", _OPAQUE, ["id", "email_address"]),
    ("account.emailconfirmation", _STAFF, ["created", "sent"]),
    ("account.emailconfirmation", "never made: no such mail exists here", ["key"]),
    ("mfa.authenticator", _OPAQUE, ["id", "user"]),
    ("mfa.authenticator", _CODE, ["type"]),
    ("mfa.authenticator", "seeds sealed with the server"s secret (accounts/adapter.py)", ["data"]),
    ("mfa.authenticator", _STAFF, ["created_at", "last_used_at"]),
    ("auth.permission", _OPAQUE, ["id"]),
    ("auth.permission", _CODE, ["name", "content_type", "codename"]),
    ("auth.group", _OPAQUE, ["id"]),
    ("auth.group", "made from an organisation"s random id", ["name"]),
    ("auth.group", "always empty", ["permissions"]),
    ("contenttypes.contenttype", _OPAQUE, ["id"]),
    ("contenttypes.contenttype", _CODE, ["app_label", "model"]),
    ("guardian.userobjectpermission", "never used: grants have direct foreign keys", ["id"]),
    ("guardian.userobjectpermission", "never used", ["permission", "content_type", "object_pk", "user"]),
    ("guardian.groupobjectpermission", "never used: grants have direct foreign keys", ["id"]),
    ("guardian.groupobjectpermission", "never used", ["permission", "content_type", "object_pk", "group"]),
    # The log: codes, opaque references, times of acts; what could identify a person is a letter
    ("log.entry", "the log"s clear part (audit.md): codes, opaque references, times", ["id", "at", "actor_id", "actor_role", "actor_organisation", "action", "subject_type", "reference", "shown", "subject", "relation", "purpose", "outcome", "session", "counter", "request", "detail_commitment", "body", "leaf"]),
    ("log.sessioncounter", "the log"s clear part (audit.md): codes, opaque references, times", ["session", "counter"]),
    # Background work and notices: ids, codes and times of work
    ("jobs.job", _WORK, ["id", "kind", "subject", "by", "key", "made_at", "run_after", "send_at", "published_at", "publications", "lease_until", "attempts", "done_at", "dead_at", "error"]),
    ("notices.notice", _WORK, ["id", "recipient", "kind", "reference", "made_on", "read_on"]),
    # The vault
    ("vault.holderkeys", _KEYS, ["fingerprint", "holder", "public"]),
    ("vault.slot", _KEYS, ["id", "holder", "kind", "fingerprint", "salt", "memory", "passes", "lanes", "pepper_number", "wrap"]),
    ("vault.custodianwrap", _KEYS, ["pair", "wrap"]),
    ("vault.keygroup", _KEYS, ["id", "kind"]),
    ("vault.roster", _KEYS, ["id", "group", "number", "body", "signatures"]),
    ("vault.proposedroster", _KEYS, ["id", "group", "entrant", "body", "signatures"]),
    ("vault.groupwrap", _KEYS, ["id", "group", "epoch", "holder", "wrap"]),
    ("vault.epochlink", _KEYS, ["id", "group", "epoch", "wrap"]),
    ("vault.ownerkey", _KEYS, ["id", "owner", "compartment", "version", "holder", "epoch", "wrap"]),
    ("vault.subjectrow", _KEYS, ["owner", "log_reference"]),
    ("vault.letter", _KEYS, ["id", "purpose", "group", "epoch", "row"]),
    ("vault.letterkey", _KEYS, ["letter", "wrap"]),
    ("vault.vaultsession", _KEYS, ["id", "holder", "sign_in", "boot", "pending", "wrap", "seen_at", "ends_at"]),
    ("vault.parkedtext", _KEYS, ["id", "holder"]),
    ("vault.letter", "a sealed record under a letter key", ["sealed"]),
    ("vault.parkedtext", "addresses hold opaque references only", ["path"]),
    ("vault.parkedtext", "a sealed record under its author"s key", ["sealed"]),
    ("vault.parkedtext", "a day", ["kept_on"]),
    # Cases
    ("cases.case", _OPAQUE, ["id", "reference", "key_holder"]),
    ("cases.case", _CODE, ["state"]),
    ("cases.case", "a Monday, nothing finer", ["opened_week"]),
    ("cases.case", _WORK, ["version"]),
    ("cases.incident", _OPAQUE, ["id", "reference", "case"]),
    ("cases.incident", "a Monday, nothing finer", ["recorded_week"]),
    ("cases.incident", _WORK, ["version"]),
    ("cases.note", _OPAQUE, ["id", "case"]),
    ("cases.note", "a Monday, nothing finer", ["recorded_week"]),
    ("cases.note", _WORK, ["version"]),
    ("cases.caseusergrant", _OPAQUE, ["id", "user", "permission", "content_object"]),
    ("cases.casegroupgrant", _OPAQUE, ["id", "group", "permission", "content_object"]),
]

CLEAR: dict[str, str] = {
    f"{model}.{column}": reason for model, reason, columns in _REVIEWED for column in columns
}
