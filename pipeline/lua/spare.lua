-- Give the workers of begun batches time to renew leases that ended while Redis was away, once for each attempt. A lease
-- that ends at 0 was given up (extend.lua).
-- ARGV  1 connector  2 grace_ms
#include lanes
local connector, grace_ms = unpack(ARGV)
local flying, now = 'flying:' .. connector, clock()
for _, id in ipairs(redis.call('ZRANGEBYSCORE', flying, '(0', text(now))) do
  local found = redis.call('HMGET', 'batch:' .. id, 'state', 'attempt', 'spared')
  if found[1] == 'begun' and found[3] ~= found[2] then
    redis.call('HSET', 'batch:' .. id, 'spared', found[2])
    redis.call('ZADD', flying, text(now + grace_ms), id)
  end
end
