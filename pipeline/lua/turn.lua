-- Let a batch go on with its next step, for which it needs a permit of another function.
-- ARGV  1 batch  2 attempt  3 function  4 what has been done so far, JSON, "" for nothing  5 wait, ms
--       6 "1": the permit it came with was not used  7 "1": it takes no slot of its connector meanwhile
-- Returns 1; 0 when this attempt is no longer the batch's.
#include lanes
#include limits
local batch = batch_of(ARGV[1])
if not batch or batch.attempt ~= tonumber(ARGV[2]) then return 0 end
local key = 'batch:' .. batch.id
local limit, permit = limit_of(batch)
if ARGV[6] == '1' then return_permit(limit, permit) else call_answered(limit, permit, clock()) end
if redis.call('HGET', 'capacity:' .. batch.account, 'probe') == batch.id then
  redis.call('HDEL', 'capacity:' .. batch.account, 'probe', 'probe_until')
  if ARGV[6] ~= '1' then redis.call('DEL', 'capacity:' .. batch.account) end
end
redis.call('ZREM', 'polls:' .. batch.connector, batch.id)
redis.call('HINCRBY', key, 'attempt', 1)
redis.call('HSET', key, 'function', ARGV[3], 'tries', 0)
redis.call('HDEL', key, 'request')
if ARGV[4] ~= '' then redis.call('HSET', key, 'progress', ARGV[4]) end
redis.call('SADD', 'ways', batch.connector .. ':' .. ARGV[3])
batch.func = ARGV[3]
put_aside(batch, text(clock() + ARGV[5]))
if ARGV[7] == '1' then redis.call('ZREM', 'flying:' .. batch.connector, batch.id) end
return 1
