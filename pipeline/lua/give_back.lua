-- Give the rows of a batch back to their lane, for its destination was changed, unless something was begun with it.
-- Where that is not known here yet they would come straight back, so the batch waits a moment.
-- ARGV  1 batch  2 attempt
-- Returns 1; 0 when this attempt is no longer the batch's, or somebody has begun.
#include lanes
#include limits
local batch = batch_of(ARGV[1])
if not batch or batch.attempt ~= tonumber(ARGV[2]) or batch.state ~= 'claimed' then return 0 end
return_permit(limit_of(batch))
local settings = settings_of(batch.destination)
local known = not settings
  or ready_key(settings.connector, settings.func, batch.lane) ~= ready_key(batch.connector, batch.func, batch.lane)
if known then
  finish(batch, 'all')
else
  redis.call('HINCRBY', 'batch:' .. batch.id, 'attempt', 1)
  put_aside(batch, text(clock() + 1000))
end
return 1
