-- Halve a batch that was refused as a whole or has killed its workers, so that in the end a bad row stands alone.
-- ARGV  1 batch_id  2 attempt  3 first_id  4 second_id: of the halves
--       5 first_progress  6 second_progress: step and rejections so far, JSON, or ""
-- Returns 1; 0 if the batch has another attempt.
#include lanes
#include limits
local batch_id, attempt, first_id, second_id, first_progress, second_progress = unpack(ARGV)
local batch = batch_of(batch_id)
if not batch or batch.attempt ~= tonumber(attempt) then return 0 end
local now = text(clock())
local deaths = tonumber(redis.call('HGET', 'batch:' .. batch.id, 'deaths') or '0')
local whole = 'batch:' .. batch.id .. ':rows'
local middle = math.floor(redis.call('ZCARD', whole) / 2)

local function half(id, from, to, progress)
  local rows = redis.call('ZRANGESTORE', 'batch:' .. id .. ':rows', whole, from, to)
  redis.call('HSET', 'batch:' .. id, 'destination', batch.destination, 'lane', batch.lane, 'connector', batch.connector,
    'function', batch.func, 'account', batch.account, 'attempt', 0, 'tries', 0, 'rows', rows)
  if deaths > 1 then redis.call('HSET', 'batch:' .. id, 'deaths', deaths - 1) end  -- one more halves it again
  if batch.first then redis.call('HSET', 'batch:' .. id, 'first', batch.first) end
  if progress ~= '' then redis.call('HSET', 'batch:' .. id, 'progress', progress) end
  put_aside({id = id, connector = batch.connector, func = batch.func}, now)
end

if batch.state == 'claimed' then return_permit(limit_of(batch)) end
half(first_id, 0, middle - 1, first_progress)
half(second_id, middle, -1, second_progress)
forget(batch)
return 1
