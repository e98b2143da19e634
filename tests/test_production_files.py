"""The files that production starts from, as far as they can be checked without a Docker engine."""

import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

from pipeline.cli import up
from pipeline.demo.processes import QUEUES
from pipeline.stores.broker import celery_settings
from pipeline.stores.secret_key import is_key
from tests.processes import ROOT

PROCFILE = up.read_commands(ROOT / "Procfile")
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
LASTING = sorted(SERVICES.keys() - {"cli"})
WORKERS = {name: command for name, command in PROCFILE.items() if " worker " in command}


def options(command: str) -> dict[str, str]:
    """Return the options of a command by name."""
    return dict(
        word[2:].split("=", 1) for word in shlex.split(command) if word.startswith("--") and "=" in word
    )


def test_there_is_a_worker_for_every_queue_that_has_tasks():
    routes = celery_settings("redis://nowhere")["task_routes"]
    modules = [path.stem for path in ROOT.glob("tasks/*.py") if "@app.task" in path.read_text()]
    queues = {routes[f"tasks.{module}.*"]["queue"] for module in modules}

    assert {options(command)["queues"] for command in WORKERS.values()} == queues


def test_the_demo_shows_the_workers_of_the_procfile():
    shown = {options(command)["queues"]: int(options(command)["concurrency"]) for command in WORKERS.values()}

    assert shown == QUEUES


def test_compose_runs_what_the_procfile_runs():
    """But for the addresses of Flower and the web process, which a container has for itself."""
    composed = {name: SERVICES[name]["command"] for name in PROCFILE}
    composed["flower"] = composed["flower"].replace("--address=0.0.0.0", "--address=127.0.0.1")
    composed["web"] = composed["web"].removesuffix(" --address 0.0.0.0:8080")

    assert composed == dict(PROCFILE)


@pytest.mark.parametrize("service", LASTING)
def test_services_come_back_and_say_how_they_are(service):
    assert SERVICES[service]["restart"] == "unless-stopped"
    assert SERVICES[service]["healthcheck"]["test"]


def test_programs_wait_for_healthy_stores():
    healthy = {"condition": "service_healthy"}

    for service in ("activations", "deliveries", "sync", "web", "flower", "cli"):
        assert SERVICES[service]["depends_on"] == {"postgres": healthy, "redis": healthy}


def test_redis_keeps_everything():
    assert SERVICES["redis"]["command"] == ["/usr/local/bin/activation-redis"]
    assert "./docker/redis:/usr/local/bin/activation-redis:ro" in SERVICES["redis"]["volumes"]
    assert "redis:/data" in SERVICES["redis"]["volumes"]

    lines = (ROOT / "docker" / "redis").read_text().splitlines()
    assert {"dir /data", "appendonly yes", "appendfsync everysec", "maxmemory-policy noeviction"} <= {*lines}


def test_only_pages_are_reachable_and_only_from_this_machine():
    ports = {name: service["ports"] for name, service in SERVICES.items() if "ports" in service}

    assert ports == {"web": ["127.0.0.1:8080:8080"], "flower": ["127.0.0.1:5555:5555"]}


def test_secrets_come_from_files_outside_of_the_repository():
    for secret in COMPOSE["secrets"].values():
        assert secret["file"].startswith("${ACTIVATION_SECRETS:-./.activation/secrets}/")
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("PASS|SECRET|AUTH|KEY|TOKEN", name):
                assert name.endswith("_FILE")
                assert value.removeprefix("/run/secrets/") in service["secrets"]
            assert not re.search(r"://[^/]*:[^/]*@", value)


def test_the_image_runs_as_nobody_special():
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    users = [line.split()[1] for line in lines if line.startswith("USER")]

    assert users == ["10001:10001"]
    assert "ENTRYPOINT" in lines[-2]
    assert all("slim" in line for line in lines if line.startswith("FROM"))


def test_the_image_takes_in_only_what_it_needs():
    lines = (ROOT / ".dockerignore").read_text().splitlines()

    assert lines[1] == "*"
    for line in lines[2:]:
        assert line.startswith(("!", "**/"))
        assert line.startswith("**/") or (ROOT / line[1:]).exists()


def sh(script: str, *arguments: object, **environment: str) -> str:
    command = [str(ROOT / "docker" / script), *map(str, arguments)]
    return subprocess.run(
        command, env={"PATH": "/usr/bin:/bin", **environment}, capture_output=True, text=True, check=True
    ).stdout


def test_secrets_are_made_once(tmp_path):
    folder = tmp_path / "secrets"

    sh("make-secrets", folder)
    made = {file.name: file.read_text() for file in folder.iterdir()}
    sh("make-secrets", folder)

    assert made.keys() == COMPOSE["secrets"].keys()
    assert {file.name: file.read_text() for file in folder.iterdir()} == made
    assert is_key(made["secret_key"].strip())
    assert folder.stat().st_mode & 0o777 == 0o700


def test_secrets_become_the_environment_of_a_command(tmp_path):
    sh("make-secrets", tmp_path)
    known = {name: (tmp_path / name).read_text().strip() for name in COMPOSE["secrets"]}

    environment = sh(
        "with-secrets",
        "env",
        ACTIVATION_SECRET_KEY_FILE=str(tmp_path / "secret_key"),
        PGPASSWORD_FILE=str(tmp_path / "postgres_password"),
        REDIS_PASSWORD_FILE=str(tmp_path / "redis_password"),
        FLOWER_BASIC_AUTH_FILE=str(tmp_path / "flower_login"),
    ).splitlines()

    assert {
        f"ACTIVATION_SECRET_KEY={known['secret_key']}",
        f"PGPASSWORD={known['postgres_password']}",
        f"ACTIVATION_BROKER_URL=redis://:{known['redis_password']}@redis:6379/0",
        f"FLOWER_BASIC_AUTH={known['flower_login']}",
    } <= {*environment}


def test_scripts_can_be_run():
    for script in Path(ROOT / "docker").iterdir():
        assert script.stat().st_mode & 0o111
