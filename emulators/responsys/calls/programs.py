"""Programmes: whether each runs.

Source: REST API for Oracle Responsys, "Retrieve a program".
"""

from emulators.responsys.messages.errors import ApiError
from emulators.responsys.messages.http import json_answer
from emulators.responsys.state.call import Call
from emulators.serving.messages import Answer

CREATED = "01/01/2026"


def show_program(call: Call) -> Answer:
    """Answer with one programme."""
    (name,) = call.path_names
    if name not in call.account.programs:
        raise ApiError("PROGRAM_NOT_FOUND", f"Program [{name}] not found")
    profile_list = next(iter(call.account.lists), "")
    path = call.request.path
    return json_answer(
        {
            "id": sorted(call.account.programs).index(name) + 1,
            "name": name,
            "folderName": "Main",
            "list": {"id": 1, "name": profile_list},
            "channels": ["EMAIL"],
            "createdOn": CREATED,
            "createdBy": "",
            "modifiedOn": CREATED,
            "modifiedBy": "",
            "status": call.account.programs[name],
            "links": [
                {"rel": "self", "href": path, "method": "GET"},
                {"rel": "getAllPrograms", "href": path.rpartition("/")[0], "method": "GET"},
                {"rel": "updateProgramState", "href": path, "method": "PATCH"},
            ],
        }
    )
