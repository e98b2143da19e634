-- Give back a claim on the intake, whose entries have not been added; the next one takes it up as it is.
-- KEYS  1 intake:{shard}:claim   ARGV  1 claim id  2 attempt
local held = redis.call('HMGET', KEYS[1], 'id', 'attempt')
if held[1] == ARGV[1] and held[2] == ARGV[2] then redis.call('HSET', KEYS[1], 'until', 0) end
