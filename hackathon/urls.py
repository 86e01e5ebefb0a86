"""The one URL table: nouns with codes, verbs last. Each stage lists its own below its place here."""

from django.urls import include, path, re_path

import accounts.urls
import challenges.urls
import events.urls
import files.urls
import judging.urls
import links.urls
import reading.urls
import records.urls
import results.urls
import screening.urls
import showcase.urls
import submissions.urls
import teams.urls
from hackathon import views

EVENT = "events/<slug:event_slug>/"

stages = [
    ("", accounts.urls),
    ("events/", events.urls),
    (f"{EVENT}challenges/", challenges.urls),
    (f"{EVENT}teams/", teams.urls),
    (f"{EVENT}files/", files.urls),
    (f"{EVENT}submissions/", submissions.urls),
    (f"{EVENT}links/", links.urls),
    (f"{EVENT}records/", records.urls),
    ("", reading.urls),
    (f"{EVENT}screening/", screening.urls),
    (f"{EVENT}judging/", judging.urls),
    (f"{EVENT}results/", results.urls),
    ("showcase/", showcase.urls),
]

api = [path("schema/", views.schema, name="schema")]
pages = []
for prefix, stage in stages:
    pages.append(path(prefix, include((stage.urlpatterns, stage.app_name))))
    api.append(path(prefix, include((stage.api_urls, stage.app_name))))

urlpatterns = [
    path("", views.home, name="home"),
    path("organise/<slug:event_slug>/", views.organise, name="organise"),
    path("health/", views.alive, name="alive"),
    path("health/ready/", views.ready, name="ready"),
    path("help/", views.static_page, {"page": "help"}, name="help"),
    path("privacy/", views.static_page, {"page": "privacy"}, name="privacy"),
    path("cookies/", views.static_page, {"page": "cookies"}, name="cookies"),
    path("accessibility/", views.static_page, {"page": "accessibility"}, name="accessibility"),
    # There are no passwords: the library's pages about them are not there.
    re_path(r"^accounts/password/", views.nowhere, name="nowhere"),
    path("accounts/", include("allauth.urls")),
    path("api/v1/", include((api, "api"))),
    *pages,
]

handler400 = "hackathon.views.bad_request"
handler403 = "hackathon.views.forbidden"
handler404 = "hackathon.views.not_found"
handler500 = "hackathon.views.fault"
