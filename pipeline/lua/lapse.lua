-- Take back batches after the end of their lease. A batch that was not begun waits for a new permit; if the worker
-- that had it was killed, that is counted, for a row may have done so. A batch that was begun may have been sent: its
-- outcome must be found out.
-- ARGV  1 connector  2 max_batches  3 lease_ms: for finding out
-- Returns {batch, attempt, ...} of the batches that were begun.
#include lanes
local connector, max_batches, lease_ms = unpack(ARGV)
local now = clock()
local flying = 'flying:' .. connector
local answer = {}

local function count_death(id)
  local worker = redis.call('HGET', 'batch:' .. id, 'worker') or ''
  if worker ~= '' and redis.call('EXISTS', 'alive:' .. worker) == 0 then
    redis.call('HINCRBY', 'batch:' .. id, 'deaths', 1)
  end
end

for _, id in ipairs(redis.call('ZRANGEBYSCORE', flying, '-inf', text(now), 'LIMIT', 0, max_batches)) do
  local batch = batch_of(id)
  if not batch then
    redis.call('ZREM', flying, id)
  else
    redis.call('HINCRBY', 'batch:' .. id, 'attempt', 1)
    if batch.state == 'claimed' then
      count_death(id)
      put_aside(batch, text(now))
    else
      redis.call('HSET', 'batch:' .. id, 'state', 'lapsed')
      redis.call('ZADD', flying, text(now + lease_ms), id)
      table.insert(answer, id)
      table.insert(answer, batch.attempt + 1)
    end
  end
end
return answer
