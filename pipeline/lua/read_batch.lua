-- Read a batch and its rows, and note the worker that goes on with it.
-- ARGV  1 batch_id  2 worker: "" if the batch is only read
-- Returns its fields as name, value ...; its profiles; and their rows. Nothing if there is no such batch.
#include lanes
local batch_id, worker = unpack(ARGV)
local batch = batch_of(batch_id)
if not batch or not batch.state then return {} end
if worker ~= '' and batch.state == 'claimed' then redis.call('HSET', 'batch:' .. batch.id, 'worker', worker) end
local profiles = redis.call('ZRANGE', 'batch:' .. batch.id .. ':rows', 0, -1)
local rows = redis.call('HMGET', 'rows:' .. batch.destination, unpack(profiles))
return {redis.call('HGETALL', 'batch:' .. batch.id), profiles, rows}
