"""How long calls took, however they ended, as a histogram by connector and function.

Keys
    call_seconds    hash of "connector|function|bound" to a number of calls, and of "...|sum" to seconds
"""

KEY = "call_seconds"
BOUNDS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0)  # seconds
