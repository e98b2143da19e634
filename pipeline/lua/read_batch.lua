-- Read a batch and its rows; change nothing.
-- ARGV  1 batch_id
-- Returns its fields as name, value ...; its profiles; and their rows. Nothing if there is no such batch.
#include lanes
local batch_id = unpack(ARGV)
local batch = batch_of(batch_id)
if not batch or not batch.state then return {} end
local profiles = redis.call('ZRANGE', 'batch:' .. batch.id .. ':rows', 0, -1)
local rows = redis.call('HMGET', 'rows:' .. batch.destination, unpack(profiles))
return {redis.call('HGETALL', 'batch:' .. batch.id), profiles, rows}
