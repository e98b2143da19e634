-- Put a tombstone in the place of an entry of the intake: positions stay what a claim takes them for.
-- KEYS  1 intake:{shard}  2 intake:{shard}:claim
-- ARGV  1 the entry  2 the tombstone  3 how many of the oldest entries to look at
-- Returns {how many were replaced, how many are in the hands of a worker}.
#include lanes
local held = redis.call('HMGET', KEYS[2], 'size', 'until')
local size, live = tonumber(held[1] or '0'), tonumber(held[2] or '0') > clock()
local erased, busy, claimed = 0, 0, false
for _, position in ipairs(redis.call('LPOS', KEYS[1], ARGV[1], 'COUNT', 0, 'MAXLEN', ARGV[3])) do
  if live and position < size then
    busy = busy + 1
  else
    redis.call('LSET', KEYS[1], position, ARGV[2])
    erased = erased + 1
    claimed = claimed or position < size
  end
end
if claimed then redis.call('HINCRBY', KEYS[2], 'attempt', 1) end  -- who had read it must not accept it any more
return {erased, busy}
