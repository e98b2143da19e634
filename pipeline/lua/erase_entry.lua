-- Put a tombstone in the place of an entry of the intake, so that the positions of a claim's entries stay the same.
-- KEYS  1 intake:{shard}  2 intake:{shard}:claim
-- ARGV  1 entry  2 tombstone  3 max_entries: how many of the oldest entries to look at
-- Returns {entries replaced, entries that a worker is about to accept}.
#include lanes
local entry, tombstone, max_entries = unpack(ARGV)
local held = redis.call('HMGET', KEYS[2], 'size', 'until')
local size, live = tonumber(held[1] or '0'), tonumber(held[2] or '0') > clock()
local erased, busy, claimed = 0, 0, false
for _, position in ipairs(redis.call('LPOS', KEYS[1], entry, 'COUNT', 0, 'MAXLEN', max_entries)) do
  if live and position < size then
    busy = busy + 1
  else
    redis.call('LSET', KEYS[1], position, tombstone)
    erased = erased + 1
    claimed = claimed or position < size
  end
end
-- A worker that read the entry under the earlier attempt must not accept it any more.
if claimed then redis.call('HINCRBY', KEYS[2], 'attempt', 1) end
return {erased, busy}
