"""Salesforce over its REST API: login, client, queries, pre-flight. Only the org's own host is called.

Source of all facts: the REST API Developer Guide, and the SOQL and SOSL Reference.
Redis: see wire/ for the token that all processes share.
"""
