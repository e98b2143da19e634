"""The run ``salesforce``: leads and stages of deals lead people into programmes, under all storms."""
