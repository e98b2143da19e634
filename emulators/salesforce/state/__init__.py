"""The state of an emulator: its org, logins, use of the day's calls, query locators, faults and ledger."""
