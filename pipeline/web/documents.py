"""Schemas of answers and problems, for OpenAPI alone: documents are made where they belong."""

from marshmallow import Schema, fields


class Health(Schema):
    """The process answers."""

    ok = fields.Boolean(required=True)


class Readiness(Schema):
    """Which stores answer; ``ready`` when activations can be taken in."""

    ready = fields.Boolean(required=True)
    redis = fields.Boolean(required=True)
    sql = fields.Boolean(required=True)


class ProblemDocument(Schema):
    """A problem (RFC 9457)."""

    type = fields.String(required=True, metadata={"example": "/problems/forbidden"})
    title = fields.String(required=True)
    status = fields.Integer(required=True)
    detail = fields.String(required=True)
    request_id = fields.String(required=True)
