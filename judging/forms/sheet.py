from django import forms

from judging.models import Assignment, Ballot, Criterion
from submissions.models import Revision

# A hidden field that is not as we sent it: nothing a person can mend in place.
BROKEN = dict.fromkeys(
    ("required", "invalid", "min_value", "max_value"),
    "Something went wrong with this page. Copy what you wrote, then open the page again",
)
LARGEST = 2**31 - 1


class SheetForm(forms.Form):
    """One judge's score sheet. A draft may have gaps; a ballot that is handed in may not."""

    version = forms.IntegerField(
        min_value=0, max_value=LARGEST, widget=forms.HiddenInput, error_messages=BROKEN
    )
    revision = forms.IntegerField(
        min_value=1, max_value=LARGEST, widget=forms.HiddenInput, error_messages=BROKEN
    )

    mark_optional = False

    def __init__(self, *args, criteria: list[Criterion], hand_in: bool = False, **options) -> None:
        super().__init__(*args, **options)
        self.choice_hints = {}
        self.label_sizes = {}
        for criterion in criteria:
            name = field_of(criterion.pk)
            self.fields[name] = forms.TypedChoiceField(
                label=criterion.name,
                help_text=criterion.description,
                choices=[(value, str(value)) for value in criterion.scale],
                coerce=int,
                empty_value=None,
                required=hand_in,
                widget=forms.RadioSelect,
                error_messages={"required": f"Score ‘{criterion.name}’ before you hand in"},
            )
            self.choice_hints[name] = {
                str(value): criterion.meaning(value) for value in criterion.scale if criterion.meaning(value)
            }
            self.label_sizes[name] = "m"
        self.fields["comment"] = forms.CharField(
            label="Comment for the team (optional)",
            help_text="What is good, and what would make it better. The team may read it after the results",
            max_length=4000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 4}),
        )
        self.fields["note"] = forms.CharField(
            label="Private note (optional)",
            help_text="Only you see this",
            max_length=4000,
            required=False,
            widget=forms.Textarea(attrs={"rows": 3}),
        )
        self.criteria = criteria

    @classmethod
    def of(cls, ballot: Ballot | None, entry: Revision, criteria: list[Criterion]) -> "SheetForm":
        """The sheet as it was last saved, or an empty one."""
        given = ballot.scores_by_criterion() if ballot else {}
        initial: dict = {field_of(key): value for key, value in given.items()}
        if ballot:
            initial |= {"comment": ballot.comment, "note": ballot.note}
        initial |= {"version": ballot.version if ballot else 0, "revision": entry.number}
        return cls(initial=initial, criteria=criteria)

    def scores(self) -> dict[int, int]:
        found = {criterion.pk: self.cleaned_data[field_of(criterion.pk)] for criterion in self.criteria}
        return {key: value for key, value in found.items() if value is not None}

    def renewed(self, **hidden: int) -> "SheetForm":
        """The same page with everything typed, on top of what has been saved meanwhile."""
        typed = {name: self.data[name] for name in self.data}
        return type(self)(typed | hidden, criteria=self.criteria)

    def beside(self, ballot: Ballot) -> list[dict]:
        """What another tab saved where it differs from what stands here."""
        saved = ballot.scores_by_criterion()
        mine = self.scores()
        rows = [
            (criterion.name, saved.get(criterion.pk, ""), mine.get(criterion.pk, ""))
            for criterion in self.criteria
        ]
        rows += [
            ("Comment for the team", ballot.comment, self.cleaned_data["comment"]),
            ("Private note", ballot.note, self.cleaned_data["note"]),
        ]
        return [
            {"label": label, "saved": theirs, "typed": ours} for label, theirs, ours in rows if theirs != ours
        ]


def field_of(criterion: int) -> str:
    return f"criterion_{criterion}"


def criteria_of(assignment: Assignment) -> list[Criterion]:
    return list(assignment.round.criteria.for_team(assignment.submission.team))
