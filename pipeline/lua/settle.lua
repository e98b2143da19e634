-- End a batch: its rows leave, those given back return to their lane. Then take the next one, where that is wanted.
-- ARGV  1 batch  2 attempt  3 how many rows to give back, and their positions, from 0
--       then nothing, or what claim.inc.lua takes
-- Returns {1, what claim.inc.lua returns}; {0, the same} when this attempt is no longer the batch's (it has been
-- settled, or is somebody else's).
#include lanes
#include limits
#include claim
local last = 3 + tonumber(ARGV[3])

local function settle(batch)
  local returned = nil
  for i = 4, last do
    returned = returned or {}
    returned[tonumber(ARGV[i]) + 1] = true
  end
  local limit, permit = limit_of(batch)
  call_answered(limit, permit, clock())
  finish(batch, returned)
  if redis.call('HGET', 'capacity:' .. batch.account, 'probe') == batch.id then
    redis.call('DEL', 'capacity:' .. batch.account)
  end
end

local batch = batch_of(ARGV[1])
local ours = batch and batch.attempt == tonumber(ARGV[2])
if ours then settle(batch) end
local following = #ARGV > last and claim({unpack(ARGV, last + 1)}) or {}
return {ours and 1 or 0, following}
