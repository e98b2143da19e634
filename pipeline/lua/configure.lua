-- Write what the scripts need to know of one destination, and find anew when its lanes are due.
-- ARGV  1 destination  2 connector  3 function  4 max_rows  5 max_age, ms  6 why it is stopped, or ""
--       7 seconds within which a profile is taken once, 0: always  8 version of the catalog
--       then further functions it may use
#include lanes
#include catalog
if newest_catalog(ARGV[8]) ~= ARGV[8] then return end
redis.call('SADD', 'ways', ARGV[2] .. ':' .. ARGV[3])
for i = 9, #ARGV do redis.call('SADD', 'ways', ARGV[2] .. ':' .. ARGV[i]) end
if redis.call('EXISTS', 'behind:' .. ARGV[1]) == 0 then  -- 0.1.0 had none
  for _, member in ipairs(redis.call('ZRANGE', 'parked:' .. ARGV[1], 0, -1)) do
    redis.call('SADD', 'behind:' .. ARGV[1], string.match(member, '^[^%z]*'))
  end
end
local key = 'destination:' .. ARGV[1]
local known, same = redis.call('HMGET', key, 'connector', 'function', 'max_rows', 'max_age', 'stopped', 'dedupe'), true
for i, value in ipairs(known) do same = same and value == ARGV[i + 1] end
if same then return end  -- every worker publishes, and there may be many lanes
local before = settings_of(ARGV[1])
local lanes = redis.call('SMEMBERS', 'lanes:' .. ARGV[1])
if before then
  for _, lane in ipairs(lanes) do redis.call('ZREM', ready_key(before.connector, before.func, lane), lane) end
end
redis.call('HSET', key, 'connector', ARGV[2], 'function', ARGV[3], 'max_rows', ARGV[4], 'max_age', ARGV[5], 'stopped', ARGV[6],
  'dedupe', ARGV[7])
for _, lane in ipairs(lanes) do refresh(lane) end
