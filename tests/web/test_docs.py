"""The examples of docs/http.md, as they stand there."""

import json
import re
import subprocess

import pytest

from pipeline.operate.activity import SYSTEM
from pipeline.operate.hook_keys import create_hook_key
from tests.processes import ROOT
from tests.processes.environment import until

EXAMPLES = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "http.md").read_text(), re.DOTALL)


ACME = {
    "kind": "responsys", "name": "Acme", "username": "api_user", "password": "password",
    "auth_endpoint": "http://127.0.0.1:9", "profile_list": "CONTACTS_LIST", "identifier_type": "riid",
}  # fmt: skip


@pytest.fixture(scope="module")
def web(start):
    web = start("--workers", "1")
    web.stores.redis.sadd("audiences", "lapsed-buyers")
    web.stores.records.apply({"connectors": {"acme": ACME}})
    return web


@pytest.fixture(scope="module")
def hook_key(web):
    """The key of a hook, that the web process knows by now."""
    key = create_hook_key(web.stores.engine, web.stores.records.load(), "acme", SYSTEM)[1]
    hook, sender = "/v1/hooks/responsys/acme", ("acme", key)
    until(lambda: web.call("POST", hook, None, json=[], auth=sender).status_code == 200)
    return key


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_does_what_it_says(web, hook_key, example):
    script = example.replace("http://127.0.0.1:8080", web.url)
    environ = {"KEY": web.key("admin"), "HOOK_KEY": hook_key, "PATH": "/usr/local/bin:/usr/bin:/bin"}

    done = subprocess.run(["sh", "-c", script], env=environ, capture_output=True, text=True, check=True)

    answer = json.loads(done.stdout)
    assert answer["stored" if "hooks" in example else "accepted"] > 0
