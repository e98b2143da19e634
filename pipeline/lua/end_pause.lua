-- End the pause of a function that its account asked for; one after a refusal by the window stays: the rate
-- afterwards is reckoned from its end.
-- KEYS  1 limit:{account}:{function}
-- Returns the milliseconds that were left; 0 if there was no such pause.
#include lanes
local values = redis.call('HMGET', KEYS[1], 'paused_until', 'resumed_at')
local left = tonumber(values[1] or '0') - clock()
if left <= 0 or values[1] == values[2] then return 0 end
redis.call('HDEL', KEYS[1], 'paused_until')
return left
