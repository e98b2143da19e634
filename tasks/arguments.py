"""Arguments of a task: a message with arguments that do not fit is set aside before its task runs."""

from functools import cache
from inspect import Signature, signature
from typing import Any

import redis
from celery import Task
from celery.exceptions import Reject
from celery.signals import task_revoked

from pipeline.runtime.worker import runtime

CHECKED_TYPES = (int, str)


class WrongArguments(TypeError):
    """A message has other arguments than its task takes."""


def check_arguments(task: Task, args: Any, kwargs: Any) -> None:
    """Raise WrongArguments, with the message counted and the activation in it kept, if they do not fit."""
    if not fit(signature_of(task), args, kwargs):
        set_aside("wrong_arguments", task.request.id, [args, kwargs])
        raise WrongArguments


@cache
def signature_of(task: Task) -> Signature:
    """Return the parameters of a task."""
    return signature(task.run)


def fit(taken: Signature, args: Any, kwargs: Any) -> bool:
    """Tell whether arguments fit a signature, and are of its types where those are plain."""
    try:
        given = taken.bind(*args, **kwargs).arguments
    except TypeError:
        return False
    expected = {name: taken.parameters[name].annotation for name in given}
    return all(type(given[name]) is kind for name, kind in expected.items() if kind in CHECKED_TYPES)


def set_aside(kind: str, identity: object, content: object) -> None:
    """Count a message and keep the activation in it; without Redis it goes back to its queue."""
    try:
        runtime().strays.set_aside(kind, identity, content)
    except redis.RedisError as error:
        raise Reject(type(error).__name__, requeue=True) from error


@task_revoked.connect
def on_revoked(request: Any = None, expired: bool = False, **_: Any) -> None:
    """Count a message that expired before a worker took it, and keep the activation in it."""
    if expired:
        runtime().strays.set_aside("expired", request.id, [request.args, request.kwargs])
