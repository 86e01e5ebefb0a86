from django.urls import path

from files import api, views

app_name = "files"
urlpatterns = [
    path("", views.shelf, name="shelf"),
    path("add/", views.add, name="add"),
    path("<slug:code>/", views.page, name="page"),
    path("<slug:code>/describe/", views.describe, name="describe"),
    path("<slug:code>/download/", views.download, name="download"),
    path("<slug:code>/remove/", views.remove, name="remove"),
    path("<slug:code>/restore/", views.restore, name="restore"),
]
api_urls = [
    path("", api.shelf, name="shelf"),
    path("<slug:code>/", api.file, name="file"),
    path("<slug:code>/download/", api.download, name="download"),
    path("<slug:code>/remove/", api.remove, name="remove"),
    path("<slug:code>/restore/", api.restore, name="restore"),
]
