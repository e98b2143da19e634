-- Claim only the first half of a claim's entries from now on: accepting all of them failed. The rest comes after them.
-- KEYS  1 intake:{shard}:claim
-- ARGV  1 claim_id  2 attempt  3 why
local claim_id, attempt, why = unpack(ARGV)
local held = redis.call('HMGET', KEYS[1], 'id', 'attempt', 'size', 'rest')
if held[1] ~= claim_id or held[2] ~= attempt then return end
local size = tonumber(held[3])
local half = math.max(1, math.floor(size / 2))
redis.call('HSET', KEYS[1], 'until', 0, 'size', half, 'rest', tonumber(held[4] or '0') + size - half, 'why', why)
redis.call('HDEL', KEYS[1], 'worker')
