"""No police or border body becomes a partner organisation: the form says so, and the database has the last word."""

import pytest
from django.db import IntegrityError, transaction

from cellule.accounts.models import Organisation

NEW_ORGANISATION = "/administration/organisations/nouvelle/"


@pytest.mark.parametrize("name", ["Service de police fictif", "SPVM", "Agence des services frontaliers", "ＳＰＶＭ"])
def test_name_of_such_a_body_is_refused_beside_its_field(as_, name):
    answer = as_("luc").post(NEW_ORGANISATION, {"name": name, "legal_regime": "A-2.1"})

    errors = answer.context["form"].errors.as_data()
    assert (answer.status_code, {field: [error.code for error in told] for field, told in errors.items()}) == (
        422,
        {"name": ["enforcement"]},
    )
    assert not Organisation.objects.filter(name=name).exists()


def test_database_takes_no_such_partner_and_lets_the_unit_have_its_name(db):
    with pytest.raises(IntegrityError, match="organisation_partner_is_not_apart"), transaction.atomic():
        Organisation.objects.create(name="Sûreté municipale fictive", zone=Organisation.Zone.PARTNER)

    unit = Organisation.objects.get(zone=Organisation.Zone.UNIT)
    unit.name = "Cellule auprès de la police fictive"
    unit.save()

    assert Organisation.objects.get(zone=Organisation.Zone.UNIT).name == unit.name
