-- Take the row of one profile out of a batch that nobody is at: it waits, or was claimed and its lease ran out.
-- ARGV  1 batch  2 attempt  3 profile  4 what has been done with the other rows so far, or ""
-- Returns 1; 0 when somebody is at it, or it has got further.
#include lanes
local batch = batch_of(ARGV[1])
if not batch or batch.attempt ~= tonumber(ARGV[2]) then return 0 end
local key, now = 'batch:' .. batch.id, clock()
local lease = tonumber(redis.call('ZSCORE', 'flying:' .. batch.connector, batch.id) or '0')
if batch.state ~= 'waiting' and not (batch.state == 'claimed' and lease <= now) then return 0 end
if redis.call('ZREM', key .. ':rows', ARGV[3]) == 0 then return 0 end
local left = redis.call('ZCARD', key .. ':rows')
if left == 0 then
  forget(batch)
else
  redis.call('HSET', key, 'rows', left, 'progress', ARGV[4])
  if ARGV[4] == '' then redis.call('HDEL', key, 'progress') end
  if batch.state == 'claimed' then
    redis.call('HINCRBY', key, 'attempt', 1)
    put_aside(batch, text(now))
  end
end
local touched = {}
redis.call('HDEL', 'rows:' .. batch.destination, ARGV[3])
promote(batch.destination, ARGV[3], touched)
refresh_all(touched)
count(now, batch.connector, batch.destination, 'erased', 1)
return 1
