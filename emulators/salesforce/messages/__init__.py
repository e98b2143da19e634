"""Errors, moments and JSON as Salesforce writes them."""
