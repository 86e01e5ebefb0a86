from django.urls import path

from links import api, views

app_name = "links"
urlpatterns = [
    path("", views.overview, name="overview"),
    path("<slug:code>/", views.page, name="page"),
]
api_urls = [
    path("", api.overview, name="overview"),
    path("<slug:code>/", api.page, name="page"),
]
