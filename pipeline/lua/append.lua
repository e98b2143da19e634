-- Append one chunk of activations to the intake, once however often this runs.
-- KEYS  1 producer:{producer}  2.. intake:{shard} of every shard that gets entries
-- ARGV  1 the chunk's number  2 how long the number is remembered, s  3 MessagePack of the entries of each shard
-- Returns which shards to ring for, by position from 0: those that were empty, or all when this is a repeat.
local ring = {}
if tonumber(redis.call('GET', KEYS[1]) or '0') >= tonumber(ARGV[1]) then
  for i = 2, #KEYS do ring[i - 1] = i - 2 end
  return ring
end

for i, entries in ipairs(cmsgpack.unpack(ARGV[3])) do
  local length = redis.call('RPUSH', KEYS[1 + i], unpack(entries))
  if length == #entries then ring[#ring + 1] = i - 1 end
end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[2])
return ring
