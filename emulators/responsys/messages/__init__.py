"""Messages: requests, answers, JSON bodies and errors as Responsys has them.

Where Oracle's pages are silent or disagree, behaviour.py has a switch.
"""
