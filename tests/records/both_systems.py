"""The example of two systems in step, with changes, applied to an empty store."""

from pathlib import Path

import pytest

from pipeline.records import configuration

EXAMPLE = (Path(__file__).parent.parent / "fixtures" / "both_systems.toml").read_text("utf-8")


@pytest.fixture
def apply(records, tmp_path):
    """Apply the example; each change is a text of it, and the text in its place."""

    def apply(*changes, more=""):
        text = EXAMPLE
        for old, new in changes:
            assert old in text
            text = text.replace(old, new)
        file = tmp_path / "activation.toml"
        file.write_text(text + more)
        environ = {"CRM_SECRET": "s"}
        found = configuration.read_configuration(str(file), environ, records.names("connectors"))
        records.apply(found)
        return records

    return apply
