"""A blueprint of the console: its views need a session, and its forms a token."""

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from flask import Blueprint

from pipeline.web.console.guard import admit

View = TypeVar("View", bound=Callable[..., Any])


class ConsoleBlueprint(Blueprint):
    """A page and its actions. A view without ``needs`` needs the scope ``read``."""

    has_sessions = True  # the API's keys are not looked at, see auth.py

    def __init__(self, name: str) -> None:
        super().__init__(f"console-{name}", __name__)
        self.before_request(admit)

    def for_sections(self, method: str, rule: str, sections: Iterable[str]) -> Callable[[View], View]:
        """Route several sections of records to one view, which is told its ``section``."""

        def register(view: View) -> View:
            for section in sections:
                path = rule.format(section=section)
                self.add_url_rule(path, view_func=view, methods=[method], defaults={"section": section})
            return view

        return register
