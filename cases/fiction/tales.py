"""The invented cases: scenarios of the domain as far as this house can lead them, in every stage."""

from collections.abc import Callable

from cases.fiction.papers import paper, photograph
from cases.fiction.tale import NOT_KNOWN, Tale, between, day
from cases.models import Channel, ContactDetails, ContactRules, EmergencyReason, Interpreter, PersonIdentity
from cases.models.codes import (
    AgeBand,
    ClosingReason,
    ClosingTalk,
    ContactChannel,
    InterpreterGender,
    NeedKind,
    NeedState,
    RedFlag,
    RiskLevel,
    Role,
    Voicemail,
)
from cellule.forms import FuzzyKind, Window

# What Rodolfo wrote down himself: hours by week.
_HOURS = {
    month: (
        f"Heures de {month} 2026, notées par Rodolfo",
        "",
        *(f"Semaine {week} : {54 + week} heures" for week in (1, 2, 3, 4)),
    )
    for month in ("octobre", "novembre")
}


def lune_bleue(tale: Tale) -> None:
    """Domestic violence, under an alias throughout; nothing of who she is on paper is ever written down."""
    tale.begins("ana", Channel.PHONE, "tam", Interpreter.YES)
    tale.limits("ana", "tam", Interpreter.YES)
    tale.called(
        "ana", "Lune Bleue", AgeBand.TO_34, interpreter=InterpreterGender.WOMAN, avoid="Personne du même temple."
    )
    blow = tale.incident(
        "ana",
        "dv_physical",
        day(2026, 11, 14),
        "19",
        "Elle dit que son mari l’a serrée à la gorge dans la cuisine, « jusqu’à voir des étoiles bleues ». "
        "Les deux enfants étaient dans la chambre. Une voisine a frappé au mur et il s’est arrêté.",
    )
    tale.case.hand_to_unit(by=tale.cast["ana"])
    tale.case.assign(by=tale.cast["mireille"], to=tale.cast["claire"].user)
    tale.case.write_contact(
        by=tale.cast["claire"],
        rules=ContactRules(
            channels=(ContactChannel.CALL,),
            window=Window((2,), "10:00", "11:00").to_json(),
            voicemail=Voicemail.NEVER,
            who_answers="Elle seule. Si un homme répond, raccrocher.",
            cover="Dire qu’on appelle de la bibliothèque.",
            watched="Le mari regarde le téléphone le soir.",
        ),
        details=ContactDetails("+15145550142", "", "olive"),
        version=0,
    )
    tale.need("claire", NeedKind.SHELTER, urgent=True)
    tale.need("claire", NeedKind.CHILDREN)
    tale.need("claire", NeedKind.LEGAL, words="Quitter le logement sans payer le bail.")
    tale.case.begin_assessment(by=tale.cast["claire"])
    control = tale.incident(
        "claire",
        "dv_coercive",
        between(FuzzyKind.YEAR, (2025, 1, 1), (2025, 12, 31)),
        "19",
        "அவர் என் தொலைபேசியை எடுத்துக்கொண்டார். வெளியே போக விடவில்லை. யாரிடமும் பேச விடவில்லை.",
    )
    husband = tale.person("claire", "Le mari", AgeBand.TO_49)
    children = tale.person("claire", "Les deux enfants", AgeBand.TO_11)
    neighbour = tale.person("claire", "La voisine du 3")
    for incident in (blow, control):
        tale.part("claire", incident, None, Role.VICTIM)
        tale.part("claire", incident, husband, Role.ALLEGED_PERPETRATOR, relation="Son mari")
    tale.part("claire", blow, children, Role.CHILD_EXPOSED, relation="Ses enfants")
    tale.part("claire", blow, neighbour, Role.INDIRECT_WITNESS, Role.SUPPORT_PERSON, relation="Voisine de palier")
    tale.risk(
        "claire",
        RiskLevel.HIGH,
        "Étranglement, et elle pense partir : le danger est le plus grand maintenant.",
        RedFlag.STRANGULATION,
        RedFlag.SEPARATION,
        RedFlag.STALKING,
    )
    tale.case.countersign(by=tale.cast["mireille"])
    tale.case.activate(by=tale.cast["claire"])
    tale.note("claire", "Plan fait ensemble : sac chez la voisine, mot « olive » au téléphone. Revoir mardi.")


