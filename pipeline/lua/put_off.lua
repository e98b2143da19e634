-- Give back a claim on the intake before its entries are added; the next worker claims the same entries again.
-- KEYS  1 intake:{shard}:claim
-- ARGV  1 claim_id  2 attempt
local claim_id, attempt = unpack(ARGV)
local held = redis.call('HMGET', KEYS[1], 'id', 'attempt')
if held[1] ~= claim_id or held[2] ~= attempt then return end
redis.call('HSET', KEYS[1], 'until', 0)
redis.call('HDEL', KEYS[1], 'worker')
