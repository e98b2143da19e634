-- Take a permit outside of dispatch.
-- KEYS  1 limit:{account}:{function}   ARGV  1 allowance per window  2 window, ms  3 how many more may go at once
-- Returns 0, or the milliseconds until one can be had.
#include lanes
#include limits
return take_permit(KEYS[1], clock(), tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3]))
