-- Note that the call of a batch was taken on, and is answered later under a request of its own.
-- ARGV  1 batch_id  2 attempt  3 request  4 wait_ms: until it is first asked after
-- Returns 1; 0 if the batch has another attempt.
#include lanes
local batch_id, attempt, request, wait_ms = unpack(ARGV)
local batch = batch_of(batch_id)
if not batch or batch.attempt ~= tonumber(attempt) then return 0 end
redis.call('HSET', 'batch:' .. batch.id, 'state', 'submitted', 'request', request, 'asked', 0)
redis.call('ZREM', 'flying:' .. batch.connector, batch.id)
redis.call('ZADD', 'polls:' .. batch.connector, text(clock() + wait_ms), batch.id)
if redis.call('HGET', 'capacity:' .. batch.account, 'probe') == batch.id then
  redis.call('DEL', 'capacity:' .. batch.account)
end
return 1
