"""What a look at a zip tells a person, and what it leaves alone."""

import io
import zipfile

import pytest

from files import archives
from files.models import File
from files.presentation import listing, signals
from tests.files.samples import raw_zip, zipped


def looked(data: bytes) -> dict:
    return archives.look(archives.read(io.BytesIO(data), len(data)))


def found(*names: str) -> dict[str, list[str]]:
    look = looked(zipped(*((name, "x") for name in ("LICENSE", *names))))
    return {signal["kind"]: signal["names"] for signal in look["signals"]}


@pytest.mark.parametrize(
    "name",
    [
        ".env",
        "app/.env.production",
        "id_rsa",
        "keys/id_ed25519",
        "server.pem",
        "server.KEY",
        "credentials",
        "aws-credentials.json",
        ".aws/config",
        "secrets.yaml",
        "service-account-1.json",
        ".npmrc/../.netrc",
        ".htpasswd",
        "vault.kdbx",
        "terraform.tfstate",
    ],
)
def test_look_points_at_names_like_keys(name):
    assert name in found(name)["secret"]


@pytest.mark.parametrize(
    "name", [".env.example", "environment.py", "keyboard.py", "key.txt", "pem.md", "src/secrets.py"]
)
def test_look_leaves_ordinary_names_alone(name):
    assert found(name) == {}


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("people.xlsx", "data"),
        ("a/b.CSV", "data"),
        ("dump.sql", "data"),
        ("x.sqlite3", "data"),
        ("inner.zip", "archive"),
        ("x.tar.gz", "archive"),
        ("setup.exe", "program"),
        ("run.bat", "program"),
        (".git/config", "repository"),
        ("app/.git/HEAD", "repository"),
    ],
)
def test_look_points_at_what_else_is_worth_a_look(name, kind):
    assert found(name) == {kind: [name]}


@pytest.mark.parametrize(
    ("name", "has"),
    [
        ("LICENSE", True),
        ("app-main/LICENCE.md", True),
        ("COPYING", True),
        ("a/b/LICENSE", False),
        ("LICENSES.py", False),
    ],
)
def test_look_finds_a_licence_at_the_top_or_in_the_one_folder(name, has):
    kinds = {signal["kind"] for signal in looked(zipped((name, "x")))["signals"]}

    assert ("no_licence" not in kinds) == has


def test_look_tells_the_oldest_and_the_newest_date():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        for number, year in enumerate((2024, 2026, 2025, 1980)):
            made.writestr(zipfile.ZipInfo(f"{number}.py", (year, 5, 3, 10, 0, 0)), "x")

    look = looked(out.getvalue())

    assert (look["oldest"], look["newest"], look["files"]) == ("2024-05-03", "2026-05-03", 4)


def test_look_of_many_files_keeps_a_part_of_the_list_and_says_how_many_there_are():
    look = looked(zipped(*((f"{number:04}.pem", "x") for number in range(1_000))))

    signal = next(signal for signal in look["signals"] if signal["kind"] == "secret")
    assert (look["files"], len(look["listing"]), signal["count"], len(signal["names"])) == (
        1_000,
        300,
        1_000,
        5,
    )
    shown = File(look=look)
    assert (signals(shown)[0].others, listing(shown)[0]) == (995, ("0000.pem", "1 byte"))


def test_look_prints_odd_names_without_what_is_odd_in_them():
    look = looked(raw_zip(["a\u202egnp.exe\0.txt".encode(), b"x\x1b[2J.py", b"LICENSE"]))

    assert look["listing"] == [["agnp.exe.txt", 1], ["x[2J.py", 1], ["LICENSE", 1]]
