from django.urls import path

from screening import api, views

app_name = "screening"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("<str:code>/", views.report, name="report"),
    path("<str:code>/clear/", views.clear, name="clear"),
    path("<str:code>/hold/", views.hold, name="hold"),
    path("<str:code>/retry/", views.retry, name="retry"),
]
api_urls = [
    path("", api.queue, name="queue"),
    path("<str:code>/", api.report, name="report"),
    path("<str:code>/clear/", api.clear, name="clear"),
    path("<str:code>/hold/", api.hold, name="hold"),
    path("<str:code>/retry/", api.retry, name="retry"),
]
