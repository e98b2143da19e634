-- Claim the oldest entries of one shard; if the lease of an earlier claim ran out, claim the entries of that again.
-- KEYS  1 intake:{shard}  2 intake:{shard}:claim
-- ARGV  1 new_id: for a new claim  2 max_entries  3 lease_ms  4 worker
-- Returns {claim id, attempt, number of entries, version of the catalog published last, offset: entries of this claim
-- that were accepted before, 1 if the server has no room left, else 0, deaths: workers that were killed while they had
-- this one entry}; nothing if the shard is empty or another worker has claimed it.
#include lanes
local new_id, max_entries, lease_ms, worker = unpack(ARGV)
local now = clock()
local held = redis.call('HMGET', KEYS[2], 'id', 'until', 'size', 'attempt', 'offset', 'rest', 'worker', 'deaths')
if held[1] and held[1] ~= new_id and tonumber(held[2]) > now then return {} end
local id, attempt = held[1] or new_id, tonumber(held[4] or '0') + 1
local size = math.min(redis.call('LLEN', KEYS[1]), tonumber(held[3] or max_entries))
local rest, deaths = tonumber(held[6] or '0'), tonumber(held[8] or '0')
-- An entry may have killed the worker of the earlier claim. It is claimed with fewer each time, in the end alone.
if held[7] and held[1] ~= new_id and redis.call('EXISTS', 'alive:' .. held[7]) == 0 then
  local fewer = math.ceil(size / 10)
  if fewer == size then deaths = deaths + 1 end
  size, rest = fewer, rest + size - fewer
end
if size == 0 then
  redis.call('DEL', KEYS[2])
  return {}
end
redis.call('HSET', KEYS[2], 'id', id, 'until', text(now + lease_ms), 'size', size, 'attempt', attempt,
  'rest', rest, 'worker', worker, 'deaths', deaths)
redis.call('HSETNX', KEYS[2], 'since', text(now))

local function is_full()
  local memory = redis.pcall('INFO', 'memory')
  if type(memory) ~= 'string' then return false end  -- its user may not ask
  local used, limit = string.match(memory, 'used_memory:(%d+)'), string.match(memory, 'maxmemory:(%d+)') or '0'
  return limit ~= '0' and tonumber(used) >= tonumber(limit)
end

local catalog, offset = tonumber(redis.call('GET', 'catalog') or '0'), tonumber(held[5] or '0')
return {id, attempt, size, catalog, offset, is_full() and 1 or 0, deaths}
