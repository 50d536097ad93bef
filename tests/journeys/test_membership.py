"""Somebody leaves the team, somebody else forgets: what each of them sees, in both languages and on a narrow screen."""

import pytest

from cellule.accounts.models import User

CLAIRE, JOAQUIN = "Claire Exemple", "Joaquín Inventado"


@pytest.mark.parametrize(("language", "width"), [("fr", 320), ("en", 1280)])
@pytest.mark.long
def test_membership(arrives):
    mireille, claire = arrives("mireille"), arrives("claire")
    claire.signs_in()
    mireille.signs_in()

    looks_at_a_member(mireille)
    takes_claire_out(mireille)
    claire.goes_to("/dossiers/")
    claire.is_at("/connexion/")

    link = makes_a_link_for_joaquin(mireille)
    joaquin_sees_what_is_lost(arrives(), link)
    administrator_looks_at_accounts(arrives("luc"))


def looks_at_a_member(mireille) -> None:
    mireille.goes_to("/equipe/")
    mireille.looks()
    mireille.follows(CLAIRE)
    mireille.reads_the_heading(CLAIRE)
    mireille.reads(mireille.words("The five words of these keys"), "Mireille Fictive-Roy")
    mireille.looks()
    mireille.goes_to(f"{mireille.page.url}role/")
    mireille.presses("Give this role")
    mireille.looks()


def takes_claire_out(mireille) -> None:
    mireille.goes_to("/equipe/")
    mireille.follows(CLAIRE)
    mireille.presses("Take out of the team")
    mireille.reads(mireille.words("What will happen"), mireille.words("That happens now."))
    mireille.looks()
    mireille.presses("Take out of the team")
    mireille.is_at("/equipe/")
    assert mireille.page.locator("main").get_by_text(CLAIRE).count() == 0


def makes_a_link_for_joaquin(mireille) -> str:
    mireille.follows(JOAQUIN)
    mireille.presses("Lost passphrase")
    mireille.chooses(sent="print")
    mireille.looks()
    mireille.presses("Make the link")
    mireille.reads(JOAQUIN)
    mireille.looks()
    return mireille.page.locator("main .app-code").inner_text()


def joaquin_sees_what_is_lost(joaquin, link: str) -> None:
    joaquin.goes_to("/" + link.split("/", 3)[3])
    joaquin.reads(
        joaquin.words(
            "You had keys before. They end as soon as your new ones are made: your drafts and the texts kept for you are"
            " lost, and somebody has to let you in again after hearing your five words."
        )
    )
    joaquin.looks()


def administrator_looks_at_accounts(luc) -> None:
    luc.signs_in()
    luc.goes_to("/administration/")
    luc.reads(luc.words("Closed"))
    luc.looks()
    mireille = User.objects.get(email="mireille@cellule.example")
    luc.goes_to(f"/administration/comptes/{mireille.pk}/fermer/")
    luc.reads(
        luc.words("That happens when somebody of the group opens the site next, before anything is written there.")
    )
    luc.looks()
    luc.goes_to(f"/administration/comptes/{mireille.pk}/phrase-perdue/")
    luc.looks()
    luc.goes_to("/compte/")
    luc.looks()


def test_own_words(arrives):
    claire = arrives("claire")
    claire.signs_in()

    claire.goes_to("/compte/mots/")

    claire.reads_the_heading("My five words")
    claire.looks()
