from django.urls import path

from screening import api, views

app_name = "screening"
urlpatterns = [
    path("", views.queue, name="queue"),
    path("next/", views.next_, name="next"),
    path("agreement/", views.compare, name="agreement"),
    path("answers/", views.answers, name="answers"),
    path("answers/<int:pk>/share/", views.share, name="share"),
    path("<str:code>/", views.report, name="report"),
    path("<str:code>/findings/", views.findings, name="findings"),
    path("<str:code>/clear/", views.clear, name="clear"),
    path("<str:code>/hold/", views.hold, name="hold"),
    path("<str:code>/ask/", views.ask, name="ask"),
    path("<str:code>/answer/", views.answer, name="answer"),
    path("<str:code>/claim/", views.claim, name="claim"),
    path("<str:code>/release/", views.release, name="release"),
    path("<str:code>/hand-over/", views.hand_over, name="hand_over"),
    path("<str:code>/retry/", views.retry, name="retry"),
]
api_urls = [
    path("", api.queue, name="queue"),
    path("next/", api.next_, name="next"),
    path("agreement/", api.compare, name="agreement"),
    path("answers/", api.answers, name="answers"),
    path("answers/<int:pk>/share/", api.share, name="share"),
    path("<str:code>/", api.report, name="report"),
    path("<str:code>/findings/", api.findings, name="findings"),
    path("<str:code>/clear/", api.clear, name="clear"),
    path("<str:code>/hold/", api.hold, name="hold"),
    path("<str:code>/ask/", api.ask, name="ask"),
    path("<str:code>/answer/", api.answer, name="answer"),
    path("<str:code>/claim/", api.claim, name="claim"),
    path("<str:code>/release/", api.release, name="release"),
    path("<str:code>/hand-over/", api.hand_over, name="hand_over"),
    path("<str:code>/retry/", api.retry, name="retry"),
]
