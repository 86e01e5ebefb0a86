from django.urls import path

from challenges import api, views

app_name = "challenges"
urlpatterns = [
    path("", views.board, name="board"),
    path("propose/", views.propose, name="propose"),
    path("mine/", views.mine, name="mine"),
    path("review/", views.review, name="review"),
    path("<str:code>/", views.page, name="page"),
    path("<str:code>/edit/", views.edit, name="edit"),
    path("<str:code>/decide/", views.decide, name="decide"),
]
api_urls = [
    path("", api.challenges, name="board"),
    path("mine/", api.mine, name="mine"),
    path("review/", api.review, name="review"),
    path("<str:code>/", api.challenge, name="page"),
    path("<str:code>/decide/", api.decide, name="decide"),
]
