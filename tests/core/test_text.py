import pytest

from core.text import to_html


def test_to_html_starts_headings_below_the_page():
    assert to_html("# Our tool") == '<h3 class="govuk-heading-m">Our tool</h3>\n'


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[a](javascript:alert(1))",
        "[a](http://plain.example.org)",
        "![](https://tracker.example.org/pixel.png)",
        '<a href="https://x.example.org" onclick="alert(1)">a</a>',
        "<style>body{display:none}</style>",
        "[a](data:text/html;base64,PHNjcmlwdD4=)",
        "<iframe src='https://x.example.org'></iframe>",
    ],
)
def test_to_html_of_hostile_text_has_no_live_markup(hostile):
    html = to_html(hostile)

    live = [
        tag
        for tag in ("<script", "<img", "<style", "<iframe", 'href="javascript', 'href="http:', 'href="data')
        if tag in html
    ]
    assert live == []


def test_to_html_keeps_a_link_to_https_without_a_referrer():
    assert to_html("[code](https://code.example.org)") == (
        '<p class="govuk-body"><a href="https://code.example.org" class="govuk-link" '
        'rel="noopener noreferrer nofollow">code</a></p>\n'
    )
