"""The least that Django can do: one file, no middleware, the same database and Redis.

What our pages are held against. Served by `gunicorn bench.floor:application`.
"""

import os
from pathlib import Path

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path

if not settings.configured:
    from hackathon.settings import CACHES, DATABASES

    settings.configure(
        SECRET_KEY=os.environ["SECRET_KEY"],
        ALLOWED_HOSTS=["*"],
        ROOT_URLCONF="bench.floor",
        DATABASES=DATABASES,
        CACHES=CACHES,
        USE_I18N=False,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["django.contrib.contenttypes"],
        TEMPLATES=[
            {
                "BACKEND": "django.template.backends.django.DjangoTemplates",
                "DIRS": [Path(__file__).parent / "templates"],
            }
        ],
    )
    django.setup()

from django.core.cache import cache
from django.db import models


class Row(models.Model):
    """The showcase's own table, read by the least of models."""

    event_id = models.BigIntegerField()
    code = models.CharField(max_length=8)
    title = models.CharField(max_length=100)
    pitch = models.CharField(max_length=200)
    team = models.CharField(max_length=80)
    challenge = models.CharField(max_length=120)
    department = models.CharField(max_length=120)
    body = models.TextField()

    class Meta:
        app_label = "floor"
        managed = False
        db_table = "showcase_exhibit"

    def __str__(self) -> str:
        return self.title


def rows(request, event_id: int) -> HttpResponse:
    """200 rows as tuples through a template."""
    found = Row.objects.filter(event_id=event_id).order_by("title", "pk")
    cards = found.values_list("code", "title", "pitch", "team", "challenge", "department")[:200]
    return render(request, "rows.html", {"cards": cards})


def one(request, code: str) -> HttpResponse:
    return render(request, "one.html", {"row": Row.objects.get(code=code)})


def whole(request) -> HttpResponse:
    """A whole page from Redis."""
    return HttpResponse(cache.get("floor:page"))


urlpatterns = [
    path("rows/<int:event_id>/", rows),
    path("one/<str:code>/", one),
    path("whole/", whole),
]
application = get_wsgi_application()
