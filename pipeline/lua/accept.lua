-- Add the rows of a claim to their lanes and drop the claim: both or neither.
-- KEYS  1 intake:{shard}  2 intake:{shard}:claim
-- ARGV  1 claim id  2 attempt  3 idempotency window, s
--       4 how many lanes, and their names
--       how many routes, and for each the numbers of its lanes, "1 -2"; negative: invalid there, only counted
--       the number of every entry's route, "1,1,2"
--       how many marks, and for each the number of its entry and the mark
--         "i<digest>" accepted once per window  "g<producer>:<sequence>:<digest>" the same, unless that chunk
--         was appended before  "r<digest>" a replay: once per window, and not counted as received
--       the profile of every entry
-- Returns {rows added, rows not valid, entries seen before}; nothing when the claim is no longer ours.
#include lanes
local held = redis.call('HMGET', KEYS[2], 'id', 'attempt', 'size')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return {} end

local at = 4
local function read()
  at = at + 1
  return ARGV[at - 1]
end
local function read_list(item)
  local list = {}
  for i = 1, tonumber(read()) do list[i] = item() end
  return list
end

local lanes, destinations = read_list(read), {}
for i, lane in ipairs(lanes) do destinations[i] = destination_of(lane) end
local routes = read_list(function()
  local numbers = {}
  for number in string.gmatch(read(), '-?%d+') do table.insert(numbers, tonumber(number)) end
  return numbers
end)
local routed = string.gmatch(read(), '%d+')
local marks = {}
read_list(function() marks[tonumber(read())] = read() end)
local profiles = at - 1  -- the profile of entry i is ARGV[profiles + i]

local function seen(mark)
  local digest = string.sub(mark, 2)
  if string.sub(mark, 1, 1) == 'g' then
    local producer, chunk, rest = string.match(digest, '^([^:]*):(%d+):(.*)$')
    if tonumber(redis.call('GET', 'producer:' .. producer) or '-1') >= tonumber(chunk) then return true end
    digest = rest
  end
  return not redis.call('SET', 'seen:' .. digest, '1', 'NX', 'EX', ARGV[3])
end

local now = clock()
local entries = redis.call('LRANGE', KEYS[1], 0, held[3] - 1)
local added, invalid, repeated = 0, 0, 0
local rows, received = {}, {}  -- by destination

for i, entry in ipairs(entries) do
  local route, mark = routes[tonumber(routed())], marks[i]
  if mark and seen(mark) then
    repeated = repeated + 1
  else
    for _, number in ipairs(route) do
      local destination = destinations[math.abs(number)]
      if not mark or string.sub(mark, 1, 1) ~= 'r' then
        received[destination] = (received[destination] or 0) + 1
      end
      if number > 0 then
        rows[destination] = rows[destination] or {}
        table.insert(rows[destination], {ARGV[profiles + i], entry, lanes[number]})
        added = added + 1
      else
        invalid = invalid + 1
      end
    end
  end
end

redis.call('LTRIM', KEYS[1], #entries, -1)
redis.call('DEL', KEYS[2])
for destination, of_destination in pairs(rows) do enqueue(destination, of_destination, text(now)) end
for destination, amount in pairs(received) do
  count(now, redis.call('HGET', 'destination:' .. destination, 'connector') or '', destination, 'received', amount)
end
return {added, invalid, repeated}
