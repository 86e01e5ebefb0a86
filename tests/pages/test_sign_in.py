"""Signing in as a person does: an address, a code from the mail, and out again."""

import re

import pytest
from playwright.sync_api import Page, expect

from core.models import Mail
from tests.world import person

pytestmark = pytest.mark.django_db(transaction=True)


def mailed_code(to: str) -> str:
    body = Mail.objects.get(to=to).body
    found = re.search(r"^\w[\w-]{4,}\w$", body, re.MULTILINE)
    assert found is not None, body
    return found[0]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_sign_in_with_the_mailed_code_leads_to_where_the_person_was_going(page_as, script):
    ben = person("ben")
    page: Page = page_as(None, script=script)

    page.goto("/you/")
    page.get_by_label("E-mail address").fill(ben.email)
    page.get_by_role("button", name="Send me a code", exact=True).click()
    code = page.get_by_label("Code")
    code.fill("WRONGCODE")
    page.get_by_role("button", name="Continue", exact=True).click()
    expect(page.locator(".govuk-error-summary")).to_be_visible()
    code.fill(mailed_code(ben.email))
    page.get_by_role("button", name="Continue", exact=True).click()

    expect(page).to_have_url(re.compile(r"/you/$"))
    expect(page.get_by_role("main")).to_contain_text("Ben Okoro")

    page.get_by_role("main").get_by_role("button", name="Sign out", exact=True).click()
    page.goto("/you/")
    expect(page).to_have_url(re.compile(r"/accounts/login/"))
