from datetime import UTC, datetime

import pytest

from records import template
from records.template import Given, Own
from submissions.questions import catalogue

AT = datetime(2026, 6, 14, 12, 0, tzinfo=UTC)
GIVEN = {
    "team": Given("Name of the team", "Kingfishers"),
    "title": Given("Title", "Letter Sorter"),
    "pitch": Given("Pitch", "Sorts letters."),
    "built": Given("What you built", "A page."),
    "ai_use": Given("How AI is used", "It suggests."),
    "problem": Given("The problem and its users", "  "),
}


def filled(own=None) -> dict:
    return {one.field.id: one for group in template.fill(GIVEN, own or {}) for one in group.fields}


def test_sections_stand_in_the_order_of_the_template():
    groups = [(section.id, len(section.fields)) for section in template.sections()]

    assert groups == [
        ("0", 5),
        ("1", 4),
        ("2.1", 9),
        ("2.2", 4),
        ("2.3", 5),
        ("2.4.1", 5),
        ("2.4.2", 8),
        ("2.4.3", 9),
        ("2.4.4", 5),
        ("2.5", 2),
    ]


def test_numbers_of_published_records_follow_from_those_of_the_template():
    tier_1 = {f"1.{number}": str(number) for number in range(1, 5)}

    for one in template.fields().values():
        if one.id.startswith("0."):
            assert one.number == ""
        else:
            assert one.number == tier_1.get(one.id, one.id.removeprefix("2."))


def test_every_field_is_filled_from_answers_that_exist():
    known = {question.name for task in catalogue() for question in task.questions}
    known |= {"team", *(f"principle_{number}" for number in range(1, 11))}

    sources = {name for one in template.fields().values() for name in one.sources}

    assert sources - known == set()


@pytest.mark.parametrize(
    "field", ["1.4", "2.1.3", "2.1.1", "2.1.4.2", "2.1.4.4", "2.4.3.9", "2.4.4.3", "2.4.4.4", "2.4.4.5"]
)
def test_field_that_only_its_owner_can_fill_has_no_source(field):
    assert (template.fields()[field].sources, template.fields()[field].fixed) == ((), "")


def test_fill_takes_one_answer_as_it_is_and_several_under_their_headings():
    fields = filled()

    assert (fields["1.1"].text, fields["1.1"].source, fields["1.1"].names) == (
        "Letter Sorter",
        "answers",
        ("title",),
    )
    assert fields["2.2.1"].text == "What you built:\nA page.\n\nHow AI is used:\nIt suggests."
    assert fields["2.2.1"].origin == "From the entry: ‘What you built’, ‘How AI is used’"
    assert fields["2.1.2"].text == "Kingfishers"


def test_fill_leaves_a_field_without_an_answer_blank():
    fields = filled()

    blank = {one.source for one in (fields["2.2.3"], fields["2.1.3"], fields["1.4"])}
    assert (blank, fields["2.2.3"].text, fields["2.2.3"].origin) == ({"blank"}, "", "")
    assert (fields["0.3"].text, fields["0.3"].source) == ("Pre-deployment", "set")


def test_fill_puts_the_teams_own_words_before_its_answers():
    own = Own("Our name for it", "Ben Okoro", AT)

    fields = filled({"1.1": own})

    assert (fields["1.1"].text, fields["1.1"].source, fields["1.1"].own) == ("Our name for it", "team", own)
    assert fields["1.1"].origin == "Edited by the team"
    assert fields["0.1"].text == "Letter Sorter"


def test_as_dict_names_nobody_and_keeps_the_order():
    rows = template.as_dict(template.fill(GIVEN, {"1.1": Own("Ours", "Ben Okoro", AT)}))

    assert [row["id"] for row in rows] == [section.id for section in template.sections()]
    assert rows[1]["fields"][0] == {
        "id": "1.1",
        "number": "1",
        "label": "Name",
        "ask": "The name that people will know the tool by.",
        "answer": "Ours",
        "source": "team",
        "from": [],
        "origin": "Edited by the team",
        "edited_at": "2026-06-14T12:00:00+00:00",
    }
    assert "Ben Okoro" not in str(rows)


def test_answered_with_a_field_that_is_not_in_the_template_is_a_mistake():
    with pytest.raises(ValueError, match=r"2\.9"):
        template.answered({"2.9": "x"}, "Draft")
