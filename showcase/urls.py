from django.urls import path

from showcase import api, views

app_name = "showcase"
# No code reads "publish" or "refresh": codes have eight characters.
urlpatterns = [
    path("", views.events, name="events"),
    path("<slug:event_slug>/", views.event, name="event"),
    path("<slug:event_slug>/publish/", views.publish, name="publish"),
    path("<slug:event_slug>/<str:code>/hide/", views.hide, name="hide"),
    path("<slug:event_slug>/<str:code>/show/", views.show, name="show"),
    path("<slug:event_slug>/<str:code>/", views.entry, name="entry"),
]
api_urls = [
    path("", api.events, name="events"),
    path("<slug:event_slug>/", api.event, name="event"),
    path("<slug:event_slug>/publish/", api.publish, name="publish"),
    path("<slug:event_slug>/refresh/", api.refresh, name="refresh"),
    path("<slug:event_slug>/<str:code>/hide/", api.hide, name="hide"),
    path("<slug:event_slug>/<str:code>/show/", api.show, name="show"),
    path("<slug:event_slug>/<str:code>/", api.entry, name="entry"),
]
