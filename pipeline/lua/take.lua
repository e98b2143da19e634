-- Take a permit outside of dispatch.
-- KEYS  1 limit:{account}:{function}   ARGV  1 allowance per window  2 window, ms  3 how many more may go at once  4 id of the call
-- Returns 0, or the milliseconds until one can be had.
#include lanes
#include limits
local now = clock()
local wait = take_permit(KEYS[1], ARGV[4], now, tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]))
if wait == 0 then call_begun(KEYS[1], ARGV[4], now, AT_ONCE) end
return wait