def rodolfo(tale: Tale) -> None:
    """Unpaid wages, and a threat to denounce."""
    tale.begins("claire", Channel.ORGANISATION, "spa", Interpreter.NO)
    tale.limits("claire", "spa", Interpreter.NO)
    tale.called("claire", "Rodolfo Quetzal-Ficto", AgeBand.TO_49)
    wages = tale.incident(
        "claire",
        "labour_wage",
        between(FuzzyKind.RANGE, (2026, 7, 6), (2026, 9, 18)),
        "outside",
        "Trabajó once semanas en el invernadero inventado «La Hoja Azul» y le pagaron solo cuatro. "
        "El patrón guarda las hojas de horas.",
    )
    threat = tale.incident(
        "claire",
        "extortion_status",
        between(FuzzyKind.MONTH, (2026, 9, 1), (2026, 9, 30)),
        "16",
        "El capataz le dijo: «si te quejas, hago una llamada y se acabó». Hay dos testigos.",
    )
    foreman = tale.person("claire", "El capataz")
    owner = tale.person("claire", "El patrón")
    tale.part("claire", wages, None, Role.VICTIM)
    tale.part("claire", wages, owner, Role.ALLEGED_PERPETRATOR, Role.EMPLOYER)
    tale.part("claire", threat, None, Role.VICTIM, Role.REPORTER)
    tale.part("claire", threat, foreman, Role.ALLEGED_PERPETRATOR)
    tale.case.write_contact(
        by=tale.cast["claire"],
        rules=ContactRules(channels=(ContactChannel.APP, ContactChannel.TEXT), voicemail=Voicemail.NEUTRAL),
        details=ContactDetails("+525555550111", "", "colibrí"),
        version=0,
    )
    tale.need("claire", NeedKind.HOUSING, urgent=True, words="La chambre appartient à l’employeur.")
    tale.file("claire", "Feuilles de temps.pdf", paper(_HOURS["octobre"], _HOURS["novembre"]))
    tale.file("claire", "Avis affiché au mur.jpg", photograph("Pas de travail, pas de logement."))
    tale.need("claire", NeedKind.LEGAL)
    tale.need("claire", NeedKind.MONEY)
    tale.case.begin_assessment(by=tale.cast["claire"])
    tale.risk("claire", RiskLevel.SOME, "Des menaces, aucune violence jusqu’ici.")
    tale.case.activate(by=tale.cast["claire"])
    tale.note("claire", "Préfère écrire que parler. Il demande ce qui se passe si l’employeur apprend sa plainte.")


def amina(tale: Tale) -> None:
    """Locked in; she chose a word to be known by."""
    tale.begins("claire", Channel.IN_PERSON, "ary", Interpreter.YES)
    tale.limits("claire", "ary", Interpreter.YES)
    tale.called("claire", "Amina Testoumi", AgeBand.TO_24, interpreter=InterpreterGender.WOMAN)
    tale.incident(
        "claire",
        "confinement",
        NOT_KNOWN,
        "08",
        "كان يغلق الباب بالمفتاح كل صباح ويأخذ هاتفي معه. لا أتذكر متى بدأ ذلك. كنت أرى الشارع من النافذة فقط.",
    )
    tale.case.write_contact(
        by=tale.cast["claire"],
        rules=ContactRules(channels=(ContactChannel.ORGANISATION,), voicemail=Voicemail.NEVER),
        details=ContactDetails("", "Au comptoir de l’organisme inventé « Le Pont »", "figue"),
        version=0,
    )
    tale.need("claire", NeedKind.MEDICAL, urgent=True)
    tale.case.begin_assessment(by=tale.cast["claire"])
    tale.risk("claire", RiskLevel.SOME, "Elle est sortie ; il ne sait pas où elle est.", RedFlag.LOCKED_IN)
    tale.case.activate(by=tale.cast["claire"])
    client = tale.case.people.get(is_client=True)
    identity = PersonIdentity(legal_name="Amina Testoumi-Fictive", original_script="أمينة التستومي")
    tale.case.write_identity(client, by=tale.cast["claire"], identity=identity, version=client.version)
    tale.note("claire", "Elle choisit le mot « figue » pour se faire reconnaître au téléphone.")


