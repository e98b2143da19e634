-- Let rows leave a batch that goes on without them: into a batch of their own that waits for its next try, or back to
-- their lane.
-- ARGV  1 batch_id  2 attempt  3 row_count: of the whole batch  4 apart_id: of the batch of their own; "" for the lane
--       5 wait_ms: until its next try
--       6 apart_progress  7 progress: of the rows that stay; JSON, or ""
--       then the positions of the rows that leave, from 0
-- Returns 1; 0 if the batch has another attempt.
#include lanes
local batch_id, attempt, row_count, apart_id, wait_ms, apart_progress, progress = unpack(ARGV, 1, 7)
local batch = batch_of(batch_id)
if not batch or batch.attempt ~= tonumber(attempt) then return 0 end
local key = 'batch:' .. batch.id
if redis.call('ZCARD', key .. ':rows') ~= tonumber(row_count) then return 1 end  -- a repeat: the answer was lost

local positions = {}
for i = 8, #ARGV do positions[tonumber(ARGV[i]) + 1] = true end
if apart_id == '' then
  move_rows(batch, positions, 'lane:' .. batch.lane)
  refresh(batch.lane)
else
  local apart = 'batch:' .. apart_id
  move_rows(batch, positions, apart .. ':rows')
  redis.call('HSET', apart, 'destination', batch.destination, 'lane', batch.lane, 'connector', batch.connector,
    'function', batch.func, 'account', batch.account, 'attempt', 0, 'tries', 0, 'rows', #ARGV - 7,
    'progress', apart_progress)
  put_aside({id = apart_id, connector = batch.connector, func = batch.func}, text(clock() + wait_ms))
  redis.call('ZREM', 'flying:' .. batch.connector, apart_id)  -- no slot of the connector's: other batches may go
end
redis.call('HSET', key, 'rows', redis.call('ZCARD', key .. ':rows'))
redis.call('HDEL', key, 'progress')
if progress ~= '' then redis.call('HSET', key, 'progress', progress) end
return 1
