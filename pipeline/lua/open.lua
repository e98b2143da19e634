-- Read a batch and its rows, and note nothing.
-- ARGV  1 batch
-- Returns {fields as name, value ...}, {profile ...}, {row ...}; nothing when there is no such batch.
#include lanes
local batch = batch_of(ARGV[1])
if not batch or not batch.state then return {} end
return contents(batch.id, batch.destination)
