"""pipeline.responsys.actions.plans."""

from dataclasses import replace

from pipeline.responsys.actions.plans import Plans


def test_options_are_read_once_until_the_record_changes(connector, destination):
    made = []
    plans = Plans(lambda *of: made.append(of) or len(made))
    other = replace(destination, name="other")
    newer = replace(destination, max_rows=1)
    account = replace(connector, api="async")

    found = [
        plans.of(connector, destination),
        plans.of(connector, destination),
        plans.of(connector, other),
        plans.of(connector, newer),
        plans.of(account, newer),
    ]

    assert found == [1, 1, 2, 3, 4]
    assert made == [(connector, destination), (connector, other), (connector, newer), (account, newer)]
