from django.urls import URLPattern

app_name = "submissions"
urlpatterns: list[URLPattern] = []
api_urls: list[URLPattern] = []
