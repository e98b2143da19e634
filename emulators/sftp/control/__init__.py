"""``/_control``: orders and reports by HTTP."""
