from django.urls import path

from judging.api import allocation as allocation_api
from judging.api import results as results_api
from judging.api import rubric as rubric_api
from judging.api import scoring as scoring_api
from judging.views import allocation, results, rubric, scoring

ROUND = "rounds/<int:number>/"


def twice(address: str, view, name: str) -> list:
    """The page of the round that matters now, and the same page of each round."""
    return [path(address, view, name=name), path(ROUND + address, view, name=name)]


app_name = "judging"
urlpatterns = [
    *twice("", scoring.mine, "list"),
    *twice("entries/<str:code>/", scoring.sheet, "sheet"),
    *twice("entries/<str:code>/files/<slug:file>/", scoring.file, "file"),
    *twice("rubric/", rubric.rubric, "rubric"),
    *twice("rubric/add/", rubric.add_criterion, "add_criterion"),
    path("rubric/<int:pk>/change/", rubric.change_criterion, name="change_criterion"),
    path("rubric/<int:pk>/remove/", rubric.remove_criterion, name="remove_criterion"),
    *twice("allocation/", allocation.allocation, "allocation"),
    *twice("allocation/<str:code>/assign/", allocation.assign, "assign"),
    path("allocation/<int:pk>/end/", allocation.end, name="end"),
    *twice("coverage/", allocation.coverage, "coverage"),
    *twice("results/", results.results, "results"),
]
api_urls = [
    *twice("", scoring_api.mine, "list"),
    *twice("entries/<str:code>/", scoring_api.sheet, "sheet"),
    *twice("rubric/", rubric_api.criteria, "rubric"),
    *twice("rubric/template/", rubric_api.adopt, "adopt"),
    path("rubric/<int:pk>/", rubric_api.criterion, name="criterion"),
    *twice("allocation/propose/", allocation_api.propose, "propose"),
    *twice("allocation/assign/", allocation_api.assign, "assign"),
    path("allocation/<int:pk>/end/", allocation_api.end, name="end"),
    *twice("coverage/", allocation_api.coverage, "coverage"),
    *twice("results/", results_api.results, "results"),
]
