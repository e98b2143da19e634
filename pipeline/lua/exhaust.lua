-- The account's capacity is used up: nothing goes out but one call after 1, 2, 4 ... at most 10 windows.
-- KEYS  1 capacity:{account}
-- ARGV  1 window_ms  2 batch_id: the batch that met the refusal
#include lanes
local window_ms, batch_id = unpack(ARGV)
local now = clock()
local values = redis.call('HMGET', KEYS[1], 'strikes', 'until', 'probe')
if values[1] and values[3] ~= batch_id then return end  -- one of the calls that were under way
local strikes = tonumber(values[1] or '0') + 1
local pause = math.min(10, 2 ^ (strikes - 1)) * window_ms
redis.call('HSETNX', KEYS[1], 'since', text(now))
redis.call('HSET', KEYS[1], 'strikes', strikes, 'until', text(now + pause))
redis.call('HDEL', KEYS[1], 'probe', 'probe_until')
