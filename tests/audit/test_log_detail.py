"""What the log must keep and only few may read: what was typed, sealed for the privacy officers."""

import pytest
from django.urls import reverse

from audit.log.models import Entry
from audit.review.models import Item
from cellule.vault.details import PURPOSE
from cellule.vault.letters import new_salt, open_letter, write_letter
from cellule.vault.models import Letter, LetterKey
from tests.audit.reviewed import looked, proposed

LOG = "/audit/journal/"


@pytest.mark.django_db
def test_what_was_typed_is_for_the_privacy_officer_only(paule, auditor, privacy_officer, looks):
    paule.post(LOG, {"person": "Claire", "reference": "7QK2M9XD", "outcome": "failed"})

    look = looks("paule")[-1]
    letter = Letter.objects.get(row=look.pk)
    clear = b"|".join(str(value).encode() for value in Entry.objects.filter(pk=look.pk).values_list()[0]) + look.body
    document, _ = open_letter(privacy_officer.vault, letter)

    assert [word for word in (b"Claire", b"7QK2M9XD", b"failed") if word in clear] == []
    assert document == {"person": "Claire", "reference": "7QK2M9XD", "outcome": "failed"}
    assert letter.group not in auditor.vault.memberships


@pytest.mark.django_db(transaction=True)
def test_sealed_detail_opens_for_the_privacy_officer_and_that_is_recorded(as_, looks):
    paule, rose = as_("paule"), as_("rose")
    paule.post(LOG, {"reference": "7QK2M9XD"})
    look = looks("paule")[-1]
    address = reverse("review:detail", args=[look.pk])

    offered = rose.get(f"{LOG}{look.pk}/").content.decode()
    opened = rose.post(address)

    assert f'action="{address}"' in offered
    assert "7QK2M9XD" not in offered
    assert "<bdi>7QK2M9XD</bdi>" in opened.content.decode()
    assert Entry.objects.of_action("vault.letter_opened").get().reference == str(look.pk)


@pytest.mark.django_db(transaction=True)
def test_sealed_detail_stays_shut_for_the_auditor(as_, looks):
    paule = as_("paule")
    paule.post(LOG, {"reference": "7QK2M9XD"})
    look = looks("paule")[-1]
    address = reverse("review:detail", args=[look.pk])

    offered = paule.get(f"{LOG}{look.pk}/").content.decode()
    refused = paule.post(address)

    assert f'action="{address}"' not in offered
    assert refused.status_code == 403
    assert Entry.objects.of_action("vault.letter_opened").count() == 0


@pytest.mark.django_db(transaction=True)
def test_opened_detail_loaded_by_its_address_is_the_entry_still_sealed(as_, looks):
    as_("paule").post(LOG, {"reference": "7QK2M9XD"})
    look, rose = looks("paule")[-1], as_("rose")
    opened = rose.post(reverse("review:detail", args=[look.pk]))

    again = rose.get(opened.request["PATH_INFO"], follow=True)

    assert again.redirect_chain == [(f"{LOG}{look.pk}/", 302)]
    assert "7QK2M9XD" not in again.text
    assert Entry.objects.of_action("vault.letter_opened").count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("fault", ["key destroyed", "letter replaced"])
def test_sealed_detail_that_is_not_what_the_log_says_is_not_shown(paule, rose, fault, looks):
    paule.post(LOG, {"reference": "7QK2M9XD"})
    look = looks("paule")[-1]
    letter = Letter.objects.get(row=look.pk)
    if fault == "key destroyed":
        LetterKey.objects.filter(letter=letter.pk).delete()
    else:
        letter.delete()
        write_letter("privacy", PURPOSE, look.pk, {"reference": "23456789"}, new_salt())

    response = rose.post(reverse("review:detail", args=[look.pk]))

    assert response.context["unreadable"] is True
    assert response.context["detail"] is None
    assert "23456789" not in response.content.decode()


@pytest.mark.django_db
def test_sealed_detail_of_an_entry_without_one_is_unknown(rose, write):
    assert rose.post(reverse("review:detail", args=[write().pk])).status_code == 404


@pytest.mark.django_db
def test_words_about_ones_own_acts_stay_shut_although_the_key_is_there(rose, auditor, privacy_officer, caseworker):
    own, other = looked(caseworker), looked(caseworker)
    for item in (own, other):
        proposed(item, auditor).sign_incident(by=privacy_officer)
    # Who is a privacy officer now did it as a caseworker.
    Item.objects.filter(pk=own.pk).update(actor_id=privacy_officer.actor.id, second_signer="somebody")

    def offers(item: Item) -> list[tuple[bool, int]]:
        """Whether the words of the verdict and the incident's letter are offered to her, and what opening them gives."""
        entries = [item.verdict_words[-1], item.incident.entry]
        pages = [rose.get(reverse("review:entry", args=[entry])) for entry in entries]
        opened = [rose.post(reverse("review:detail", args=[entry])) for entry in entries]
        return [(page.context["may_open"], answer.status_code) for page, answer in zip(pages, opened, strict=True)]

    assert offers(own) == [(False, 403), (False, 403)]
    assert offers(other) == [(True, 200), (True, 200)]
