from judging.forms.allocating import AssignForm, EndForm, ProposeForm
from judging.forms.confirm import ConfirmForm
from judging.forms.rubric import CriterionForm, TemplateForm
from judging.forms.sheet import SheetForm

__all__ = [
    "AssignForm",
    "ConfirmForm",
    "CriterionForm",
    "EndForm",
    "ProposeForm",
    "SheetForm",
    "TemplateForm",
]
