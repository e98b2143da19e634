-- Note that the call of a batch is about to go out, and return its rows.
-- ARGV  1 batch  2 attempt  3 lease, ms  4 id of who begins, who may ask again when the answer was lost
-- Returns {profile, row, ...}; nothing when this attempt is not the one that may send, or sending was stopped.
#include lanes
local batch = batch_of(ARGV[1])
if not batch or batch.attempt ~= tonumber(ARGV[2]) then return {} end
if batch.state == 'begun' and redis.call('HGET', 'batch:' .. batch.id, 'begun_by') == ARGV[4] then
  return rows_of(batch)
end
if batch.state ~= 'claimed' then return {} end
if stopped(batch) then
  finish(batch, 'all')
  return {}
end
local now = clock()
redis.call('HSET', 'batch:' .. batch.id, 'state', 'begun', 'begun_by', ARGV[4])
count(now, batch.connector, batch.destination, 'calls', 1)
redis.call('ZADD', 'flying:' .. batch.connector, text(now + ARGV[3]), batch.id)
return rows_of(batch)
