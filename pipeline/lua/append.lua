-- Append one chunk of activations to the intake, once however often this runs.
-- KEYS  1 producer:{producer}  2.. intake:{shard} of every shard that gets entries
-- ARGV  1 chunk_number  2 remember_seconds: for which the number is known  3 packed: MessagePack of each shard's entries
-- Returns the shards to ring for, by position from 0: those that were empty, or all if this is a repeat.
local chunk_number, remember_seconds, packed = unpack(ARGV)
local ring = {}
if tonumber(redis.call('GET', KEYS[1]) or '0') >= tonumber(chunk_number) then
  for i = 2, #KEYS do ring[i - 1] = i - 2 end
  return ring
end

for i, entries in ipairs(cmsgpack.unpack(packed)) do
  local length = redis.call('RPUSH', KEYS[1 + i], unpack(entries))
  if length == #entries then ring[#ring + 1] = i - 1 end
end
redis.call('SET', KEYS[1], chunk_number, 'EX', remember_seconds)
return ring
