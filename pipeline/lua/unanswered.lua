-- Find batches that were claimed some time ago and that no worker has begun.
-- ARGV  1 connector  2 max_batches  3 lease_left_ms: the most that is left of their leases
-- Returns {batch, attempt, ...}.
#include lanes
local connector, max_batches, lease_left_ms = unpack(ARGV)
local answer, latest = {}, text(clock() + lease_left_ms)
for _, id in ipairs(redis.call('ZRANGEBYSCORE', 'flying:' .. connector, '-inf', latest)) do
  local found = redis.call('HMGET', 'batch:' .. id, 'state', 'attempt')
  if found[1] == 'claimed' then
    table.insert(answer, id)
    table.insert(answer, found[2])
    if #answer >= 2 * max_batches then break end
  end
end
return answer
