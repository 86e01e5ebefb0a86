from django.urls import URLPattern

app_name = "showcase"
urlpatterns: list[URLPattern] = []
api_urls: list[URLPattern] = []
