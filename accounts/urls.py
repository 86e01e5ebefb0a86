from django.urls import path

from accounts import api, views

app_name = "accounts"
urlpatterns = [
    path("you/", views.you, name="you"),
    path("you/name/", views.name, name="name"),
    path("you/keys/make/", views.make_key, name="make_key"),
    path("you/keys/<int:pk>/revoke/", views.revoke_key, name="revoke_key"),
    path("administration/", views.administration, name="administration"),
    path("administration/departments/add/", views.add_department, name="add_department"),
    path(
        "administration/departments/of/<slug:department_slug>/domains/<int:pk>/remove/",
        views.remove_domain,
        name="remove_domain",
    ),
    path("administration/departments/of/<slug:department_slug>/", views.department, name="department"),
    path("administration/people/", views.people, name="people"),
    path("administration/people/<int:pk>/", views.person, name="person"),
    path("demo/sign-in/<str:token>/", views.demo, name="demo"),
]
api_urls = [
    path("you/", api.you, name="you"),
    path("you/keys/", api.keys, name="keys"),
    path("you/keys/<int:pk>/", api.key, name="key"),
    path("administration/departments/", api.departments, name="departments"),
    path("administration/departments/<slug:department_slug>/domains/", api.domains, name="domains"),
    path("administration/departments/<slug:department_slug>/domains/<int:pk>/", api.domain, name="domain"),
    path("administration/people/", api.people, name="people"),
    path("administration/people/<int:pk>/", api.person, name="person"),
]
