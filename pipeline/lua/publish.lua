-- Write the parts of the catalog that producers and scripts need, unless this catalog is out of date.
-- ARGV  1 version: of the catalog
--       2 overview: JSON {connectors: [[name, reason why it is stopped, or "", whether its account has destinations
--         of the first class]], audiences, destinations}
-- Returns the version of the newest catalog; if it is this one, then the names of destinations that are no more.
#include catalog
local version, overview = unpack(ARGV)
local newest = newest_catalog(version)
if newest ~= version then return {newest} end
local catalog = cjson.decode(overview)
for _, connector in ipairs(catalog.connectors) do
  redis.call('HSET', 'connector:' .. connector[1], 'stopped', connector[2])
  redis.call('HDEL', 'connector:' .. connector[1], 'first')
  if connector[3] then redis.call('HSET', 'connector:' .. connector[1], 'first', '1') end
end
redis.call('DEL', 'audiences')
for _, audience in ipairs(catalog.audiences) do redis.call('SADD', 'audiences', audience) end
for _, name in ipairs(catalog.destinations) do redis.call('SADD', 'destinations', name) end
local there = {}
for _, name in ipairs(catalog.destinations) do there[name] = true end
local answer = {newest}
for _, name in ipairs(redis.call('SMEMBERS', 'destinations')) do
  if not there[name] then answer[#answer + 1] = name end
end
return answer
