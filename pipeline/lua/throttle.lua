-- A function was refused for its limit: pause it, and go on more slowly. Several calls may meet one refusal.
-- KEYS  1 limit:{account}:{function}   ARGV  1 pause, ms  2 window, ms
#include lanes
#include limits
local now = clock()
if tonumber(redis.call('HGET', KEYS[1], 'paused_until') or '0') > now then return end
local factor = math.max(0.25, share(KEYS[1], now, tonumber(ARGV[2])) / 2)
local resumed = text(now + ARGV[1])
redis.call('HSET', KEYS[1], 'paused_until', resumed, 'factor', tostring(factor), 'resumed_at', resumed)
redis.call('PEXPIRE', KEYS[1], 86400000)
