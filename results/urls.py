from django.urls import URLPattern

app_name = "results"
urlpatterns: list[URLPattern] = []
api_urls: list[URLPattern] = []
