-- Return of each profile the row that a newer one would overlay, and the time of its newest change, microseconds
-- since the epoch; "" if there is no row, or the time is not known.
-- ARGV  1 destination  then profiles, at most as many as a claim has entries
#include lanes
local destination = unpack(ARGV, 1, 1)
local profiles, keys = {}, {}
for i = 2, #ARGV do profiles[i - 1] = ARGV[i] end
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
