-- Let no call of a function go out for a while; a longer pause stays.
-- KEYS  1 limit:{account}:{function}
-- ARGV  1 pause_ms
#include lanes
local pause_ms = unpack(ARGV)
local until_then = clock() + pause_ms
local paused_until = tonumber(redis.call('HGET', KEYS[1], 'paused_until') or '0')
if paused_until < until_then then redis.call('HSET', KEYS[1], 'paused_until', text(until_then)) end
redis.call('PEXPIRE', KEYS[1], 86400000)
