"""Tell an account its limits.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Throttling.html
"""

from emulators.responsys.messages.http import Answer, json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.functions import FUNCTIONS


def listing(call: Call) -> Answer:
    """Name every function with its calls per minute. Oracle does not show the enclosing shape: an array."""
    return json_answer(
        [
            {
                "api": function.name,
                "limit": meter.limit,
                "resource_path": function.path,
                "verb": function.verb,
                "description": function.description,
            }
            for name, meter in call.account.limits.meters.items()
            if meter.limit is not None and (function := FUNCTIONS[name])
        ]
    )
