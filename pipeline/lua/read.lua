-- Return {profile, row, ...} of a batch, and note nothing.
-- ARGV  1 batch
#include lanes
local batch = batch_of(ARGV[1])
return batch and rows_of(batch) or {}
