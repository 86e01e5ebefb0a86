"""What must hold for every template, whoever writes it."""

import re
from pathlib import Path

import pytest
from django.template.loader import get_template

TEMPLATES = Path(__file__).parents[1] / "templates"
PAGES = sorted(path.relative_to(TEMPLATES) for path in TEMPLATES.rglob("*.html"))
COMPONENTS = [path for path in PAGES if path.parts[0] in {"components", "forms"}]
INLINE = re.compile(r"""\son[a-z]+\s*=|\sstyle\s*=|<style|javascript:""", re.IGNORECASE)
SCRIPT = re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE)
ELSEWHERE = re.compile(r"""\s(?:src|action)\s*=\s*["'](?:https?:)?//""", re.IGNORECASE)
COMMENT = re.compile(r"\s*(?:\{#.*?#\}|\{% comment %\}.*?\{% endcomment %\})", re.DOTALL)


@pytest.mark.parametrize("path", PAGES, ids=str)
def test_load_any_template_compiles(path):
    assert get_template(str(path)).origin.name == str(TEMPLATES / path)


def test_write_a_template_without_inline_style_or_handler():
    assert [str(path) for path in PAGES if INLINE.search((TEMPLATES / path).read_text())] == []


def test_write_an_inline_script_only_as_data_or_with_the_nonce():
    scripts = [tag for path in PAGES for tag in SCRIPT.findall((TEMPLATES / path).read_text())]

    runs = [tag for tag in scripts if 'type="application/json"' not in tag]

    assert runs == ['<script nonce="{{ request.csp_nonce }}">']


def test_write_a_template_that_loads_nothing_from_another_site():
    assert [str(path) for path in PAGES if ELSEWHERE.search((TEMPLATES / path).read_text())] == []


def test_write_a_comment_over_lines_as_a_comment():
    """Django prints a `{#` that is not closed on its own line."""
    wrong = [
        f"{path}:{number}"
        for path in PAGES
        for number, line in enumerate((TEMPLATES / path).read_text().splitlines(), 1)
        if "{#" in line and "#}" not in line.partition("{#")[2]
    ]

    assert wrong == []


def test_open_a_component_with_a_comment_that_lists_its_parameters():
    assert [str(path) for path in COMPONENTS if not COMMENT.match((TEMPLATES / path).read_text())] == []


def test_include_a_component_with_only():
    including = re.compile(r"""\{%\s*include\s+["']components/[^%]*%\}""")
    wrong = [
        f"{path}: {tag}"
        for path in PAGES
        for tag in including.findall((TEMPLATES / path).read_text())
        if not re.search(r"\bonly\s*%\}$", tag)
    ]

    assert wrong == []
