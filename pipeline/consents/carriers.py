"""Carriers: destinations that carry states of consents to the other side."""

from pipeline.consents.box_statements import BOX
from pipeline.model.consent_account import ConsentAccount
from pipeline.model.destination import Destination
from pipeline.records.catalog import Catalog


def carriers(catalog: Catalog, account: ConsentAccount) -> list[Destination]:
    """Return the destinations that write a state to the other side, as a box or as a permission.

    Further destinations of the audience, such as events, only report it.
    """
    return [
        destination
        for destination in catalog.for_audience(account.audience)
        if writes_box(destination) or destination.options.get("permission") == "consent"
    ]


def writes_box(destination: Destination) -> bool:
    """Tell whether a destination writes the box of opting out."""
    return BOX in (destination.options.get("fields") or {}).values()
