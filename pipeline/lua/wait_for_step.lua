-- Let a batch wait for its next step, which needs a permit of another function.
-- ARGV  1 batch_id  2 attempt  3 func: of the next step  4 progress: next step and rejections so far, JSON, or ""
--       5 wait_ms  6 refund: "1": the permit it came with was not used
--       7 outside: "1": while it waits it takes no slot of its connector
-- Returns 1; 0 if the batch has another attempt.
#include lanes
#include limits
local batch_id, attempt, func, progress, wait_ms, refund, outside = unpack(ARGV)
local batch = batch_of(batch_id)
if not batch or batch.attempt ~= tonumber(attempt) then return 0 end
local key = 'batch:' .. batch.id
local limit, permit, class = limit_of(batch)
if refund == '1' then return_permit(limit, permit, class) else call_answered(limit, permit, clock(), class) end
if redis.call('HGET', 'capacity:' .. batch.account, 'probe') == batch.id then
  redis.call('HDEL', 'capacity:' .. batch.account, 'probe', 'probe_until')
  if refund ~= '1' then redis.call('DEL', 'capacity:' .. batch.account) end
end
redis.call('ZREM', 'polls:' .. batch.connector, batch.id)
redis.call('HINCRBY', key, 'attempt', 1)
redis.call('HSET', key, 'function', func, 'tries', 0)
redis.call('HDEL', key, 'request')
if progress ~= '' then redis.call('HSET', key, 'progress', progress) end
redis.call('SADD', 'ways', batch.connector .. ':' .. func)
batch.func = func
put_aside(batch, text(clock() + wait_ms))
if outside == '1' then redis.call('ZREM', 'flying:' .. batch.connector, batch.id) end
return 1
