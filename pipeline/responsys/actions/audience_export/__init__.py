"""Keep a profile list, and extension tables of it, up to date with an audience."""

from pipeline.responsys.actions.audience_export.action import AudienceExport

__all__ = ["AudienceExport"]