def soledad(tale: Tale) -> None:
    """Abuse by a landlord; still being assessed. A colleague opened the case once, while its lead was ill."""
    tale.begins("joaquin", Channel.MOBILE_CLINIC, "", Interpreter.UNKNOWN)
    tale.limits("joaquin", "spa", Interpreter.NO)
    tale.called("joaquin", "Soledad Ficta")
    tale.incident(
        "joaquin",
        "housing_abuse",
        between(FuzzyKind.MONTH, (2026, 10, 1), (2026, 10, 31)),
        "12",
        "Le propriétaire a coupé le chauffage et retient le dépôt. Il entre sans prévenir.",
    )
    tale.case.write_contact(
        by=tale.cast["joaquin"], rules=ContactRules(channels=(ContactChannel.IN_PERSON,)), details=None, version=0
    )
    tale.need("joaquin", NeedKind.HOUSING)
    tale.case.begin_assessment(by=tale.cast["joaquin"])
    tale.emergency(
        "claire",
        EmergencyReason.PRESENT,
        "Joaquín est malade ; Soledad est au comptoir, le propriétaire l’attend dehors.",
        agrees="mireille",
        note="Elle est repartie par l’autre porte, accompagnée. Elle rappelle Joaquín lundi.",
    )


def fatou(tale: Tale) -> None:
    """She tells of a child being hit: the danger is grave and waits for a second person."""
    tale.begins("ana", Channel.ORGANISATION, "wol", Interpreter.YES)
    tale.limits("ana", "wol", Interpreter.YES)
    tale.called("ana", "Fatou Imaginaire")
    tale.case.hand_to_unit(by=tale.cast["ana"])
    tale.case.assign(by=tale.cast["omar"], to=tale.cast["joaquin"].user)
    hit = tale.incident(
        "joaquin",
        "dv_physical",
        between(FuzzyKind.MONTH, (2026, 11, 1), (2026, 11, 30)),
        "18",
        "Elle raconte que l’enfant de sa cousine, neuf ans, est frappé avec une ceinture imaginaire.",
    )
    child = tale.person("joaquin", "L’enfant de la cousine", AgeBand.TO_11)
    tale.part("joaquin", hit, None, Role.INDIRECT_WITNESS, Role.REPORTER)
    tale.part("joaquin", hit, child, Role.CHILD_VICTIM)
    tale.need("joaquin", NeedKind.CHILDREN, urgent=True)
    tale.case.write_contact(
        by=tale.cast["joaquin"], rules=ContactRules(channels=(ContactChannel.CALL,)), details=None, version=0
    )
    tale.case.begin_assessment(by=tale.cast["joaquin"])
    tale.risk(
        "joaquin",
        RiskLevel.IMMEDIATE,
        "Un enfant est frappé : signalement à faire sans attendre.",
        RedFlag.CHILD_THREATENED,
    )


