import csv
from collections.abc import Iterator

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from accounts.models import Department
from judging.forms.judges import LARGEST, department_field, expertise_field, load_field, numbered
from judging.models import Invitee

WORDS = {"lead": "is_lead", "technical": "is_technical", "spare": "is_spare"}
COLUMNS = ("name", "e-mail address", "department", "expertise", "most entries", "lead, technical or spare")
LONGEST_NAME, LONGEST_TAGS = 120, 300


class InviteForm(forms.Form):
    """One person."""

    name = forms.CharField(label="Full name", max_length=LONGEST_NAME)
    email = forms.EmailField(label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"}))
    department = department_field()
    tags = expertise_field()
    max_load = load_field()
    is_lead = forms.BooleanField(label="May lead a panel", required=False)
    is_technical = forms.BooleanField(label="Can judge technical work", required=False)
    is_spare = forms.BooleanField(
        label="Is a spare judge", required=False, help_text="Given entries only when another drops out"
    )

    def people(self) -> list[Invitee]:
        return [Invitee(**self.cleaned_data)]


class InviteManyForm(forms.Form):
    """One person a line, as copied from a spreadsheet or a CSV file."""

    lines = forms.CharField(
        label="Judges, one a line",
        max_length=60_000,
        widget=forms.Textarea(attrs={"rows": 10, "spellcheck": "false"}),
        help_text="Name, e-mail address, department, expertise with ; between, most entries, and any of "
        "lead technical spare. Only the first two are needed",
        error_messages={"required": "Enter somebody to invite"},
    )

    def clean_lines(self) -> list[Invitee]:
        departments = {
            word.casefold(): one for one in Department.objects.all() for word in (one.name, one.slug)
        }
        found: list[Invitee] = []
        faults: list[str] = []
        for number, cells in rows(self.cleaned_data["lines"]):
            wrong, person = read(number, cells, departments)
            faults += [f"Line {number}: {fault}" for fault in wrong]
            found += [person] if person else []
        if faults:
            raise ValidationError(faults)
        if not found:
            raise ValidationError("Enter somebody to invite")
        return found

    def people(self) -> list[Invitee]:
        return self.cleaned_data["lines"]


def rows(text: str) -> Iterator[tuple[int, list[str]]]:
    """The cells of each line; a line of headings is passed over."""
    for position, (number, line) in enumerate(numbered(text)):
        cells = [cell.strip() for cell in next(csv.reader([line], delimiter="\t" if "\t" in line else ","))]
        if position == 0 and cells[0].casefold() in ("name", "full name"):
            continue
        yield number, cells


def read(
    number: int, cells: list[str], departments: dict[str, Department]
) -> tuple[list[str], Invitee | None]:
    """What is wrong with a line, or whom it names."""
    if len(cells) > len(COLUMNS):
        return [f"there are {len(cells)} columns, and {len(COLUMNS)} at most are known"], None
    name, email, department, tags, load, words = cells + [""] * (len(COLUMNS) - len(cells))
    wrong = []
    if not name or len(name) > LONGEST_NAME:
        wrong.append(f"enter a name of {LONGEST_NAME} characters or fewer in the first column")
    try:
        validate_email(email)
    except ValidationError:
        wrong.append(f"‘{email}’ in the second column is not an e-mail address")
    if department and department.casefold() not in departments:
        wrong.append(f"no department is called ‘{department}’")
    if len(tags) > LONGEST_TAGS:
        wrong.append(f"expertise must be {LONGEST_TAGS} characters or fewer")
    if load and not (load.isascii() and load.isdecimal() and 1 <= int(load[:9]) <= LARGEST):
        wrong.append(f"‘{load}’ in the fifth column is not a whole number from 1 to {LARGEST}")
    flags = words.casefold().replace(";", " ").split()
    if unknown := [word for word in flags if word not in WORDS]:
        wrong.append(f"‘{unknown[0]}’ in the sixth column is not lead, technical or spare")
    if wrong:
        return wrong, None
    person = Invitee(
        email=email,
        name=name,
        department=departments.get(department.casefold()),
        tags=tags,
        max_load=int(load) if load else None,
        line=number,
        **{WORDS[word]: True for word in flags},
    )
    return [], person


class KeyForm(forms.Form):
    """The link's key, in the body: the address that is posted to holds no secret."""

    key = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
