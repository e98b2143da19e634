-- A function was refused for its limit: pause it, and go on more slowly. Several calls may meet one refusal.
-- Where a step up was refused, the rate before it is known to be good: go back to that, and try again after 8
-- windows; after 4 when steps before it went well. Each try that fails costs a window.
-- KEYS  1 limit:{account}:{function}   ARGV  1 pause, ms  2 window, ms
-- Returns 1; 0 when this refusal is known.
#include lanes
#include limits
local now = clock()
if tonumber(redis.call('HGET', KEYS[1], 'paused_until') or '0') > now then return 0 end
local used, steps, patience = share(KEYS[1], now, tonumber(ARGV[2]))
local factor = used / 2
if not steps or steps > 20 then  -- it has been well for long
  patience = 1
elseif steps > 0 then
  factor = used - 0.1
  patience = steps > 1 and 4 or 8
end
factor = math.max(0.25, factor)
local spacing = tonumber(redis.call('HGET', KEYS[1], 'spacing'))
if spacing then redis.call('HSET', KEYS[1], 'refused', math.floor(ARGV[2] / spacing + 0.5)) end
local resumed = text(now + ARGV[1])
redis.call('HSET', KEYS[1], 'paused_until', resumed, 'factor', tostring(factor), 'resumed_at', resumed,
  'patience', patience)
redis.call('PEXPIRE', KEYS[1], 86400000)
return 1
