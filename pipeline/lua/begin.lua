-- Note that the call of a batch is about to go out, or that the batch is about to end without one. No other worker
-- can do either with this attempt afterwards.
-- ARGV  1 batch_id  2 attempt  3 lease_ms
--       4 begun_by: an id of this request; if its answer is lost, the repeat is recognised by it
--       5 progress: this step and the rejections so far, JSON, or ""; kept, so that a repeat takes the same step
--       6 has_call: "1" for a call, which needs a valid permit; "0" for an end without one
--       7 is_lasting: "1" if the call must not be made twice; its time is kept, for the look-up of its outcome
-- Returns 1; 0 if the batch has another attempt or state, or sending was stopped; -1 if the permit is too old, and
-- the batch needs another.
#include lanes
#include limits
local batch_id, attempt, lease_ms, begun_by, progress, has_call, is_lasting = unpack(ARGV)
local batch = batch_of(batch_id)
if not batch or batch.attempt ~= tonumber(attempt) then return 0 end
if batch.state == 'begun' and redis.call('HGET', 'batch:' .. batch.id, 'begun_by') == begun_by then return 1 end
if batch.state ~= 'claimed' then return 0 end
local now = clock()
if stopped(batch) then
  call_back(batch, now)
  return 0
end
if has_call == '1' and batch.permit_until and now > batch.permit_until then return -1 end
redis.call('HSET', 'batch:' .. batch.id, 'state', 'begun', 'begun_by', begun_by)
if progress ~= '' then redis.call('HSET', 'batch:' .. batch.id, 'progress', progress) end
if is_lasting == '1' then redis.call('HSET', 'batch:' .. batch.id, 'called_at', text(now)) end
redis.call('ZADD', 'flying:' .. batch.connector, text(now + lease_ms), batch.id)
if has_call == '1' then
  count(now, batch.connector, batch.destination, 'calls', 1)
  local limit, permit, class = limit_of(batch)
  call_begun(limit, permit, now, class)
end
return 1
