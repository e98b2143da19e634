-- End a batch: its rows leave, those given back return to their lane.
-- ARGV  1 batch  2 attempt  then the positions, from 0, of rows to give back
-- Returns 1; 0 when this attempt is no longer the batch's (it has been settled, or is somebody else's).
#include lanes
#include limits
local batch = batch_of(ARGV[1])
if not batch or batch.attempt ~= tonumber(ARGV[2]) then return 0 end
local returned = nil
for i = 3, #ARGV do
  returned = returned or {}
  returned[tonumber(ARGV[i]) + 1] = true
end
local limit, permit = limit_of(batch)
call_answered(limit, permit, clock())
finish(batch, returned)
if redis.call('HGET', 'capacity:' .. batch.account, 'probe') == batch.id then
  redis.call('DEL', 'capacity:' .. batch.account)
end
return 1
