-- Note that a call of a batch is about to go out, or that the batch is about to end without one: whoever else has
-- heard of this attempt can do neither any more.
-- ARGV  1 batch  2 attempt  3 lease, ms  4 id of who begins, who may ask again when the answer was lost
--       5 what has been done so far, "" for nothing: which step this is must not depend on what is known later
--       6 "1": there is a call, which needs a permit that is good
-- Returns 1; 0 when this attempt is not the one that may send, or sending was stopped; -1 when it comes too late
-- for its permit, and needs another.
#include lanes
#include limits
local batch = batch_of(ARGV[1])
if not batch or batch.attempt ~= tonumber(ARGV[2]) then return 0 end
if batch.state == 'begun' and redis.call('HGET', 'batch:' .. batch.id, 'begun_by') == ARGV[4] then return 1 end
if batch.state ~= 'claimed' then return 0 end
local now = clock()
if stopped(batch) then
  call_back(batch, now)
  return 0
end
if ARGV[6] == '1' and batch.permit_until and now > batch.permit_until then return -1 end
redis.call('HSET', 'batch:' .. batch.id, 'state', 'begun', 'begun_by', ARGV[4])
if ARGV[5] ~= '' then redis.call('HSET', 'batch:' .. batch.id, 'progress', ARGV[5]) end
redis.call('ZADD', 'flying:' .. batch.connector, text(now + ARGV[3]), batch.id)
if ARGV[6] == '1' then
  count(now, batch.connector, batch.destination, 'calls', 1)
  local limit, permit = limit_of(batch)
  call_begun(limit, permit, now)
end
return 1
