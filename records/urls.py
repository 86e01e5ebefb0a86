from django.urls import path

from records import api, views

app_name = "records"
urlpatterns = [
    path("", views.event, name="event"),
    path("export/", views.export, name="export"),
    path("<slug:code>/", views.page, name="page"),
    path("<slug:code>/edit/<str:section>/", views.edit, name="edit"),
    path("<slug:code>/history/", views.history, name="history"),
    path("<slug:code>/download/<str:form>/", views.download, name="download"),
    path("<slug:code>/revisions/<int:number>/pdf/", views.entry_pdf, name="entry_pdf"),
    path("<slug:code>/revisions/<int:number>/json/", views.entry_json, name="entry_json"),
]
api_urls = [
    path("export/", api.export, name="export"),
    path("<slug:code>/", api.record, name="record"),
    path("<slug:code>/history/", api.history, name="history"),
    path("<slug:code>/download/<str:form>/", api.download, name="download"),
    path("<slug:code>/revisions/<int:number>/", api.entry, name="entry"),
    path("<slug:code>/revisions/<int:number>/pdf/", api.entry_pdf, name="entry_pdf"),
]
