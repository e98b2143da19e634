"""docs/alerting.md: each example is tried, and each kind of rule is told."""

import json
import re
import tomllib
from pathlib import Path

from pipeline.alerts.channels import send
from pipeline.cli import COMMANDS
from pipeline.records import configuration
from schemas.alert import RULES
from schemas.configuration import ConfigurationSchema
from tests.alerts.test_channels import MESSAGE, webhook

PAGE = (Path(__file__).parents[2] / "docs" / "alerting.md").read_text()


def example(language):
    """Return the first example in a language."""
    return re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[1]


def test_the_configuration_is_right(tmp_path):
    file = tmp_path / "alerts.toml"
    file.write_text(example("toml"))
    secrets = {"OPS_WEBHOOK": "https://example.com", "OPS_WEBHOOK_SECRET": "x", "MAIL_PASSWORD": "x"}

    found = configuration.read_configuration(str(file), secrets, ())

    assert found["channels"].keys() == {"ops", "night"}
    assert found["alerts"].keys() == {"rejections", "held"}


def test_every_rule_is_told_with_its_options():
    for rule, schema in RULES.items():
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{rule}` |"))
        own = schema().fields.keys() - RULES["held"]().fields.keys()
        assert all(f"`{option}`" in row for option in own), rule


def test_the_defaults_that_the_page_tells_are_those_of_the_schema():
    told = re.findall(r"^\| `(\w+)` \| `(\"?\w+\"?)` \|", PAGE, re.MULTILINE)
    document = ConfigurationSchema().load({"alerts": {"a": {"rule": "held", "channels": []}}})["alerts"]["a"]

    assert {name: json.loads(default) for name, default in told} == {
        name: document[name] for name in ("severity", "enabled", "after", "clear_after", "remind")
    }


def test_a_message_is_as_the_page_shows_it(hooks):
    send(webhook(hooks.url), MESSAGE)

    shown, sent = json.loads(example("json")), hooks.posted[0].document
    assert (shown.keys(), shown["alert"].keys()) == (sent.keys(), sent["alert"].keys())


def test_a_receiver_checks_signatures_as_the_page_says(hooks):
    names = {}
    exec(example("python"), names)
    send(webhook(hooks.url, secret="s1gning"), MESSAGE)
    [posted] = hooks.posted

    assert names["is_ours"](posted.headers, posted.body, "s1gning")
    assert not names["is_ours"](posted.headers, posted.body + b" ", "s1gning")


def test_commands_that_the_page_names_exist():
    assert set(re.findall(r"^activation (\w+)", PAGE, re.MULTILINE)) <= COMMANDS.keys()
    assert tomllib.loads(example("toml"))["channels"]["ops"]["kind"] == "webhook"
