"""What a house refuses to start with because of its log: run with the checks of the vault, before anything is served."""

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register

from audit.log.stream.targets import UnknownTarget, target
from audit.log.witnesses.publishing import configured
from cellule.ground.refusal import TAG


@register(Tags.security, TAG, deploy=True)
def check_stream(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """A collector that nobody can speak to would get nothing, and nobody would notice until somebody needs it."""
    if not settings.LOG_STREAM:
        return []
    try:
        target(settings.LOG_STREAM)
    except UnknownTarget:
        hint = (
            "It takes file:///…, syslog://host:514, syslog+tcp://host:601, syslog+tls://host:6514 or"
            " syslog+unix:///dev/log; empty for nowhere."
        )
        return [Error("LOG_STREAM names no collector.", hint=hint, id="log.E001")]
    return []


@register(Tags.security, TAG, deploy=True)
def check_witnesses(app_configs: object, **kwargs: object) -> list[CheckMessage]:
    """With one witness that nobody can speak to the sequencer would not begin."""
    try:
        configured()
    except ValueError:
        hint = (
            "Each is name=address: file:///…, folder:///…, mailto:…, or https://… with its verifier key after a space."
        )
        return [Error("LOG_WITNESSES names a witness that cannot be used.", hint=hint, id="log.E002")]
    return []
