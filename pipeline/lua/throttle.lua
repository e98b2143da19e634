-- A function was refused for its limit: pause it, and go on more slowly. Several calls may meet one refusal.
-- If a step up was refused, the rate before it is known to be good: go back to that, and try again after 8 windows;
-- after 4 if steps before it went well. Each try that fails costs a window.
-- KEYS  1 limit:{account}:{function}
-- ARGV  1 pause_ms  2 window_ms
-- Returns 1; 0 if this refusal is known.
#include lanes
#include limits
local pause_ms, window_ms = unpack(ARGV)
local now = clock()
local limit = limit_at(KEYS[1])
if limit.paused_until > now then return 0 end
local used, steps, patience = share(limit, now, tonumber(window_ms))
local factor = used / 2
if not steps or steps > 20 then  -- it has been well for long
  patience = 1
elseif steps > 0 then
  factor = used - 0.1
  patience = steps > 1 and 4 or 8
end
factor = math.max(0.25, factor)
if used >= 1 then redis.call('HSET', KEYS[1], 'since', text(now)) end
if limit.spacing then redis.call('HSET', KEYS[1], 'refused', math.floor(window_ms / limit.spacing + 0.5)) end
local resumed = text(now + pause_ms)
redis.call('HSET', KEYS[1], 'paused_until', resumed, 'factor', tostring(factor), 'resumed_at', resumed,
  'patience', patience)
redis.call('PEXPIRE', KEYS[1], 86400000)
return 1
