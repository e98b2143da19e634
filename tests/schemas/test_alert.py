import pytest

from schemas.alert import RULES
from schemas.configuration import ConfigurationSchema
from schemas.document import paths

COMMON = {"channels": ["ops"], "severity": "critical", "enabled": True, "after": 0, "clear_after": 120,
          "remind": 14_400}  # fmt: skip
DEFAULTS = {
    "error_share": {"above": 0.05, "window": 900, "at_least": 100},
    "stalled": {"above": 900},
    "overdue": {"above": 1_800},
    "waiting_rows": {"above": 10},
    "held": {},
    "dead_letters": {"above": 0},
    "source_late": {"above": 2},
    "import_late": {"above": 1},
    "opt_out_late": {"above": 900},
    "no_workers": {"above": 60},
    "store": {},
}
REQUIRED = {"error_share": {"above": 0.05}, "waiting_rows": {"above": 10}}


def problems(rule, **changes):
    document = {"rule": rule, "channels": ["ops"], **REQUIRED.get(rule, {}), **changes}
    errors = ConfigurationSchema().validate({"alerts": {"a": document}})
    return [line.removeprefix("alerts.a.") for line in paths(errors)]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_has_defaults(rule):
    document = {"rule": rule, "channels": ["ops"], **REQUIRED.get(rule, {})}

    found = ConfigurationSchema().load({"alerts": {"a": document}})["alerts"]["a"]

    assert found == {"rule": rule, **COMMON, **DEFAULTS[rule]}


@pytest.mark.parametrize(
    ("rule", "changes", "problem"),
    [
        ("errors", {}, 'rule: "errors" is not a kind of rule; did you mean "error_share"? '
         "there are: dead_letters, error_share, held, import_late, no_workers, opt_out_late, overdue, "
         "source_late, stalled, store, waiting_rows"),
        ("held", {"severity": "bad"}, 'severity: "bad" is not a severity; there are: critical, warning'),
        ("held", {"channels": "ops"}, "channels: must be a list of at most 50 channels"),
        ("held", {"channels": ["ops", "ops"]}, "channels: must not name anything twice"),
        ("held", {"above": 1}, "above: is not a known key"),
        ("held", {"after": -1}, "after: must be at least 0, not -1"),
        ("error_share", {"above": 5}, "above: must be at least 0 and at most 1, not 5"),
        ("dead_letters", {"cod": "X"}, 'cod: is not a known key; did you mean "code"?'),
    ],
)  # fmt: skip
def test_a_rule_that_makes_no_sense_is_refused(rule, changes, problem):
    assert problem in problems(rule, **changes)


def test_a_threshold_that_has_no_usual_value_must_be_given():
    errors = ConfigurationSchema().validate({"alerts": {"a": {"rule": "waiting_rows", "channels": []}}})

    assert paths(errors) == ["alerts.a.above: is missing"]
