-- Let the lease of a batch end `lease_ms` from now.
-- ARGV  1 batch_id  2 attempt  3 lease_ms: "0" when the worker gives the batch up, which no grace keeps from others
-- A batch whose answer is asked for has no lease: a worker's timer may come to it just after its call was submitted.
-- Returns 1; 0 if the batch has another attempt, or no lease.
#include lanes
local batch_id, attempt, lease_ms = unpack(ARGV)
local batch = batch_of(batch_id)
if not batch or batch.attempt ~= tonumber(attempt) or batch.state == 'submitted' then return 0 end
local ends = tonumber(lease_ms) == 0 and 0 or clock() + lease_ms
redis.call('ZADD', 'flying:' .. batch.connector, text(ends), batch.id)
return 1
