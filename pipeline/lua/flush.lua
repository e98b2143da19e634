-- Make all rows due now that wait for one destination.
-- ARGV  1 destination
-- Returns the number of rows that wait.
#include lanes
local destination = unpack(ARGV)
if redis.call('EXISTS', 'destination:' .. destination) == 0 then return 0 end
redis.call('HSET', 'destination:' .. destination, 'flush_until', text(clock()))
for _, lane in ipairs(redis.call('SMEMBERS', 'lanes:' .. destination)) do refresh(lane) end
return rows_of(destination)
