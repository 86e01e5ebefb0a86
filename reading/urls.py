from django.urls import path

from reading import api, views

EVENT = "events/<slug:event_slug>/reading/"
DRAFT = f"{EVENT}drafts/<slug:code>/"

app_name = "reading"
urlpatterns = [
    path(f"{EVENT}settings/", views.plan, name="settings"),
    path(f"{EVENT}questions/add/", views.add_question, name="add_question"),
    path(f"{EVENT}questions/<int:pk>/remove/", views.remove_question, name="remove_question"),
    path(DRAFT, views.drafts, name="drafts"),
    path(f"{DRAFT}ask/", views.ask_early, name="ask_early"),
    path(f"{DRAFT}<int:number>/", views.draft, name="draft"),
    path(f"{EVENT}how/", views.how, name="how"),
    path(f"{EVENT}overview/", views.overview, name="overview"),
    path(f"{EVENT}ledger/", views.ledger_, name="ledger"),
    path(f"{EVENT}ledger.csv", views.ledger_export, name="ledger_export"),
    path("administration/models/", views.models, name="models"),
    path("ai/", views.record, name="record"),
    path("ai/record.json", views.record_file, name="record_file"),
    path("ai/model-card/", views.card, name="card"),
]
api_urls = [
    path(f"{EVENT}settings/", api.plan, name="settings"),
    path(f"{EVENT}questions/", api.questions, name="questions"),
    path(f"{EVENT}questions/<int:pk>/", api.question, name="question"),
    path(DRAFT, api.drafts, name="drafts"),
    path(f"{DRAFT}ask/", api.ask_early, name="ask_early"),
    path(f"{DRAFT}<int:number>/", api.draft, name="draft"),
    path(f"{EVENT}overview/", api.overview, name="overview"),
    path(f"{EVENT}ledger/", api.ledger_, name="ledger"),
    path("administration/models/", api.models, name="models"),
    path("ai/", api.record, name="record"),
    path("ai/model-card/", api.card, name="card"),
]
