"""A blueprint of the console: its views need a session, and its forms a token."""

from flask import Blueprint

from pipeline.web.console.guard import admit


class ConsoleBlueprint(Blueprint):
    """A page and its actions. A view without ``needs`` needs the scope ``read``."""

    has_sessions = True  # the API's keys are not looked at, see auth.py

    def __init__(self, name: str) -> None:
        super().__init__(f"console-{name}", __name__)
        self.before_request(admit)
