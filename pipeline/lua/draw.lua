-- Take a permit outside of dispatch for one call that is made at once, out of the same allowance.
-- ARGV  1 connector  2 func  3 account  4 call_id
--       5 limit: calls per window set for this connector, 0 for none  6 default: if the account has not told its limit
--       7 utilisation: the share of the limit to use  8 window_ms  9 burst  10 share_of_day  11 ceiling: as of a claim
-- Returns 0, or the milliseconds until a permit is free.
#include lanes
#include limits
local connector, func, account, call_id,
  limit, default, utilisation, window_ms, burst, share_of_day, ceiling = unpack(ARGV)
local now, window, key = clock(), tonumber(window_ms), 'limit:' .. account .. ':' .. func
local class = redis.call('HEXISTS', 'connector:' .. connector, 'first') == 1 and 'other' or nil
local allowance, kept = allowance_for(
  account, func, tonumber(limit), tonumber(default), utilisation, now, window, share_of_day, ceiling)
local wait = take_permit(key, call_id, now, allowance, window, tonumber(burst), class, kept)
if wait == 0 then call_begun(key, call_id, now, class, math.min(AT_ONCE, math.ceil(window / 200))) end
return wait
