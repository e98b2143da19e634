-- Make due now whatever waits for one destination.
-- ARGV  1 destination
-- Returns how many rows wait.
#include lanes
local destination = ARGV[1]
if redis.call('EXISTS', 'destination:' .. destination) == 0 then return 0 end
redis.call('HSET', 'destination:' .. destination, 'flush_until', text(clock()))
for _, lane in ipairs(redis.call('SMEMBERS', 'lanes:' .. destination)) do refresh(lane) end
return redis.call('HLEN', 'rows:' .. destination) + redis.call('ZCARD', 'parked:' .. destination)
