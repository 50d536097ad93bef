"""The reviewed list of columns that may lie in clear. A column that is neither here nor sealed fails a test.

Keys are `app.model.field`; the reason says why reading it in a stolen dump harms nobody who is protected here.
"""

_OPAQUE = "random, tells nothing by itself"
_KEYS = "keys under keys, or public keys: opens nothing alone"
_STAFF = "about staff, not about people helped"
_CODE = "from a fixed list of codes"
_WORK = "tells that work happened, not about whom"

CLEAR: dict[str, str] = {
    # Staff and organisations
    "accounts.organisation.id": _OPAQUE,
    "accounts.organisation.name": "names of bodies, public",
    "accounts.organisation.zone": _CODE,
    "accounts.organisation.legal_regime": _CODE,
    "accounts.organisation.group": _OPAQUE,
    "accounts.user.id": _OPAQUE,
    "accounts.user.password": "a random mark; verifies nothing",
    "accounts.user.email": _STAFF,
    "accounts.user.name": _STAFF,
    "accounts.user.role": _CODE,
    "accounts.user.organisation": _OPAQUE,
    "accounts.user.language": _CODE,
    "accounts.user.is_active": _STAFF,
    "accounts.user.groups": _OPAQUE,
    "accounts.invitation.id": _OPAQUE,
    "accounts.invitation.user": _OPAQUE,
    "accounts.invitation.made_at": _STAFF,
    "accounts.invitation.ends_at": _STAFF,
    "accounts.invitation.used_at": _STAFF,
    "accounts.invitation.withdrawn_at": _STAFF,
    "accounts.signinsession.key_hash": "hash of a random key",
    "accounts.signinsession.user": _OPAQUE,
    "accounts.signinsession.log_session": _OPAQUE,
    "accounts.signinsession.content": "sealed with the server's secret, outside the database",
    "accounts.signinsession.started_at": _STAFF,
    "accounts.signinsession.expires_at": _STAFF,
    "accounts.failedattempt.key": "keyed hash of account and network",
    "accounts.failedattempt.failures": _STAFF,
    "accounts.failedattempt.last_at": _STAFF,
    "accounts.failedattempt.wait_until": _STAFF,
    "accounts.usedcode.key": "keyed hash of a used code",
    "accounts.usedcode.ends_at": _STAFF,
    # allauth and Django
    "account.emailaddress.id": _OPAQUE,
    "account.emailaddress.user": _OPAQUE,
    "account.emailaddress.email": _STAFF,
    "account.emailaddress.verified": _STAFF,
    "account.emailaddress.primary": _STAFF,
    "account.emailconfirmation.id": _OPAQUE,
    "account.emailconfirmation.email_address": _OPAQUE,
    "account.emailconfirmation.created": _STAFF,
    "account.emailconfirmation.sent": _STAFF,
    "account.emailconfirmation.key": "never made: no such mail exists here",
    "mfa.authenticator.id": _OPAQUE,
    "mfa.authenticator.user": _OPAQUE,
    "mfa.authenticator.type": _CODE,
    "mfa.authenticator.data": "seeds sealed with the server's secret (accounts/adapter.py)",
    "mfa.authenticator.created_at": _STAFF,
    "mfa.authenticator.last_used_at": _STAFF,
    "auth.permission.id": _OPAQUE,
    "auth.permission.name": _CODE,
    "auth.permission.content_type": _CODE,
    "auth.permission.codename": _CODE,
    "auth.group.id": _OPAQUE,
    "auth.group.name": "made from an organisation's random id",
    "auth.group.permissions": "always empty",
    "contenttypes.contenttype.id": _OPAQUE,
    "contenttypes.contenttype.app_label": _CODE,
    "contenttypes.contenttype.model": _CODE,
    "guardian.userobjectpermission.id": "never used: grants have direct foreign keys",
    "guardian.userobjectpermission.permission": "never used",
    "guardian.userobjectpermission.content_type": "never used",
    "guardian.userobjectpermission.object_pk": "never used",
    "guardian.userobjectpermission.user": "never used",
    "guardian.groupobjectpermission.id": "never used: grants have direct foreign keys",
    "guardian.groupobjectpermission.permission": "never used",
    "guardian.groupobjectpermission.content_type": "never used",
    "guardian.groupobjectpermission.object_pk": "never used",
    "guardian.groupobjectpermission.group": "never used",
    # The log: codes, opaque references, times of acts; what could identify a person is a letter
    **{
        f"log.{name}": "the log's clear part (audit.md): codes, opaque references, times"
        for name in (
            "entry.id entry.at entry.actor_id entry.actor_role entry.actor_organisation entry.action"
            " entry.subject_type entry.reference entry.shown entry.subject entry.relation entry.purpose entry.outcome"
            " entry.session entry.counter entry.request entry.detail_commitment entry.body entry.leaf"
            " sessioncounter.session sessioncounter.counter"
        ).split()
    },
    # Background work and notices: ids, codes and times of work
    **{
        f"jobs.job.{name}": _WORK
        for name in (
            "id kind subject by key made_at run_after send_at published_at publications lease_until attempts done_at"
            " dead_at error"
        ).split()
    },
    **{f"notices.notice.{name}": _WORK for name in "id recipient kind reference made_on read_on".split()},
    # The vault
    **{
        f"vault.{name}": _KEYS
        for name in (
            "holderkeys.fingerprint holderkeys.holder holderkeys.public slot.id slot.holder slot.kind slot.fingerprint"
            " slot.salt slot.memory slot.passes slot.lanes slot.pepper_number slot.wrap custodianwrap.pair"
            " custodianwrap.wrap keygroup.id keygroup.kind roster.id roster.group roster.number roster.body"
            " roster.signatures proposedroster.id proposedroster.group proposedroster.entrant proposedroster.body"
            " proposedroster.signatures groupwrap.id groupwrap.group groupwrap.epoch groupwrap.holder groupwrap.wrap"
            " epochlink.id epochlink.group epochlink.epoch epochlink.wrap ownerkey.id ownerkey.owner"
            " ownerkey.compartment ownerkey.version ownerkey.holder ownerkey.epoch ownerkey.wrap subjectrow.owner"
            " subjectrow.log_reference letter.id letter.purpose letter.group letter.epoch letter.row letterkey.letter"
            " letterkey.wrap vaultsession.id vaultsession.holder vaultsession.sign_in vaultsession.boot"
            " vaultsession.pending vaultsession.wrap vaultsession.seen_at vaultsession.ends_at parkedtext.id"
            " parkedtext.holder"
        ).split()
    },
    "vault.letter.sealed": "a sealed record under a letter key",
    "vault.parkedtext.path": "addresses hold opaque references only",
    "vault.parkedtext.sealed": "a sealed record under its author's key",
    "vault.parkedtext.kept_on": "a day",
    # Cases: what is not here is sealed
    "cases.case.id": _OPAQUE,
    "cases.case.reference": _OPAQUE,
    "cases.case.state": _CODE,
    "cases.case.key_holder": _OPAQUE,
    "cases.case.opened_week": "a Monday, nothing finer",
    "cases.case.version": _WORK,
    "cases.incident.id": _OPAQUE,
    "cases.incident.reference": _OPAQUE,
    "cases.incident.case": _OPAQUE,
    "cases.incident.recorded_week": "a Monday, nothing finer",
    "cases.incident.version": _WORK,
    "cases.note.id": _OPAQUE,
    "cases.note.case": _OPAQUE,
    "cases.note.recorded_week": "a Monday, nothing finer",
    "cases.note.version": _WORK,
    **{
        f"cases.{grant}.{column}": _OPAQUE
        for grant, holder in (("caseusergrant", "user"), ("casegroupgrant", "group"))
        for column in ("id", holder, "permission", "content_object")
    },
}
