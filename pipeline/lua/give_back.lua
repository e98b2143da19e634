-- Give the rows of a batch that was not begun back to their lane, because its destination was changed. If Redis does
-- not have the change yet, the rows would be claimed again at once, so the batch waits a second.
-- ARGV  1 batch_id  2 attempt
-- Returns 1; 0 if the batch has another attempt, or was begun.
#include lanes
#include limits
local batch_id, attempt = unpack(ARGV)
local batch = batch_of(batch_id)
if not batch or batch.attempt ~= tonumber(attempt) or batch.state ~= 'claimed' then return 0 end
return_permit(limit_of(batch))
local settings = settings_of(batch.destination)
local changed = not settings
  or ready_key(settings.connector, settings.func, batch.lane) ~= ready_key(batch.connector, batch.func, batch.lane)
if changed then
  finish(batch, 'all')
else
  redis.call('HINCRBY', 'batch:' .. batch.id, 'attempt', 1)
  put_aside(batch, text(clock() + 1000))
end
return 1
