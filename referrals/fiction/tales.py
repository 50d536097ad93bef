"""What leaves the invented cases: one helped to the end, one declined and helped elsewhere, one stopped, one under way."""

from collections.abc import Callable
from dataclasses import replace

from cases.models import Category, Interpreter
from cases.models.codes import AgeBand, ClosingReason, ClosingTalk, NeedKind, NeedState
from referrals.fiction.tale import Tale
from referrals.models.codes import DeclineReason, Outcome, Urgency
from referrals.models.packet import Sending

CLINIC = "Clinique juridique fictive du Phare"
SHELTER = "Maison Fictive du Saule"
HEALTH = "Clinique Fictive Santé sans condition"


def lune_bleue(tale: Tale) -> None:
    """A shelter takes her in within hours, without ever hearing her name; then the case can rest."""
    tale.allows(SHELTER, Category.NEEDS, Category.CONTACT)
    bed = tale.sends(
        SHELTER,
        "Hébergement d’urgence du Saule",
        Sending(
            needs=(NeedKind.SHELTER, NeedKind.CHILDREN),
            urgency=Urgency.URGENT,
            spoken="tam",
            interpreter=Interpreter.YES,
            age_band=AgeBand.TO_34,
            borough="19",
            contact=(
                ("channels", '["call"]'),
                ("window", '{"days": [2], "start": "10:00", "end": "11:00"}'),
                ("voicemail", "never"),
                ("who_answers", "Elle seule. Si un homme répond, raccrocher."),
                ("phone", "+15145550142"),
                ("code_word", "olive"),
            ),
        ),
    )
    tale.sees(bed, "solange")
    tale.writes(bed, "solange", "Avons-nous besoin de lits pour des enfants, et combien ?")
    tale.writes(bed, "claire", "Oui, pour deux enfants de moins de onze ans.")
    bed.accept(by=tale.cast["solange"], words="La chambre du lilas inventé est libre dès ce soir.")
    tale.reads(bed, "solange")
    bed.begin_service(by=tale.cast["solange"])
    tale.note("La Maison l’attend ce soir, par l’entrée de côté. Elle a répondu au mot « olive ».")
    bed.complete(by=tale.cast["solange"], outcome=Outcome.GIVEN, words="Arrivée à l’abri avec ses deux enfants.")
    bed.settle(by=tale.cast["claire"])
    for need in tale.case.needs.filter(state=NeedState.OPEN):
        need.meet(by=tale.cast["claire"])
    tale.case.follow_up(by=tale.cast["claire"])
    tale.case.propose_closing(
        by=tale.cast["claire"],
        reason=ClosingReason.GOALS_REACHED,
        talk=ClosingTalk.HELD,
        words="Elle est à l’abri et le bail est résilié. Elle sait qu’elle peut rappeler sous le même nom.",
    )
    tale.case.close(by=tale.cast["mireille"], answer="D’accord. Beau travail.")


def rodolfo(tale: Tale) -> None:
    """No bed at the first door; the second one opens, and does not hear of the first."""
    tale.allows(SHELTER, Category.NEEDS)
    room = tale.sends(
        SHELTER,
        "Soutien externe du Saule",
        Sending(needs=(NeedKind.HOUSING,), urgency=Urgency.NORMAL, spoken="spa", age_band=AgeBand.TO_49, borough="16"),
    )
    tale.sees(room, "solange")
    room.decline(by=tale.cast["solange"], reason=DeclineReason.NO_CAPACITY, words="Rien avant le mois prochain.")
    tale.allows(CLINIC, Category.NEEDS, Category.NAME, Category.CONTACT, Category.STORY)
    wages = tale.sends(
        CLINIC,
        "Clinique des travailleuses et travailleurs",
        Sending(
            needs=(NeedKind.LEGAL, NeedKind.MONEY),
            urgency=Urgency.NORMAL,
            spoken="spa",
            interpreter=Interpreter.NO,
            age_band=AgeBand.TO_49,
            borough="16",
            called="Rodolfo Quetzal-Ficto",
            contact=(
                ("channels", '["app", "text"]'),
                ("voicemail", "neutral"),
                ("phone", "+525555550111"),
                ("code_word", "colibrí"),
            ),
            summary="Onze semaines de travail en serre, quatre payées. Il demande ses délais et ses recours.",
        ),
    )
    tale.sees(wages, "thea")
    tale.writes(wages, "thea", "A-t-il gardé des relevés de ses heures ?")
    tale.writes(wages, "claire", "Des photos des feuilles d’heures, sur son téléphone.")
    wages.accept(by=tale.cast["thea"], words="Première rencontre jeudi.")
    tale.reads(wages, "thea")
    wages.begin_service(by=tale.cast["thea"])


def amina(tale: Tale) -> None:
    """She phones, says her word, and asks that everything stop: it stops at once, on both sides, and nobody asks why."""
    health = tale.allows(HEALTH, Category.NEEDS, Category.NAME, Category.CONTACT)
    legal = tale.allows(CLINIC, Category.NEEDS)
    advice = Sending(
        needs=(NeedKind.LEGAL,),
        urgency=Urgency.NORMAL,
        spoken="ary",
        interpreter=Interpreter.YES,
        age_band=AgeBand.TO_24,
        borough="08",
    )
    care = tale.sends(
        HEALTH,
        "Consultation médicale",
        replace(
            advice,
            needs=(NeedKind.MEDICAL,),
            called="Amina Testoumi",
            contact=(
                ("channels", '["organisation"]'),
                ("voicemail", "never"),
                ("address", "Au comptoir de l’organisme inventé « Le Pont »"),
                ("code_word", "figue"),
            ),
        ),
    )
    tale.sees(care, "dimitri")
    care.accept(by=tale.cast["dimitri"])
    tale.reads(care, "dimitri")
    tale.sends(CLINIC, "Représentation pour victimes d’un crime", advice)
    # Whoever waits for the end of one consent finds the other stopped too.
    for consent in (health, legal):
        consent.withdraw(by=tale.cast["claire"])
    tale.note("Elle appelle, dit « figue » et : « arrêtez tout ». Tout est arrêté. On continue de l’accompagner ici.")


def ilyas(tale: Tale) -> None:
    """He is moving away; nothing may go to the house where a relative of his landlord works."""
    tale.refuses(SHELTER)
    tale.allows(CLINIC, Category.NEEDS, Category.NAME)
    lease = tale.sends(
        CLINIC,
        "Consultation juridique sans rendez-vous",
        Sending(
            needs=(NeedKind.LEGAL, NeedKind.HOUSING),
            urgency=Urgency.NORMAL,
            spoken="ara",
            interpreter=Interpreter.NO,
            age_band=AgeBand.TO_24,
            borough="13",
            called="Ilyas Faux-Exemple",
        ),
    )
    tale.sees(lease, "noor")
    tale.writes(lease, "noor", "Reste-t-il à Montréal ? Notre service couvre aussi Laval.")
    tale.allows(HEALTH, Category.NEEDS)
    tale.sends(
        HEALTH,
        "Soutien psychologique",
        Sending(needs=(NeedKind.SUPPORT,), urgency=Urgency.NORMAL, spoken="ara", age_band=AgeBand.TO_24, borough="13"),
    )


# By alias of the case who leads it, and what is told.
TALES: dict[str, tuple[str, Callable[[Tale], None]]] = {
    "Lune Bleue": ("claire", lune_bleue),
    "Rodolfo Quetzal-Ficto": ("claire", rodolfo),
    "Amina Testoumi": ("claire", amina),
    "Ilyas Faux-Exemple": ("joaquin", ilyas),
}
