"""Chaos on both sides: people opt out in Responsys and in Salesforce while everything is killed."""
