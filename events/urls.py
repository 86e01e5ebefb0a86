from django.urls import URLPattern

app_name = "events"
urlpatterns: list[URLPattern] = []
api_urls: list[URLPattern] = []
