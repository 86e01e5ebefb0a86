from django.urls import path

from teams import api, views

app_name = "teams"
urlpatterns = [
    path("", views.teams, name="list"),
    path("found/", views.found, name="found"),
    path("<str:code>/", views.page, name="page"),
    path("<str:code>/join/", views.join, name="join"),
    path("<str:code>/leave/", views.leave, name="leave"),
    path("<str:code>/move/", views.move, name="move"),
    path("<str:code>/naming/", views.naming, name="naming"),
]
api_urls = [
    path("", api.teams, name="list"),
    path("<str:code>/", api.team, name="page"),
    path("<str:code>/join/", api.join, name="join"),
    path("<str:code>/leave/", api.leave, name="leave"),
    path("<str:code>/move/", api.move, name="move"),
    path("<str:code>/naming/", api.naming, name="naming"),
]
