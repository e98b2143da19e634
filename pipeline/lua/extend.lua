-- Let the lease of a batch end `lease_ms` from now.
-- ARGV  1 batch_id  2 attempt  3 lease_ms
-- Returns 1; 0 if the batch has another attempt.
#include lanes
local batch_id, attempt, lease_ms = unpack(ARGV)
local batch = batch_of(batch_id)
if not batch or batch.attempt ~= tonumber(attempt) then return 0 end
redis.call('ZADD', 'flying:' .. batch.connector, text(clock() + lease_ms), batch.id)
return 1
