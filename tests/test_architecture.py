"""The walls of the house: what import contracts cannot say."""

import ast
import tomllib
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.db.models import signals

ROOT = Path(__file__).resolve().parent.parent
OURS = [config for config in apps.get_app_configs() if (ROOT / config.name).is_dir()]
STAGES = [
    "accounts",
    "events",
    "challenges",
    "teams",
    "files",
    "submissions",
    "links",
    "records",
    "reading",
    "screening",
    "judging",
    "results",
    "showcase",
]


def contracts() -> list[dict]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["tool"]["importlinter"]["contracts"]


def test_every_app_stands_in_the_contract_of_stages():
    layers = next(contract["layers"] for contract in contracts() if "containers" not in contract)

    assert sorted(layers) == sorted(
        path.parent.name for path in ROOT.glob("*/__init__.py") if path.parent.name != "tests"
    )


def test_every_stage_stands_in_the_contract_of_roles():
    containers = next(contract["containers"] for contract in contracts() if "containers" in contract)

    assert containers == STAGES


def test_contracts_are_strict():
    inside = next(contract for contract in contracts() if "containers" in contract)

    assert inside["exhaustive"] is True
    assert sorted(inside["exhaustive_ignores"]) == ["apps", "management", "migrations"]


def test_no_reverse_accessor_crosses_apps():
    crossing = [
        str(field)
        for config in OURS
        for model in config.get_models()
        for field in model._meta.get_fields()
        if field.is_relation
        and not field.auto_created
        and field.related_model._meta.app_label != config.label
        and not field.remote_field.hidden
    ]

    assert crossing == []


def test_no_signal_receiver_is_ours():
    ours = {config.name for config in OURS}
    receivers = [
        receiver
        for signal in vars(signals).values()
        if isinstance(signal, signals.ModelSignal)
        for _, receiver, *_ in signal.receivers
    ]
    found = [receiver for receiver in receivers if getattr(receiver, "__module__", "").split(".")[0] in ours]

    assert found == []


@pytest.mark.parametrize("stage", STAGES)
def test_no_import_hides_inside_a_function(stage):
    hidden = [
        f"{path.relative_to(ROOT)}:{inner.lineno}"
        for path in (ROOT / stage).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        for inner in ast.walk(node)
        if isinstance(inner, ast.ImportFrom | ast.Import)
        # openai takes 0.7 s to import, and only a worker needs it
        and "openai" not in ast.dump(inner)
    ]

    assert hidden == []


def test_no_one_but_the_sign_in_library_asks_django_for_permissions():
    """`user.has_perm` says yes to superusers before any rule is asked."""
    asking = [
        str(path.relative_to(ROOT))
        for config in OURS
        for path in (ROOT / config.name).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in {"has_perm", "has_perms"}
        if ast.unparse(node) != "rules.has_perm"
    ]

    assert asking == []


def test_one_engine_and_no_second_mode():
    assert settings.DATABASES["default"]["ENGINE"] == "django.db.backends.postgresql"
    assert settings.CELERY_BROKER_URL.startswith(("redis://", "rediss://", "redis+socket://"))
    assert not getattr(settings, "CELERY_TASK_ALWAYS_EAGER", False)
