"""What must be true of every page, whoever looks at it."""

import hashlib
import json
import re
from urllib.parse import urlsplit

from playwright.sync_api import Page

RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
NARROW, WIDE = {"width": 320, "height": 900}, {"width": 1280, "height": 900}
# Long words in the way of a narrow screen are found only where every element is asked for its edge.
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
SKELETON = """
    () => [...document.querySelectorAll('body *')]
        .map(node => node.tagName + '.' + node.className + '[' + (node.getAttribute('role') || '') + ']')
        .join(' ')
"""
AXE = """
    async rules => (await axe.run(document, {runOnly: rules, resultTypes: ['violations']}))
        .violations.map(found => found.id + ': ' + found.nodes.map(node => node.html).slice(0, 3).join(' | '))
"""


class Inspector:
    """Looks at pages, and remembers which shapes it has looked at closely."""

    def __init__(self, axe: str, base: str) -> None:
        self.axe = axe
        self.host = urlsplit(base).netloc
        self.seen: set[str] = set()
        self.looked_closely = 0
        self.heard: list[str] = []

    def listen(self, page: Page) -> None:
        """From now on: what the page complains of, and whom it asks for anything."""
        page.on("console", lambda said: self.heard.append(said.text) if said.type == "error" else None)
        page.on("pageerror", lambda fault: self.heard.append(str(fault)))
        page.on("request", lambda asked: self.hear_request(asked.url))

    def hear_request(self, address: str) -> None:
        if urlsplit(address).netloc not in (self.host, "") and not address.startswith("data:"):
            self.heard.append(f"asks another host: {address}")

    def problems(self, page: Page) -> list[str]:
        """What is wrong with the page as it stands; nothing, on a good one."""
        found, self.heard = self.heard, []
        if (number := page.locator("h1").count()) != 1:
            found.append(f"{number} level-one headings")
        if not re.fullmatch(r".+ – Hackathon", page.title()):
            found.append(f"title: {page.title()!r}")
        page.set_viewport_size(NARROW)  # type: ignore[arg-type]
        if (over := page.evaluate(TOO_WIDE)) > 0:
            found.append(f"{over} px too wide for a phone of 320")
        page.set_viewport_size(WIDE)  # type: ignore[arg-type]
        return found + self.violations(page)

    def violations(self, page: Page) -> list[str]:
        """Of each shape of page once: the same elements with other words hold nothing new for the checker."""
        shape = hashlib.sha256(json.dumps(page.evaluate(SKELETON)).encode()).hexdigest()
        if shape in self.seen:
            return []
        self.seen.add(shape)
        self.looked_closely += 1
        page.evaluate(self.axe)
        return page.evaluate(AXE, RULES)
