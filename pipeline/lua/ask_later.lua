-- Ask after a request again in a while.
-- ARGV  1 batch  2 attempt  3 wait, ms
#include lanes
local batch = batch_of(ARGV[1])
if batch and batch.attempt == tonumber(ARGV[2]) and batch.state == 'submitted' then
  redis.call('ZADD', 'polls:' .. batch.connector, text(clock() + ARGV[3]), batch.id)
end
