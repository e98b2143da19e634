"""Errors of Salesforce in words: what a refused login says to the person who set the app up."""

import pytest

from pipeline.errors import Held
from pipeline.salesforce.errors import login_error


@pytest.mark.parametrize(
    ("code", "described", "advice"),
    [
        ("app_not_found", "External client app is not installed in this org", "leave audience out"),
        ("invalid_grant", "no client credentials user enabled", "give the app a user to run as"),
        ("invalid_grant", "user hasn't approved this consumer", "let an administrator approve the app"),
    ],
)
def test_an_app_that_is_not_set_up_holds_the_connector_and_tells_the_setting(code, described, advice):
    error = login_error(400, {"error": code, "error_description": described})

    assert isinstance(error, Held)
    assert (error.scope, error.code) == ("connector", code)
    assert error.detail.startswith(f"{described}: {advice}")
