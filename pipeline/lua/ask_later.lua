-- Ask after a request again in a while; nothing is done if the batch no longer waits for an answer.
-- ARGV  1 batch_id  2 attempt  3 wait_ms
#include lanes
local batch_id, attempt, wait_ms = unpack(ARGV)
local batch = batch_of(batch_id)
if batch and batch.attempt == tonumber(attempt) and batch.state == 'submitted' then
  redis.call('ZADD', 'polls:' .. batch.connector, text(clock() + wait_ms), batch.id)
end
