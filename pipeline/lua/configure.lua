-- Write the settings of one destination that the scripts need, and find out anew when its lanes are due.
-- ARGV  1 destination  2 connector  3 func: of its first call  4 max_rows  5 max_age_ms  6 stopped: the reason, or ""
--       7 dedupe_seconds: within which a profile is taken once, 0: always  8 version: of the catalog
--       9 priority: "first", or ""
--       then further functions that its calls may use
#include lanes
#include catalog
local destination, connector, func, max_rows, max_age_ms, stopped, dedupe_seconds, version, priority = unpack(ARGV, 1, 9)
if newest_catalog(version) ~= version then return end
redis.call('SADD', 'ways', connector .. ':' .. func)
for i = 10, #ARGV do redis.call('SADD', 'ways', connector .. ':' .. ARGV[i]) end
if redis.call('EXISTS', 'behind:' .. destination) == 0 then  -- 0.1.0 had none
  for _, member in ipairs(redis.call('ZRANGE', 'parked:' .. destination, 0, -1)) do
    redis.call('SADD', 'behind:' .. destination, string.match(member, '^[^%z]*'))
  end
end
local key = 'destination:' .. destination
local stored = redis.call('HMGET', key, 'connector', 'function', 'max_rows', 'max_age', 'stopped', 'dedupe', 'priority')
local same = true
for i, value in ipairs({connector, func, max_rows, max_age_ms, stopped, dedupe_seconds, priority}) do
  same = same and value == (stored[i] or '')
end
if same then return end  -- every worker publishes, and there may be many lanes
local before = settings_of(destination)
local lanes = redis.call('SMEMBERS', 'lanes:' .. destination)
if before then
  for _, lane in ipairs(lanes) do
    redis.call('ZREM', ready_key(before.connector, before.func, lane, before.priority), lane)
  end
end
redis.call('HSET', key, 'connector', connector, 'function', func, 'max_rows', max_rows, 'max_age', max_age_ms,
  'stopped', stopped, 'dedupe', dedupe_seconds, 'priority', priority)
for _, lane in ipairs(lanes) do refresh(lane) end
