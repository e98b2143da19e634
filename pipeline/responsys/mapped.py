"""Values of names in the configuration: an identifier of the activation or, without one, a variable."""

from pipeline.model.activation import Activation
from pipeline.text.rendering import render


def carries(activation: Activation, name: str) -> bool:
    """Return whether the activation says anything of ``name``, if only that it is null."""
    return activation.identifier(name) is not None or name in activation.variables


def text(activation: Activation, name: str) -> str | None:
    """Return the value of ``name`` as Responsys gets it; None when it is null, or not carried."""
    identifier = activation.identifier(name)
    return identifier if identifier is not None else render(activation.variables.get(name))
