-- Let the lease of a batch end so much later from now; 1 when the batch is still this attempt's.
-- ARGV  1 batch  2 attempt  3 lease, ms
#include lanes
local batch = batch_of(ARGV[1])
if not batch or batch.attempt ~= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', 'flying:' .. batch.connector, text(clock() + ARGV[3]), batch.id)
return 1
