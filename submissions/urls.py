from django.urls import path

from submissions import api, views

app_name = "submissions"
urlpatterns = [
    path("mine/", views.entry, name="entry"),
    path("<slug:code>/edit/", views.edit, name="edit"),
    path("<slug:code>/check/", views.check, name="check"),
    path("<slug:code>/submit/", views.submit, name="submit"),
    path("<slug:code>/revisions/<int:number>/", views.revision, name="revision"),
    path("<slug:code>/revisions/<int:number>/receipt/", views.receipt, name="receipt"),
    path("<slug:code>/revisions/<int:number>/text/", views.text, name="text"),
]
api_urls = [
    path("declarations/", api.declarations, name="declarations"),
    path("mine/", api.mine, name="mine"),
    path("<slug:code>/", api.draft, name="draft"),
    path("<slug:code>/missing/", api.missing, name="missing"),
    path("<slug:code>/submit/", api.submit, name="submit"),
    path("<slug:code>/revisions/", api.revisions, name="revisions"),
    path("<slug:code>/revisions/<int:number>/", api.revision, name="revision"),
    path("<slug:code>/revisions/<int:number>/receipt/", api.receipt, name="receipt"),
]
