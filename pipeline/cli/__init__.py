"""The command line: ``activation``.

Each command is in a file of its own, which is only read when the command is used.
"""

from importlib import import_module

import click

from pipeline.errors import PipelineError

COMMANDS = {
    "demo": "pipeline.cli.demo:demo",
    "up": "pipeline.cli.up:up",
    "apply": "pipeline.cli.apply:apply",
    "export": "pipeline.cli.apply:export",
    "check": "pipeline.cli.check:check",
    "send": "pipeline.cli.send:send",
    "sync": "pipeline.cli.sync:sync",
    "status": "pipeline.cli.status:status",
    "flush": "pipeline.cli.flush:flush",
    "stats": "pipeline.cli.stats:stats",
    "dead-letters": "pipeline.cli.dead_letters:dead_letters",
    "pause": "pipeline.cli.pause:pause",
    "resume": "pipeline.cli.pause:resume",
    "web": "pipeline.cli.web:web",
    "keys": "pipeline.cli.keys:keys",
    "erase": "pipeline.cli.erase:erase",
    "rotate-keys": "pipeline.cli.rotate:rotate_keys",
    "emulator": "pipeline.cli.emulator:emulator",
}
INTERRUPTED = 130  # what a shell expects after Ctrl-C


class Problem(click.ClickException):
    """What a person must put right, said without a traceback."""

    exit_code = 2


class Commands(click.Group):
    """Finds commands by name, and ends them as this program promises."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002  click's
        """Return the names in the order in which one needs them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002  click's
        """Import a command."""
        if cmd_name not in COMMANDS:
            return None
        module, name = COMMANDS[cmd_name].split(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> object:
        """Run the command: 2 when a person must change something, 130 after Ctrl-C."""
        try:
            return super().invoke(ctx)
        except PipelineError as error:
            raise Problem(str(error)) from error
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)


@click.group(cls=Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="activation", prog_name="activation")
def main() -> None:
    """Activate customer audiences into Oracle Responsys."""
