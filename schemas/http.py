"""Queries of the HTTP API; what is unknown is refused."""

from marshmallow import RAISE, Schema, fields


class Query(Schema):
    """Parameters of a query."""

    class Meta:
        """What marshmallow is told."""

        unknown = RAISE


class NoQuery(Query):
    """No parameter at all."""


class ActivationsQuery(Query):
    """How a body of activations is taken in."""

    only_valid = fields.Boolean(
        data_key="partial", load_default=False, metadata={"description": "Take the valid rows only."}
    )
    bulk = fields.Boolean(load_default=False, metadata={"description": "Let real-time rows go first."})
    ids = fields.Boolean(load_default=True, metadata={"description": "Answer with the ids of the rows."})
