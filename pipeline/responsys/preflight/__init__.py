"""Look before sending whether the account has all that a connector and its destinations name.

Asks and reports everything; changes nothing there. An action names the things its destination needs
(``Action.needs``); here each kind of need has its look.
"""

from pipeline.responsys.preflight.preflight import Preflight, preflight

__all__ = ["Preflight", "preflight"]
