-- Return of each profile the row that a newer one would overlay, and when its newest change happened,
-- microseconds since the epoch; "" when there is none, or that is not known.
-- ARGV  1 destination  then profiles
#include lanes
local answer = {}
for i = 2, #ARGV do
  local found = overlaid(ARGV[1], ARGV[i])
  table.insert(answer, found and found.row or '')
  table.insert(answer, redis.call('GET', 'newest:' .. ARGV[1] .. ':' .. redis.sha1hex(ARGV[i])) or '')
end
return answer
