-- Append one chunk of activations to the intake, once however often this runs.
-- KEYS  1 producer:{producer}  2.. intake:{shard} of every shard that gets entries
-- ARGV  1 the chunk's number  2 how long the number is remembered, s
--       then for every shard how many entries; then the entries, in the order of the shards
-- Returns which shards to ring for, by position from 0: those that were empty, or all when this is a repeat.
local shards = #KEYS - 1
local ring = {}
if tonumber(redis.call('GET', KEYS[1]) or '0') >= tonumber(ARGV[1]) then
  for i = 1, shards do ring[i] = i - 1 end
  return ring
end

local first = 3 + shards
for i = 1, shards do
  local count = tonumber(ARGV[2 + i])
  local length = redis.call('RPUSH', KEYS[1 + i], unpack(ARGV, first, first + count - 1))
  if length == count then ring[#ring + 1] = i - 1 end
  first = first + count
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return ring
