from django.urls import path

from judging import api, views

app_name = "judging"
urlpatterns = [
    path("", views.mine, name="list"),
    path("entries/<str:code>/", views.sheet, name="sheet"),
    path("entries/<str:code>/files/<slug:file>/", views.file, name="file"),
    path("rubric/", views.rubric, name="rubric"),
    path("rubric/add/", views.add_criterion, name="add_criterion"),
    path("rubric/<int:pk>/change/", views.change_criterion, name="change_criterion"),
    path("rubric/<int:pk>/remove/", views.remove_criterion, name="remove_criterion"),
    path("allocation/", views.allocation, name="allocation"),
    path("allocation/<str:code>/assign/", views.assign, name="assign"),
    path("allocation/<int:pk>/end/", views.end, name="end"),
    path("coverage/", views.coverage, name="coverage"),
    path("results/", views.results, name="results"),
]
api_urls = [
    path("", api.mine, name="list"),
    path("entries/<str:code>/", api.sheet, name="sheet"),
    path("rubric/", api.criteria, name="rubric"),
    path("rubric/template/", api.adopt, name="adopt"),
    path("rubric/<int:pk>/", api.criterion, name="criterion"),
    path("allocation/propose/", api.propose, name="propose"),
    path("allocation/assign/", api.assign, name="assign"),
    path("allocation/<int:pk>/end/", api.end, name="end"),
    path("coverage/", api.coverage, name="coverage"),
    path("results/", api.results, name="results"),
]
