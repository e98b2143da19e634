"""The guards of a snapshot or stream, and the option ``--confirm`` that names those to lift."""

from collections.abc import Iterable, Sequence

import click

from pipeline.snapshots.concerns import Concern

GUARDS = ("empty", "unreadable", "leaving", "existing", "changing")
CONFIRM = "Nothing was sent. If it is right, repeat it with {options}."
ONLY_ONE = "the only one"  # ``--confirm`` without a name


class Confirming(click.Command):
    """A command with a ``--confirm`` that may stand without a name."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Give a ``--confirm`` that is not followed by a guard a value of its own."""
        following = [*args[1:], ""]
        return super().parse_args(
            ctx,
            [
                f"--confirm={ONLY_ONE}" if arg == "--confirm" and after not in GUARDS else arg
                for arg, after in zip(args, following, strict=False)
            ],
        )


def read_guards(context: click.Context, parameter: click.Parameter, names: Sequence[str]) -> tuple[str, ...]:
    """Refuse a name that is no guard."""
    for name in names:
        if name not in (*GUARDS, ONLY_ONE):
            raise click.BadParameter(f'"{name}" is none of {", ".join(GUARDS)}', context, parameter)
    return tuple(names)


def are_lifted(names: Iterable[str], concerns: Sequence[Concern]) -> bool:
    """Tell whether the guards of all concerns are lifted; a name may be left out if there is one guard."""
    raised = {concern.kind for concern in concerns}
    allowed = set(names)
    return raised <= allowed or (ONLY_ONE in allowed and len(raised) == 1)


def options_for(concerns: Iterable[Concern]) -> str:
    """Return the options that would lift the guards of these concerns."""
    raised = {concern.kind for concern in concerns}
    return " ".join(f"--confirm {guard}" for guard in GUARDS if guard in raised)
