"""The plan of so many records, as JSON."""

from typing import Any

from pipeline.operate.planning import Plan, PlannedCalls, PlannedLimit


def plan_document(plan: Plan) -> dict[str, Any]:
    """Return a plan for people and programs; hours that are null: no call may go now."""
    binding = plan.binding
    return {
        "scope": plan.scope,
        "name": plan.name,
        "records": plan.records,
        "calls": [calls_document(one, plan.limits[one.limit]) for one in plan.calls],
        "binds": binding and limit_document(binding),
        "hours": hours_of(binding.calls, binding) if binding else 0,
    }


def calls_document(one: PlannedCalls, limit: PlannedLimit) -> dict[str, Any]:
    """Return the calls of one function for reading, or for one destination."""
    return {
        "destination": one.destination and one.destination.name,
        "connector": one.connector.name,
        "system": limit.pace.system,
        "function": one.function,
        "calls": one.calls,
        "per_hour": limit.per_hour,
        "hours": hours_of(one.calls, limit),
        "limit_from": limit.pace.source,
    }


def limit_document(limit: PlannedLimit) -> dict[str, Any]:
    """Return one limit with all calls that it counts."""
    return {
        "connector": limit.pace.connector,
        "function": limit.pace.function,
        "calls": limit.calls,
        "per_hour": limit.per_hour,
    }


def hours_of(calls: int, limit: PlannedLimit) -> float | None:
    """Return the hours of calls to four places; None if none may go."""
    return round(calls / limit.per_hour, 4) if limit.per_hour else None
