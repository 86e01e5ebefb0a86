from judging.forms.allocating import AssignForm, EndForm, ProposeForm
from judging.forms.confirm import ConfirmForm
from judging.forms.inviting import InviteForm, InviteManyForm, KeyForm
from judging.forms.judges import (
    ConfirmJudgeForm,
    ConflictForm,
    ConflictOfForm,
    DeclineForm,
    EndConflictForm,
    JudgeForm,
)
from judging.forms.rubric import CriterionForm, TemplateForm
from judging.forms.sheet import SheetForm

__all__ = [
    "AssignForm",
    "ConfirmForm",
    "ConfirmJudgeForm",
    "ConflictForm",
    "ConflictOfForm",
    "CriterionForm",
    "DeclineForm",
    "EndConflictForm",
    "EndForm",
    "InviteForm",
    "InviteManyForm",
    "JudgeForm",
    "KeyForm",
    "ProposeForm",
    "SheetForm",
    "TemplateForm",
]
