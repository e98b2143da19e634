-- Claim the oldest entries of one shard, or again those of a claim whose lease ran out.
-- KEYS  1 intake:{shard}  2 intake:{shard}:claim
-- ARGV  1 id for a new claim  2 most entries  3 lease, ms
-- Returns {claim id, attempt, how many entries, version of the catalog published last}; nothing when the shard is
-- empty or somebody has it.
#include lanes
local now = clock()
local held = redis.call('HMGET', KEYS[2], 'id', 'until', 'size', 'attempt')
if held[1] and held[1] ~= ARGV[1] and tonumber(held[2]) > now then return {} end
local id, attempt = held[1] or ARGV[1], tonumber(held[4] or '0') + 1
local size = math.min(redis.call('LLEN', KEYS[1]), tonumber(held[3] or ARGV[2]))
if size == 0 then
  redis.call('DEL', KEYS[2])
  return {}
end
redis.call('HSET', KEYS[2], 'id', id, 'until', text(now + ARGV[3]), 'size', size, 'attempt', attempt)
return {id, attempt, size, tonumber(redis.call('GET', 'catalog') or '0')}
