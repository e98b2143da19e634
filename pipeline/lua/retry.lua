-- Put a batch aside until it may be tried again.
-- ARGV  1 batch  2 attempt  3 wait, ms  4 "1": a try is used up  5 "1": the call was not made, give its permit back
-- Returns how many tries are used up; -1 when this attempt is no longer the batch's.
#include lanes
#include limits
local batch = batch_of(ARGV[1])
if not batch or batch.attempt ~= tonumber(ARGV[2]) then return -1 end
local now = clock()
local key = 'batch:' .. batch.id
redis.call('HINCRBY', key, 'attempt', 1)
put_aside(batch, text(now + ARGV[3]))
redis.call('ZREM', 'polls:' .. batch.connector, batch.id)
redis.call('HDEL', key, 'request')
if ARGV[5] == '1' then return_permit(limit_of(batch)) end
if redis.call('HGET', 'capacity:' .. batch.account, 'probe') == batch.id then
  redis.call('HDEL', 'capacity:' .. batch.account, 'probe', 'probe_until')
end
return redis.call('HINCRBY', key, 'tries', ARGV[4])
