from django.urls import path

from judging.api import allocation as allocation_api
from judging.api import conflicts as conflicts_api
from judging.api import judges as judges_api
from judging.api import rubric as rubric_api
from judging.api import scoring as scoring_api
from judging.views import allocation, conflicts, invitations, judges, rubric, scoring

ROUND = "rounds/<int:number>/"


def twice(address: str, view, name: str) -> list:
    """The page of the round that matters now, and the same page of each round."""
    return [path(address, view, name=name), path(ROUND + address, view, name=name)]


app_name = "judging"
urlpatterns = [
    *twice("", scoring.mine, "list"),
    *twice("entries/<str:code>/", scoring.sheet, "sheet"),
    *twice("entries/<str:code>/files/<slug:file>/", scoring.file, "file"),
    *twice("entries/<str:code>/conflict/", conflicts.declare_here, "declare_here"),
    path("me/", judges.me, name="me"),
    path("me/decline/", judges.decline, name="decline"),
    path("me/conflict/", conflicts.declare, name="declare"),
    path("invitation/", invitations.invitation, name="invitation"),
    path("judges/", judges.judges, name="judges"),
    path("judges/invite/", judges.invite, name="invite"),
    path("judges/invite/several/", judges.invite_many, name="invite_many"),
    path("judges/<int:pk>/", judges.judge, name="judge"),
    path("judges/<int:pk>/pause/", judges.pause, name="pause"),
    path("judges/<int:pk>/resume/", judges.resume, name="resume"),
    path("invitations/<int:pk>/again/", judges.send_again, name="send_again"),
    path("invitations/<int:pk>/withdraw/", judges.withdraw_invitation, name="withdraw_invitation"),
    path("conflicts/declare/", conflicts.declare_for, name="declare_for"),
    path("conflicts/settle/", conflicts.settle, name="settle"),
    path("conflicts/<int:pk>/end/", conflicts.end_conflict, name="end_conflict"),
    *twice("rubric/", rubric.rubric, "rubric"),
    *twice("rubric/add/", rubric.add_criterion, "add_criterion"),
    path("rubric/<int:pk>/change/", rubric.change_criterion, name="change_criterion"),
    path("rubric/<int:pk>/remove/", rubric.remove_criterion, name="remove_criterion"),
    *twice("allocation/", allocation.allocation, "allocation"),
    *twice("allocation/<str:code>/assign/", allocation.assign, "assign"),
    path("allocation/<int:pk>/end/", allocation.end, name="end"),
    *twice("coverage/", allocation.coverage, "coverage"),
]
api_urls = [
    path("", scoring_api.mine, name="list"),
    path("entries/<str:code>/", scoring_api.sheet, name="sheet"),
    path("entries/<str:code>/conflict/", conflicts_api.declare_here, name="declare_here"),
    path("me/", judges_api.me, name="me"),
    path("me/decline/", judges_api.decline, name="decline"),
    path("judges/", judges_api.judges, name="judges"),
    path("judges/<int:pk>/", judges_api.judge, name="judge"),
    path("judges/<int:pk>/pause/", judges_api.pause, name="pause"),
    path("judges/<int:pk>/resume/", judges_api.resume, name="resume"),
    path("invitations/", judges_api.invitations, name="invitations"),
    path("invitations/<int:pk>/again/", judges_api.again, name="send_again"),
    path("invitations/<int:pk>/withdraw/", judges_api.withdraw, name="withdraw_invitation"),
    path("conflicts/", conflicts_api.conflicts, name="conflicts"),
    path("conflicts/settle/", conflicts_api.settle, name="settle"),
    path("conflicts/<int:pk>/end/", conflicts_api.end_conflict, name="end_conflict"),
    path("rubric/", rubric_api.criteria, name="rubric"),
    path("rubric/template/", rubric_api.adopt, name="adopt"),
    path("rubric/<int:pk>/", rubric_api.criterion, name="criterion"),
    path("allocation/propose/", allocation_api.propose, name="propose"),
    path("allocation/assign/", allocation_api.assign, name="assign"),
    path("allocation/<int:pk>/end/", allocation_api.end, name="end"),
    path("coverage/", allocation_api.coverage, name="coverage"),
]
