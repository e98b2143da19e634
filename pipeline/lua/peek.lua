-- Return of each profile the row that a newer one would overlay, and when its newest change happened,
-- microseconds since the epoch; "" when there is none, or that is not known.
-- ARGV  1 destination  then profiles, as many as a claim has at most
#include lanes
local destination, profiles, keys = ARGV[1], {unpack(ARGV, 2)}, {}
for i, profile in ipairs(profiles) do keys[i] = newest_key(destination, profile) end
local first = redis.call('HMGET', 'rows:' .. destination, unpack(profiles))
local newest = redis.call('MGET', unpack(keys))
local answer = {}
for i, profile in ipairs(profiles) do
  local found = first[i] and overlaid(destination, profile)
  answer[2 * i - 1] = found and found.row or ''
  answer[2 * i] = newest[i] or ''
end
return answer
