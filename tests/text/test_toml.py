import tomllib

from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import toml

# TOML is UTF-8, so it cannot hold half of a surrogate pair.
text = st.text(st.characters(exclude_categories=["Cs"]))
plain = (
    text | st.integers(-(2**63), 2**63 - 1) | st.booleans() | st.floats(allow_nan=False, allow_infinity=False)
)
values = st.recursive(
    plain,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=5,
)


@given(text, text, text, values)
def test_what_is_written_reads_back_the_same(section, name, key, value):
    sections = {section: {name: {key: value}}}

    assert tomllib.loads(toml.dumps(sections)) == sections


def test_it_reads_like_written_by_hand():
    sections = {
        "connectors": {
            "acme": {"name": 'Acme "EU"', "limits": {"triggerCustomEvent": 200}, "password": {"keep": True}},
            "other": {"utilisation": 0.5, "limits": {}},
        },
        "destinations": {"lapsed": {"call_types": ["ADD", "REMOVE"]}},
    }

    assert toml.dumps(sections) == (
        "[connectors.acme]\n"
        'name = "Acme \\"EU\\""\n'
        "limits = { triggerCustomEvent = 200 }\n"
        "password = { keep = true }\n"
        "\n"
        "[connectors.other]\n"
        "utilisation = 0.5\n"
        "limits = {}\n"
        "\n"
        "[destinations.lapsed]\n"
        'call_types = ["ADD", "REMOVE"]\n'
    )
