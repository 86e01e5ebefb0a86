import pytest
from django.db import IntegrityError

from accounts.models import Department, Domain, User
from tests import world

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("email", "slug"),
    [
        ("nia@records.example.org", "records"),
        ("nia@RECORDS.example.org", "records"),
        ("nia@a.b.records.example.org", "records"),
        ("nia@rivers.records.example.org", "rivers"),
        ("nia@notrecords.example.org", None),
        ("nia@example.org", None),
        ("nia@records.example.org.evil.test", None),
        ("records.example.org", "records"),
        ("", None),
    ],
)
def test_for_email_finds_the_closest_domain(email, slug):
    world.department("records")
    rivers = world.department("rivers")
    Domain.objects.create(name="rivers.records.example.org", department=rivers)

    department = Department.objects.for_email(email)

    assert (department and department.slug) == slug


def test_database_keeps_addresses_and_domains_in_lower_case():
    with pytest.raises(IntegrityError):
        User.objects.bulk_create([User(email="Nia@records.example.org", name="Nia")])


def test_matching_finds_part_of_a_name_or_an_address(ben, cal):
    assert [list(User.objects.matching(words)) for words in ("okoro", "CAL@", "nobody")] == [[ben], [cal], []]


def test_administered_by_shows_people_to_administrators_alone(ben, max_):
    assert list(User.objects.administered_by(ben)) == []
    assert set(User.objects.administered_by(max_)) == {ben, max_}
