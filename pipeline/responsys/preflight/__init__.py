"""Look before sending whether the account has what a connector and its destinations name.

Asks everything and reports everything; changes nothing there. What a destination needs its action says
(``Action.needs``); here each kind of need has its look.
"""

from pipeline.responsys.preflight.finding import Finding
from pipeline.responsys.preflight.preflight import Preflight

__all__ = ["Finding", "Preflight"]
