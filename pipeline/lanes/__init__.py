"""Lanes: rows wait until they are claimed together with the permit for their call.

Verb: claim. Limits decide when a batch may go; dispatch claims it and rings deliver.
Redis: the keys below; those of limits are drawn in ``limits.py``.

Keys (times are milliseconds since the epoch, by the server's clock)
    destination:{d}        hash: connector, function, max_rows, max_age, stopped, flush_until, priority
    connector:{c}          hash: stopped; first, if its account has destinations of the first class
    lanes:{d}              set of the destination's lanes that hold rows
    lane:{l}               zset of line by arrival: rows that may go now, one per line
    rows:{d}               hash of line to its first row, waiting or in flight
    parked:{d}             zset of "line, sequence, lane, arrival, row": a line's later rows, in order
    behind:{d}             set of the lines that have parked rows
    recipients:{d}         hash of recipient to the line in which its rows wait, of states
    lines:{d}              hash of profile to another's line, in which its rows wait: it is a guest there
    company:{d}            zset of "line, p, guest" and "line, r, recipient": to forget when the line ends
    gates:{d}              hash of barrier to "", or "lane, arrival" of the first row that waits for it alone
    ready:{c}:{f}          zset of lane by the time it is due; ":first" for destinations of the first class,
                           ":bulk" for backfills
    flying:{c}             zset of batch by the end of its lease; +inf while it waits for another try
    retry:{c}:{f}          zset of batch by the time of its next try
    polls:{c}              zset of batch by the time its request is asked after
    batch:{b}              hash: destination, lane, connector, function, account, attempt, tries, state, rows,
                           permit_until, begun_by, progress (see progress.py), request, asked, spared,
                           first, if it goes before others; worker, that has it, and deaths, of workers
    batch:{b}:rows         zset of line by arrival, as in the lane; a row's position is its rank
    ways                   set of "connector:function": every function in use that was ever configured
    sequence               counter that orders parked rows
    counters               hash of "hour|connector|destination|name" to a number (see stats.py)

A line is named after a profile. If the call of an occurrence names a recipient, its line is named after the
hash of the recipient. States of profiles with one recipient wait in one line. A lane holds a line at most
once and never while its first row is in flight: its further rows are parked and come up one by one. So a
batch never holds a recipient twice, its rows go in order, and a claim looks at no row that it does not take.
If a state's profile waits in one line and its recipient in another, it is parked in the first and a barrier
in the second.

A batch is ``claimed`` (with its permit), ``begun`` (its call may be out), ``waiting`` (for another try or
its next step), ``submitted`` (its answer is to be asked for) or ``lapsed`` (begun, and its worker was not
heard of again). Its attempt is part of every later step: a worker with an old attempt is refused.
"""
