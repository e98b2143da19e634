import pytest
from marshmallow import ValidationError

from schemas.configuration import ConfigurationSchema
from schemas.document import NAME_RULE, paths


def test_an_empty_configuration_is_one():
    assert ConfigurationSchema().load({}) == {
        "connectors": {},
        "destinations": {},
        "sources": {},
        "mappings": {},
        "rules": {},
        "pairs": {},
        "consents": {},
        "files": {},
        "imports": {},
        "profile_fields": {},
        "channels": {},
        "alerts": {},
    }


@pytest.mark.parametrize(
    ("data", "problems"),
    [
        ({"conectors": {}}, ['conectors: is not a known key; did you mean "connectors"?']),
        ({"connectors": []}, ["connectors: must be a table"]),
        ({"connectors": {"acme": 1}}, ["connectors.acme: must be a table"]),
        (
            {"connectors": {"Acme Inc": {"kind": "x"}}},
            [
                'connectors."Acme Inc".kind: "x" is not a kind of connector; '
                "there are: responsys, responsys_sftp, salesforce",
                f'connectors."Acme Inc": {NAME_RULE}',
            ],
        ),
    ],
)  # fmt: skip
def test_what_is_no_configuration_is_reported_with_its_path(data, problems):
    with pytest.raises(ValidationError) as caught:
        ConfigurationSchema().load(data)

    assert paths(caught.value.messages) == problems
