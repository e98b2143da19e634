"""The command line: ``activation``.

Each command is in a file of its own, which is only imported when the command is run.
"""

import click

from pipeline.cli.command_group import Commands
from pipeline.cli.lazy_group import LazyCommand

COMMANDS = {
    "demo": LazyCommand(
        "pipeline.cli.demo:demo",
        "Show the pipeline at work on a sample audience: real processes, against a Responsys emulator.",
    ),
    "up": LazyCommand(
        "pipeline.cli.up:up",
        "Run workers, console and Flower in this terminal, and the embedded Redis when none is configured.",
    ),
    "apply": LazyCommand(
        "pipeline.cli.apply:apply",
        "Bring in the connectors, destinations, sources and all other records of FILE (- is standard input).",
    ),
    "export": LazyCommand(
        "pipeline.cli.apply:export",
        "Write all records as TOML, without secrets; `apply` keeps those it has.",
    ),
    "check": LazyCommand(
        "pipeline.cli.check:check", "Look whether the accounts have what the configuration names."
    ),
    "send": LazyCommand(
        "pipeline.cli.send:send",
        'Activate every row of FILE ("-" is standard input): JSON Lines, or a table with a header.',
    ),
    "sync": LazyCommand(
        "pipeline.cli.sync:sync",
        "Send what differs between FILE, all members of AUDIENCE, and what was last sent.",
    ),
    "status": LazyCommand(
        "pipeline.cli.status:status", "Show what is wrong, what waits where, and how fast it may go out."
    ),
    "plan": LazyCommand(
        "pipeline.cli.plan:plan_calls",
        "Show the calls and hours that N records take on either side, and which limit binds.",
    ),
    "flush": LazyCommand(
        "pipeline.cli.flush:flush",
        "Send now what waits for AUDIENCE, rather than when a batch is full or old enough.",
    ),
    "stats": LazyCommand(
        "pipeline.cli.stats:stats",
        "Show the numbers of the last days for each destination, and what waits now.",
    ),
    "dead-letters": LazyCommand(
        "pipeline.cli.dead_letters:dead_letters",
        "Look at rows that were not delivered, send them again or give them up.",
    ),
    "pause": LazyCommand(
        "pipeline.cli.pause:pause",
        "Stop sending for a connector or a destination, or fetching for an import; what waits is kept.",
    ),
    "resume": LazyCommand(
        "pipeline.cli.pause:resume",
        "Send or fetch again for a record that was paused, or held after an answer or after failures.",
    ),
    "web": LazyCommand("pipeline.cli.web:web", "Serve the console and the HTTP API in the foreground."),
    "keys": LazyCommand("pipeline.cli.keys:keys", "Keys for the HTTP API and the console."),
    "alerts": LazyCommand("pipeline.cli.alerts:alerts", "Rules of alerts, and what is open."),
    "channels": LazyCommand("pipeline.cli.channels:channels", "Channels that are told of alerts."),
    "trace": LazyCommand(
        "pipeline.cli.trace:trace",
        "Show where changes of PROFILE wait, and what became of those that were settled.",
    ),
    "erase": LazyCommand(
        "pipeline.cli.erase:erase",
        "Erase all that is stored of each PROFILE (its id, exactly as producers write it).",
    ),
    "imports": LazyCommand(
        "pipeline.cli.imports:imports", "Files of events that Responsys wrote: fetched, counted once, kept."
    ),
    "profiles": LazyCommand(
        "pipeline.cli.profiles:profiles", "Profiles of people, made of the events in Responsys' files."
    ),
    "events": LazyCommand(
        "pipeline.cli.events:events",
        "Events in Responsys' files, in the order in which they were stored.",
    ),
    "people": LazyCommand(
        "pipeline.cli.people:people", "People, whom records, RIIDs and addresses belong to."
    ),
    "rules": LazyCommand("pipeline.cli.rules:rules", "Rules, by which people of streams enter audiences."),
    "pairs": LazyCommand("pipeline.cli.pairs:pairs", "Pairs, whose two sides are kept equal."),
    "conflicts": LazyCommand("pipeline.cli.conflicts:conflicts", "Questions that only a person answers."),
    "consent": LazyCommand(
        "pipeline.cli.consent:consent",
        "What people wish for a channel: who is out, by whose wish, and who was told.",
    ),
    "rotate-keys": LazyCommand(
        "pipeline.cli.rotate:rotate_keys",
        "Encrypt all stored secrets anew with the first key of ACTIVATION_SECRET_KEY.",
    ),
    "adopt": LazyCommand(
        "pipeline.cli.adopt:adopt",
        "Take the Redis of another installation over for this SQL store; "
        "the rows that wait in it stay there.",
    ),
    "emulator": LazyCommand("pipeline.cli.emulator:emulator", "Run a stand-in for an outside system."),
    "completion": LazyCommand(
        "pipeline.cli.completion:completion", "Print what makes a SHELL complete commands and options."
    ),
}


@click.group(cls=Commands, lazy=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="activation", prog_name="activation")
def main() -> None:
    """Activate customer audiences into Oracle Responsys."""
