-- Take back batches whose lease ran out. What was not begun waits for a new permit; of what was begun
-- somebody must find out what became of it.
-- ARGV  1 connector  2 most  3 lease, ms
-- Returns {batch, attempt, ...} to find out about.
#include lanes
local now = clock()
local flying = 'flying:' .. ARGV[1]
local answer = {}
for _, id in ipairs(redis.call('ZRANGEBYSCORE', flying, '-inf', text(now), 'LIMIT', 0, ARGV[2])) do
  local batch = batch_of(id)
  if not batch then
    redis.call('ZREM', flying, id)
  else
    redis.call('HINCRBY', 'batch:' .. id, 'attempt', 1)
    if batch.state == 'claimed' then
      put_aside(batch, text(now))
    else
      redis.call('HSET', 'batch:' .. id, 'state', 'lapsed')
      redis.call('ZADD', flying, text(now + ARGV[3]), id)
      table.insert(answer, id)
      table.insert(answer, batch.attempt + 1)
    end
  end
end
return answer
