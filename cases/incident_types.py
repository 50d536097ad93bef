"""The kinds of incident, in families, with the codes of the statistics they are compared with.

Several are no crime by themselves (unpaid wages, abuse by a landlord): nothing here is called an offence.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class IncidentType:
    """One kind of incident.

    `ucr`: Statistics Canada's Uniform Crime Reporting; `iccs`: the UN's International Classification of Crime for
    Statistical Purposes; `exchange`: picklists of HTCDS 2.0 and GBVIMS; `criminal_code`: sections, as a reader's aid.
    """

    code: str
    family: str
    name: Promise
    ucr: tuple[str, ...] = ()
    iccs: tuple[str, ...] = ()
    exchange: tuple[str, ...] = ()
    criminal_code: tuple[str, ...] = ()


FAMILIES: dict[str, Promise] = {
    "family": _("Family"),
    "sexual": _("Sexual violence"),
    "work": _("Work"),
    "trafficking": _("Trafficking and confinement"),
    "extortion": _("Extortion"),
    "threats": _("Threats and harassment"),
    "housing": pgettext_lazy("a family of incidents", "Housing"),
    "fraud": _("Fraud"),
    "authority": _("Authorities"),
    "assault": _("Assault"),
    "property": _("Property"),
    "other": _("Other"),
}

INCIDENT_TYPES = (
    IncidentType(
        "dv_physical",
        "family",
        _("Domestic/family violence – physical"),
        ucr=("1410", "1420", "1430"),
        iccs=("02011",),
        exchange=("gbv:physical_assault",),
        criminal_code=("265-268",),
    ),
    IncidentType(
        "dv_coercive",
        "family",
        _("Domestic violence – coercive control/psychological"),
        ucr=("1625", "1627"),
        iccs=("0205", "0208"),
        exchange=("gbv:psychological_emotional",),
        criminal_code=("264", "264.1"),
    ),
    IncidentType(
        "sexual_assault",
        "sexual",
        _("Sexual assault"),
        ucr=("1310", "1320", "1330"),
        iccs=("0301",),
        exchange=("gbv:rape", "gbv:sexual_assault"),
        criminal_code=("271-273",),
    ),
    IncidentType(
        "sexual_exploitation",
        "sexual",
        _("Sexual exploitation / procuring"),
        iccs=("0302",),
        exchange=("htcds:SexualExploitation",),
        criminal_code=("286.1-286.3",),
    ),
    IncidentType(
        "child_sexual",
        "sexual",
        _("Sexual offence against a child"),
        ucr=("130",),
        iccs=("0301", "0302"),
        exchange=("gbv:rape", "gbv:sexual_assault"),
        criminal_code=("151-153",),
    ),
    IncidentType(
        "child_abuse", "family", _("Child abuse or neglect"), iccs=("0201", "0206"), criminal_code=("215", "265")
    ),
    IncidentType(
        "forced_marriage",
        "family",
        _("Forced marriage"),
        iccs=("0205",),
        exchange=("gbv:forced_marriage", "htcds:ForcedMarriage"),
        criminal_code=("293.1",),
    ),
    IncidentType(
        "labour_wage",
        "work",
        _("Wage theft / labour standards"),
        iccs=("11",),
        exchange=("htcds:TakesEarnings", "gbv:denial_of_resources"),
    ),
    IncidentType(
        "labour_exploitation",
        "work",
        _("Labour exploitation / forced labour"),
        ucr=("1525",),
        iccs=("02032",),
        exchange=("htcds:ForcedLabour",),
        criminal_code=("279.01-279.04",),
    ),
    IncidentType(
        "trafficking",
        "trafficking",
        _("Trafficking in persons"),
        ucr=("1525",),
        iccs=("0204",),
        exchange=("htcds:TraffickingStatus",),
        criminal_code=("279.01-279.03",),
    ),
    IncidentType(
        "document_withholding",
        "trafficking",
        _("Withholding of documents"),
        iccs=("0204", "0205"),
        exchange=("htcds:WithholdsDocuments",),
        criminal_code=("279.03",),
    ),
    IncidentType(
        "extortion_status",
        "extortion",
        _("Extortion / threat to denounce to immigration"),
        ucr=("1620",),
        iccs=("02051",),
        exchange=("htcds:ThreatsLawEnforcement",),
        criminal_code=("346",),
    ),
    IncidentType(
        "threats",
        "threats",
        _("Threats"),
        ucr=("1627",),
        iccs=("02012",),
        exchange=("gbv:psychological_emotional",),
        criminal_code=("264.1",),
    ),
    IncidentType(
        "criminal_harassment",
        "threats",
        _("Criminal harassment"),
        ucr=("1625",),
        iccs=("0208",),
        exchange=("gbv:psychological_emotional",),
        criminal_code=("264",),
    ),
    IncidentType(
        "confinement",
        "trafficking",
        _("Forcible confinement"),
        iccs=("02022",),
        exchange=("htcds:RestrictsMovement",),
        criminal_code=("279(2)",),
    ),
    IncidentType("housing_abuse", "housing", _("Housing abuse by a landlord"), iccs=("0208", "0211")),
    IncidentType(
        "consultant_fraud",
        "fraud",
        _("Fraud by an immigration consultant or recruiter"),
        iccs=("0701",),
        exchange=("htcds:FalsePromises",),
        criminal_code=("380",),
    ),
    IncidentType("police_misconduct", "authority", _("Police misconduct / profiling"), iccs=("0210",)),
    IncidentType("elder_abuse", "family", _("Elder abuse"), iccs=("0206",)),
    IncidentType(
        "assault_other",
        "assault",
        _("Assault (other)"),
        ucr=("1410", "1420", "1430"),
        iccs=("02011",),
        exchange=("gbv:physical_assault",),
        criminal_code=("265-268",),
    ),
    IncidentType(
        "robbery_theft",
        "property",
        _("Theft / robbery"),
        ucr=("160",),
        iccs=("0401", "0502"),
        criminal_code=("322", "343"),
    ),
    IncidentType(
        "homicide_attempt", "assault", _("Attempted murder"), ucr=("1210",), iccs=("0102",), criminal_code=("239",)
    ),
    IncidentType("other", "other", _("Other"), iccs=("11",)),
)

_BY_CODE = {kind.code: kind for kind in INCIDENT_TYPES}


def incident_type_name(code: str) -> Promise | str:
    """Give the name of a stored code; the code itself when it is not on the list."""
    return _BY_CODE[code].name if code in _BY_CODE else code


def incident_type_choices() -> list[tuple[Promise, list[tuple[str, Promise]]]]:
    """Give every kind for a form, under the heading of its family."""
    return [
        (heading, [(kind.code, kind.name) for kind in INCIDENT_TYPES if kind.family == family])
        for family, heading in FAMILIES.items()
    ]
