-- Take a permit outside of dispatch.
-- KEYS  1 limit:{account}:{function}
-- ARGV  1 allowance: calls per window  2 window_ms  3 burst: how many more may go at once  4 call_id
-- Returns 0, or the milliseconds until a permit is free.
#include lanes
#include limits
local allowance, window_ms, burst, call_id = unpack(ARGV)
local now = clock()
local wait = take_permit(KEYS[1], call_id, now, tonumber(allowance), tonumber(window_ms), tonumber(burst))
if wait == 0 then call_begun(KEYS[1], call_id, now, nil, AT_ONCE) end
return wait
