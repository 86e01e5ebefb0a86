"""What made a result: prompts, schema, words and code. A change of any of them makes another recipe."""

import hashlib
from functools import cache
from pathlib import Path

from reading import framework

HERE = Path(__file__).parent
CODE = 2  # raise when the code reads an entry differently


@cache
def recipe(edition: framework.Framework) -> str:
    digest = hashlib.sha256(f"{CODE}\0{edition.id}\0{framework.fingerprint()}\0".encode())
    for principle in edition.principles:
        if principle.id.startswith("own-"):
            digest.update(repr(principle).encode() + b"\0")
    for path in [*sorted((HERE / "prompts").glob("*.txt")), HERE / "schema.py"]:
        digest.update(path.name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()
