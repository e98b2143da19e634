-- End a batch: its rows leave, and those given back return to their lane. Then, if asked, claim the next batch.
-- ARGV  1 batch_id  2 attempt  3 returned_count: rows to give back
--       then their positions, from 0; then nothing, or the arguments of claim.inc.lua
-- Returns {1, the answer of claim.inc.lua}; {0, the same} if the batch has another attempt or has been settled.
#include lanes
#include limits
#include claim
local batch_id, attempt, returned_count = unpack(ARGV, 1, 3)
local last_position = 3 + tonumber(returned_count)

local function settle(batch)
  local returned = nil
  for i = 4, last_position do
    returned = returned or {}
    returned[tonumber(ARGV[i]) + 1] = true
  end
  local limit, permit, class = limit_of(batch)
  call_answered(limit, permit, clock(), class)
  finish(batch, returned)
  if redis.call('HGET', 'capacity:' .. batch.account, 'probe') == batch.id then
    redis.call('DEL', 'capacity:' .. batch.account)
  end
end

local batch = batch_of(batch_id)
local ours = batch and batch.attempt == tonumber(attempt)
if ours then settle(batch) end
local next_claim = #ARGV > last_position and claim({unpack(ARGV, last_position + 1)}) or {}
return {ours and 1 or 0, next_claim}
