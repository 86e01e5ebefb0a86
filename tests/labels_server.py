"""A model that agrees with careful readers: it answers each principle with the finding they marked.

It knows which entry and which principle it is asked about from the prompt alone, and names the passages
on the marked lines, where they were offered, up to the three that the form takes. Whatever agreement is
then missing, our pipeline has lost.

On its own: `python -m tests.labels_server DIR 4022`, then `manage.py evaluate DIR` with LLM_BASE_URL set.
"""

import json
import re
import sys
import threading
from pathlib import Path

from reading.framework import load
from reading.reader.evaluation import Labels, read_labels
from tests.llm_server import LLMServer, _Handler

LETTERS = re.compile(r"[\W_]+")
PASSAGE = re.compile(r"^(S\d{3}) (.*)$", re.MULTILINE)


def bare(text: str) -> str:
    return LETTERS.sub("", text).lower()


class LabelsServer(LLMServer):
    def __init__(self, directory: Path, port: int = 0) -> None:
        super().__init__(port, handler=_Reader)
        self.labels = read_labels(directory / "labels.tsv")
        texts = {one.id: (directory / "texts" / f"{one.id}.md").read_text("utf-8") for one in self.labels}
        self.lines = {name: [bare(line) for line in text.splitlines()] for name, text in texts.items()}
        self.whole = {name: "".join(lines) for name, lines in self.lines.items()}
        self.names = {p.name: p.number for p in load().principles}

    def entry_of(self, passages: dict[str, str]) -> Labels:
        def held(labels: Labels) -> int:
            return sum(text in self.whole[labels.id] for text in passages.values())

        return max(self.labels, key=held)

    def reply(self, prompt: str) -> dict:
        mark = re.search(r"the character (.) stands", prompt)
        assert mark is not None
        plain = prompt.replace(mark.group(1), " ")
        passages = {name: bare(text) for name, text in PASSAGE.findall(plain)}
        number = next((self.names[line] for line in prompt.splitlines() if line in self.names), 0)
        if not number:
            return {"sentences": []}
        labels = self.entry_of(passages)
        marked = [self.lines[labels.id][line - 1] for line in labels.lines.get(number, ()) if line]
        telling = [n for n, text in passages.items() if any(text in m or (m and m in text) for m in marked)]
        allowed = labels.findings[number]
        finding = "not_found" if "not_found" in allowed and not telling else sorted(allowed)[0]
        cited = (sorted(telling)[:3] or sorted(passages)[:1]) if finding != "not_found" else []
        return {"finding": finding, "evidence": cited, "missing": "", "question": ""}


class _Reader(_Handler):
    def do_answer(self, step, request, prompt) -> None:
        self._say(json.dumps(self.server.double.reply(prompt)), step)  # type: ignore[attr-defined]


if __name__ == "__main__":
    with LabelsServer(Path(sys.argv[1]), int(sys.argv[2]) if len(sys.argv) > 2 else 4022) as running:
        sys.stdout.write(f"{running.url}\n")
        sys.stdout.flush()
        threading.Event().wait()
