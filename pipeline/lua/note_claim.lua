-- Note why the entries of a claim could not be accepted; its lease goes on, so that they are tried again after it.
-- KEYS  1 intake:{shard}:claim
-- ARGV  1 claim_id  2 attempt  3 why
local claim_id, attempt, why = unpack(ARGV)
local held = redis.call('HMGET', KEYS[1], 'id', 'attempt')
if held[1] == claim_id and held[2] == attempt then redis.call('HSET', KEYS[1], 'why', why) end
