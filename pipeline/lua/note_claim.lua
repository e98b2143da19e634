-- Note why the entries of a claim could not be accepted, and let its lease end soon: they are tried again after it.
-- KEYS  1 intake:{shard}:claim
-- ARGV  1 claim_id  2 attempt  3 why  4 retry_ms
#include lanes
local claim_id, attempt, why, retry_ms = unpack(ARGV)
local held = redis.call('HMGET', KEYS[1], 'id', 'attempt', 'until')
if held[1] ~= claim_id or held[2] ~= attempt then return end
redis.call('HSET', KEYS[1], 'why', why, 'until', text(math.min(tonumber(held[3]), clock() + retry_ms)))
redis.call('HDEL', KEYS[1], 'worker')
