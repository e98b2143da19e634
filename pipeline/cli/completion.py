"""``activation completion SHELL``: completion of commands and options with the Tab key."""

import click
from click.shell_completion import ShellComplete, get_completion_class

PROGRAM = "activation"
VARIABLE = "_ACTIVATION_COMPLETE"  # click's


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print what makes a SHELL complete commands and options.

    \b
    bash (4.4 or newer), in ~/.bashrc:  eval "$(activation completion bash)"
    zsh, in ~/.zshrc after compinit:    eval "$(activation completion zsh)"
    fish:  activation completion fish > ~/.config/fish/completions/activation.fish
    """  # noqa: D301  click's mark of lines that stay as they are
    found = get_completion_class(shell)
    assert found is not None  # noqa: S101  click has these three
    # The method of a shell asks the shell that is installed for its version, and this prints alone.
    click.echo(ShellComplete.source(found(context.find_root().command, {}, PROGRAM, VARIABLE)))
