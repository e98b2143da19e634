"""Rate limits of an account, as it may read them.

https://docs.oracle.com/en/cloud/saas/marketing/responsys-rest-api/Throttling.html
"""

from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.responsys.state.functions import FUNCTIONS
from emulators.serving.messages import Answer


def show_rate_limits(call: Call) -> Answer:
    """Answer with every function and its calls per minute, as an array: Oracle shows no enclosing shape."""
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
