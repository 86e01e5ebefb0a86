from django.forms.renderers import TemplatesSetting


class Renderer(TemplatesSetting):
    """Every form field as a GOV.UK component."""
