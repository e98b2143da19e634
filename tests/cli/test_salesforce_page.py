"""docs/salesforce.md and salesforce-recipes.md: the configuration that each shows is accepted, all of it."""

import re

from tests.processes import ROOT

PAGE = (ROOT / "docs" / "salesforce.md").read_text("utf-8")
RECIPES = (ROOT / "docs" / "salesforce-recipes.md").read_text("utf-8")
ACME = """
[connectors.acme]
kind = "responsys"
username = "api_user"
password = "secret"
auth_endpoint = "login5.responsys.net"
profile_list = "CONTACTS_LIST"
"""


def test_the_configuration_of_the_page_is_accepted(environment, run, tmp_path, monkeypatch):
    monkeypatch.setenv("CRM_SECRET", "s3cret")
    blocks = [block for block in re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL) if block.startswith("[")]
    file = tmp_path / "activation.toml"
    file.write_text("\n".join([ACME, *blocks]))

    result = run("apply", str(file), "--dry-run")

    assert result.exit_code == 0, result.output
    for record in ("connectors.crm", "sources.webinar", "rules.nurture-crm", "destinations.nurture-crm"):
        assert f"created    {record}\n" in result.stdout


def test_the_file_that_the_recipes_write_is_accepted(environment, run, tmp_path):
    file = tmp_path / "recipes.toml"
    file.write_text("".join(re.findall(r"```toml\n(.*?)```", RECIPES, re.DOTALL)))

    result = run("apply", str(file), "--dry-run")

    assert result.exit_code == 0, result.output
    for record in ("rules.nurture", "rules.after-demo", "sources.webinar", "destinations.people"):
        assert f"created    {record}\n" in result.stdout