def ilyas(tale: Tale) -> None:
    """In follow-up and about to move away; two colleagues share the case."""
    tale.begins("joaquin", Channel.PHONE, "ara", Interpreter.NO)
    tale.limits("joaquin", "fra", Interpreter.NO)
    tale.called("joaquin", "Ilyas Faux-Exemple", AgeBand.TO_24)
    tale.incident("joaquin", "housing_abuse", day(2026, 8, 3), "13", "Le locateur a changé la serrure pendant la nuit.")
    tale.need("joaquin", NeedKind.SHELTER, urgent=True)
    tale.case.write_contact(
        by=tale.cast["joaquin"], rules=ContactRules(channels=(ContactChannel.TEXT,)), details=None, version=0
    )
    tale.case.begin_assessment(by=tale.cast["joaquin"])
    tale.risk("joaquin", RiskLevel.NONE, "Il vit maintenant chez un ami sûr.")
    tale.case.activate(by=tale.cast["joaquin"])
    for need in tale.case.needs.filter(state=NeedState.OPEN):
        need.meet(by=tale.cast["joaquin"])
    tale.case.follow_up(by=tale.cast["joaquin"])
    tale.case.share(by=tale.cast["joaquin"], to=tale.cast["claire"].user)
    tale.note("claire", "La sœur du locateur travaille dans un organisme partenaire : ne rien y envoyer.")


def nadege(tale: Tale) -> None:
    """Closing is proposed and waits for a supervisor."""
    tale.begins("claire", Channel.IN_PERSON, "hat", Interpreter.NO)
    tale.limits("claire", "fra", Interpreter.NO)
    tale.called("claire", "Nadège Pseudo")
    tale.incident("claire", "threats", day(2026, 9, 2), "08", "Des appels anonymes le soir ; ils ont cessé.")
    tale.case.write_contact(
        by=tale.cast["claire"], rules=ContactRules(channels=(ContactChannel.CALL,)), details=None, version=0
    )
    tale.case.begin_assessment(by=tale.cast["claire"])
    tale.risk("claire", RiskLevel.NONE, "Plus rien depuis deux mois.")
    tale.case.activate(by=tale.cast["claire"])
    tale.case.follow_up(by=tale.cast["claire"])
    tale.case.propose_closing(
        by=tale.cast["claire"],
        reason=ClosingReason.GOALS_REACHED,
        talk=ClosingTalk.HELD,
        words="Nous en avons parlé : elle a tout ce qu’il lui faut et garde son code.",
    )


def delphine(tale: Tale) -> None:
    """Closed by a supervisor who did not propose it."""
    tale.begins("joaquin", Channel.PHONE, "lin", Interpreter.YES)
    tale.limits("joaquin", "lin", Interpreter.YES)
    tale.called("joaquin", "Delphine Mbala-Fictive", AgeBand.TO_34)
    tale.case.write_contact(by=tale.cast["joaquin"], rules=ContactRules(none_possible=True), details=None, version=0)
    tale.case.propose_closing(
        by=tale.cast["joaquin"],
        reason=ClosingReason.LOST_CONTACT,
        talk=ClosingTalk.ATTEMPTED,
        words="Trois essais par l’organisme de confiance, aucun retour.",
    )
    tale.case.close(by=tale.cast["omar"], answer="D’accord. Elle revient quand elle veut, avec son code.")


def petit_nuage(tale: Tale) -> None:
    """A first call that broke off."""
    tale.begins("ana", Channel.PHONE, "hat", Interpreter.NO)
    tale.note("ana", "A raccroché après deux minutes : quelqu’un entrait. Rappellera.")


def m_j(tale: Tale) -> None:
    """Handed over by the intake; nobody leads it yet."""
    tale.begins("ana", Channel.PHONE, "", Interpreter.UNKNOWN)
    tale.limits("ana", "fra", Interpreter.NO)
    tale.called("ana", "M.-J.")
    tale.note("ana", "Elle demande qu’on ne la rappelle pas cette semaine.")
    tale.case.hand_to_unit(by=tale.cast["ana"])


TALES: dict[str, Callable[[Tale], None]] = {
    "Lune Bleue": lune_bleue,
    "Rodolfo Quetzal-Ficto": rodolfo,
    "Amina Testoumi": amina,
    "Soledad Ficta": soledad,
    "Fatou Imaginaire": fatou,
    "Ilyas Faux-Exemple": ilyas,
    "Nadège Pseudo": nadege,
    "Delphine Mbala-Fictive": delphine,
    "Petit Nuage": petit_nuage,
    "M.-J.": m_j,
}
