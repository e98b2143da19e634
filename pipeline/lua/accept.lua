-- Add the rows of a claim to their lanes and drop the claim: both or neither.
-- KEYS  1 intake:{shard}  2 intake:{shard}:claim
-- ARGV  1 claim id  2 attempt  3 idempotency window, s  4 how many lanes, and their names,
--       then for every entry: its mark, the profile, how many lanes, and their numbers
--       mark    "" | "i<digest>" once per window | "g<producer>:<sequence>:<digest>" the same, unless that
--               chunk was appended before | "r<digest>" a replay: once per window, not counted as received
--       number  of a lane from 1 on; negative: invalid there, only counted
-- Returns {rows added, rows not valid, entries seen before}; nothing when the claim is no longer ours.
#include lanes
local held = redis.call('HMGET', KEYS[2], 'id', 'attempt', 'size')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return {} end

local now, arrival = clock(), nil
arrival = text(now)
local entries = redis.call('LRANGE', KEYS[1], 0, held[3] - 1)
local sequence = redis.call('INCRBY', 'sequence', #ARGV) - #ARGV
local lanes, destinations = {}, {}
for i = 1, tonumber(ARGV[4]) do
  lanes[i] = ARGV[4 + i]
  destinations[i] = destination_of(lanes[i])
end
local at = 5 + #lanes
local added, invalid, repeated = 0, 0, 0
local touched, received = {}, {}

local function seen(mark)
  if mark == '' then return false end
  local digest = string.sub(mark, 2)
  if string.sub(mark, 1, 1) == 'g' then
    local producer, chunk, rest = string.match(digest, '^([^:]*):(%d+):(.*)$')
    if tonumber(redis.call('GET', 'producer:' .. producer) or '-1') >= tonumber(chunk) then return true end
    digest = rest
  end
  return not redis.call('SET', 'seen:' .. digest, '1', 'NX', 'EX', ARGV[3])
end

for _, entry in ipairs(entries) do
  local mark, profile, ways = ARGV[at], ARGV[at + 1], tonumber(ARGV[at + 2])
  local again = seen(mark)
  if again then repeated = repeated + 1 end
  for i = at + 3, at + 2 + ways do
    local number = tonumber(ARGV[i])
    local lane = math.abs(number)
    if not again then
      if string.sub(mark, 1, 1) ~= 'r' then
        local destination = destinations[lane]
        received[destination] = (received[destination] or 0) + 1
      end
      if number > 0 then
        sequence = sequence + 1
        enqueue(lanes[lane], destinations[lane], profile, entry, arrival, sequence)
        touched[lanes[lane]] = true
        added = added + 1
      else
        invalid = invalid + 1
      end
    end
  end
  at = at + 3 + ways
end

redis.call('LTRIM', KEYS[1], #entries, -1)
redis.call('DEL', KEYS[2])
refresh_all(touched)
for destination, amount in pairs(received) do
  local connector = redis.call('HGET', 'destination:' .. destination, 'connector') or ''
  count(now, connector, destination, 'received', amount)
end
return {added, invalid, repeated}
