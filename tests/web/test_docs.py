"""The examples of docs/http.md, as they stand there."""

import json
import re
import subprocess

import pytest

from tests.processes import ROOT

EXAMPLES = re.findall(r"```sh\n(.*?)```", (ROOT / "docs" / "http.md").read_text(), re.DOTALL)


@pytest.fixture(scope="module")
def web(start):
    web = start("--workers", "1")
    web.stores.redis.sadd("audiences", "lapsed-buyers")
    return web


@pytest.mark.parametrize("example", EXAMPLES, ids=range(len(EXAMPLES)))
def test_an_example_does_what_it_says(web, example):
    script = example.replace("http://127.0.0.1:8080", web.url)
    environ = {"KEY": web.key("admin"), "PATH": "/usr/local/bin:/usr/bin:/bin"}

    done = subprocess.run(["sh", "-c", script], env=environ, capture_output=True, text=True, check=True)

    assert json.loads(done.stdout)["accepted"] > 0
