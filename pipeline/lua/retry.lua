-- Put a batch aside until it may be tried again.
-- ARGV  1 batch_id  2 attempt  3 wait_ms  4 spend: "1" uses one of its tries up, "0" none
--       5 refund: "1": the call was not made, give its permit back
-- Returns how many tries are used up; -1 if the batch has another attempt.
#include lanes
#include limits
local batch_id, attempt, wait_ms, spend, refund = unpack(ARGV)
local batch = batch_of(batch_id)
if not batch or batch.attempt ~= tonumber(attempt) then return -1 end
local now = clock()
local key = 'batch:' .. batch.id
redis.call('HINCRBY', key, 'attempt', 1)
put_aside(batch, text(now + wait_ms))
redis.call('ZREM', 'polls:' .. batch.connector, batch.id)
redis.call('HDEL', key, 'request')
if refund == '1' then return_permit(limit_of(batch)) end
if redis.call('HGET', 'capacity:' .. batch.account, 'probe') == batch.id then
  redis.call('HDEL', 'capacity:' .. batch.account, 'probe', 'probe_until')
end
return redis.call('HINCRBY', key, 'tries', spend)
