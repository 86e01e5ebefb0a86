from django.urls import path

from results.api import runs as runs_api
from results.views import runs

app_name = "results"
urlpatterns = [
    path("", runs.page, name="page"),
    path("rounds/<int:number>/", runs.page, name="page"),
]
api_urls = [path("", runs_api.run, name="run")]
