-- Note that the call of a batch was taken on, and is answered later under a request of its own.
-- ARGV  1 batch  2 attempt  3 request  4 wait until it is first asked after, ms
-- Returns 1; 0 when this attempt is no longer the batch's.
#include lanes
local batch = batch_of(ARGV[1])
if not batch or batch.attempt ~= tonumber(ARGV[2]) then return 0 end
redis.call('HSET', 'batch:' .. batch.id, 'state', 'submitted', 'request', ARGV[3], 'asked', 0)
redis.call('ZREM', 'flying:' .. batch.connector, batch.id)
redis.call('ZADD', 'polls:' .. batch.connector, text(clock() + ARGV[4]), batch.id)
if redis.call('HGET', 'capacity:' .. batch.account, 'probe') == batch.id then
  redis.call('DEL', 'capacity:' .. batch.account)
end
return 1
