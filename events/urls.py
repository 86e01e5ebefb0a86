from django.urls import path

from events import api, views

app_name = "events"
urlpatterns = [
    path("", views.events, name="list"),
    path("new/", views.create, name="create"),
    path("<slug:event_slug>/", views.page, name="page"),
    path("<slug:event_slug>/edit/", views.edit, name="edit"),
    path("<slug:event_slug>/open/", views.open_, name="open"),
    path("<slug:event_slug>/move/", views.move, name="move"),
    path("<slug:event_slug>/apply/", views.apply, name="apply"),
    path("<slug:event_slug>/applications/", views.applications, name="applications"),
    path("<slug:event_slug>/applications/<int:pk>/decline/", views.decline, name="decline"),
    path("<slug:event_slug>/people/", views.people, name="people"),
    path("<slug:event_slug>/people/<int:pk>/take/", views.take, name="take"),
    path("<slug:event_slug>/log/", views.log, name="log"),
    path("<slug:event_slug>/log/export/", views.log_export, name="log_export"),
]
api_urls = [
    path("", api.events, name="list"),
    path("<slug:event_slug>/", api.event, name="page"),
    path("<slug:event_slug>/open/", api.open_, name="open"),
    path("<slug:event_slug>/move/", api.move, name="move"),
    path("<slug:event_slug>/apply/", api.apply, name="apply"),
    path("<slug:event_slug>/applications/", api.applications, name="applications"),
    path("<slug:event_slug>/applications/accept/", api.accept, name="accept"),
    path("<slug:event_slug>/applications/<int:pk>/decline/", api.decline, name="decline"),
    path("<slug:event_slug>/roles/", api.roles, name="roles"),
    path("<slug:event_slug>/roles/<int:pk>/", api.role, name="role"),
    path("<slug:event_slug>/log/", api.log, name="log"),
]
