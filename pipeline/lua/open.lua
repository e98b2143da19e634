-- Read a batch and its rows, and note nothing.
-- ARGV  1 batch
-- Returns its fields as name, value ...; its profiles; and their rows. Nothing when there is no such batch.
#include lanes
local batch = batch_of(ARGV[1])
if not batch or not batch.state then return {} end
local profiles = redis.call('ZRANGE', 'batch:' .. batch.id .. ':rows', 0, -1)
local rows = redis.call('HMGET', 'rows:' .. batch.destination, unpack(profiles))
return {redis.call('HGETALL', 'batch:' .. batch.id), profiles, rows}
