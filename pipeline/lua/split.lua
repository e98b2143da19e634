-- Halve a batch that was refused as a whole, so that a bad row comes to stand alone.
-- ARGV  1 batch  2 attempt  3 and 4 ids of the halves  5 and 6 what has been done with their rows so far, or ""
-- Returns 1; 0 when this attempt is no longer the batch's.
#include lanes
local batch = batch_of(ARGV[1])
if not batch or batch.attempt ~= tonumber(ARGV[2]) then return 0 end
local now = text(clock())
local whole = 'batch:' .. batch.id .. ':rows'
local middle = math.floor(redis.call('ZCARD', whole) / 2)
for half = 0, 1 do
  local id = ARGV[3 + half]
  local rows = redis.call('ZRANGESTORE', 'batch:' .. id .. ':rows', whole, half * middle, half == 0 and middle - 1 or -1)
  redis.call('HSET', 'batch:' .. id, 'destination', batch.destination, 'lane', batch.lane, 'connector', batch.connector,
    'function', batch.func, 'account', batch.account, 'attempt', 0, 'tries', 0, 'rows', rows)
  if ARGV[5 + half] ~= '' then redis.call('HSET', 'batch:' .. id, 'progress', ARGV[5 + half]) end
  put_aside({id = id, connector = batch.connector, func = batch.func}, now)
end
forget(batch)
return 1
