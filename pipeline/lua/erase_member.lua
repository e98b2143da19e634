-- Take the row of one profile out of a batch that no worker has: it waits, or was claimed and its lease ran out.
-- ARGV  1 batch_id  2 attempt  3 line: that of its row
--       4 progress: step and rejections of the other rows so far, JSON, or ""
-- Returns 1; 0 if a worker has the batch, or it has got further.
#include lanes
local batch_id, attempt, line, progress = unpack(ARGV)
local batch = batch_of(batch_id)
if not batch or batch.attempt ~= tonumber(attempt) then return 0 end
local key, now = 'batch:' .. batch.id, clock()
local lease = tonumber(redis.call('ZSCORE', 'flying:' .. batch.connector, batch.id) or '0')
if batch.state ~= 'waiting' and not (batch.state == 'claimed' and lease <= now) then return 0 end
if redis.call('ZREM', key .. ':rows', line) == 0 then return 0 end
local remaining = redis.call('ZCARD', key .. ':rows')
if remaining == 0 then
  forget(batch)
else
  redis.call('HSET', key, 'rows', remaining, 'progress', progress)
  if progress == '' then redis.call('HDEL', key, 'progress') end
  if batch.state == 'claimed' then
    redis.call('HINCRBY', key, 'attempt', 1)
    put_aside(batch, text(now))
  end
end
local touched = {}
leave(batch.destination, {line}, touched)
refresh_all(touched)
count(now, batch.connector, batch.destination, 'erased', 1)
return 1
