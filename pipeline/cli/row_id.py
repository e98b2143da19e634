"""Numbers that a database may look for: a larger one, such as a typing error, is refused as an argument."""

import click

LARGEST = 2**63 - 1
ROW_ID = click.IntRange(0, LARGEST)
