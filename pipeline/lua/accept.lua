-- Add the rows of a claim to their lanes and drop the claim: both or neither.
-- KEYS  1 intake:{shard}  2 intake:{shard}:claim
-- ARGV  1 claim id  2 attempt  3 idempotency window, s
--       4 how many lanes, and their names
--       how many routes, and for each the numbers of its lanes, "1 -2 =3"; "-": invalid there, only counted;
--         "=": a state action's, counted here and placed below
--       the number of every entry's route, "1,1,2"
--       how many marks, and for each the number of its entry and the mark
--         "i<digest>" accepted once per window  "g<producer>:<sequence>:<digest>" the same, unless that chunk
--         was appended before  "r<digest>" a replay: once per window, and not counted as received
--       the profile of every entry
--       how many state rows, and for each: destination, profile, the row of this claim, how many of its entries
--         that one absorbed, the same overlaid on the one that waited, and the latter's digest; "" for none;
--         and when it happened, microseconds, "" when it does not say
-- Returns {rows added, rows not valid, entries seen before, rows coalesced}; nothing when the claim is no longer
-- ours.
#include lanes
local LATEST = 3600  -- seconds for which it is known when a profile's newest change happened
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
  for kind, number in string.gmatch(read(), '([-=]?)(%d+)') do
    table.insert(numbers, {kind = kind, number = tonumber(number)})
  end
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
local added, invalid, repeated, coalesced = 0, 0, 0, 0
local rows, received, merged = {}, {}, {}  -- by destination

-- Some destinations take a profile once in a while, however often it enters.
local dedupe = {}
local function entered_before(destination, profile)
  if not dedupe[destination] then
    dedupe[destination] = redis.call('HGET', 'destination:' .. destination, 'dedupe') or '0'
  end
  if dedupe[destination] == '0' then return false end
  local key = 'entered:' .. destination .. ':' .. redis.sha1hex(profile)
  return not redis.call('SET', key, '1', 'NX', 'EX', dedupe[destination])
end

for i, entry in ipairs(entries) do
  local route, mark = routes[tonumber(routed())], marks[i]
  if mark and seen(mark) then
    repeated = repeated + 1
  else
    local replayed = mark and string.sub(mark, 1, 1) == 'r'
    for _, way in ipairs(route) do
      local destination = destinations[way.number]
      if not replayed then
        received[destination] = (received[destination] or 0) + 1
      end
      if way.kind == '' and not replayed and entered_before(destination, ARGV[profiles + i]) then
        coalesced = coalesced + 1
        merged[destination] = (merged[destination] or 0) + 1
      elseif way.kind == '' then
        rows[destination] = rows[destination] or {}
        table.insert(rows[destination], {ARGV[profiles + i], entry, lanes[way.number]})
        added = added + 1
      elseif way.kind == '-' then
        invalid = invalid + 1
      end
    end
  end
end

redis.call('LTRIM', KEYS[1], #entries, -1)
redis.call('DEL', KEYS[2])
for destination, of_destination in pairs(rows) do enqueue(destination, of_destination, text(now)) end
-- A change that happened before one that came earlier, and may be sent by now, changes nothing.
local function newest(destination, profile, happened)
  if happened == '' then return true end
  local key = 'newest:' .. destination .. ':' .. redis.sha1hex(profile)
  local known = redis.call('GET', key)
  if known and tonumber(happened) < tonumber(known) then return false end
  redis.call('SET', key, happened, 'EX', LATEST)
  return true
end

at = profiles + #entries + 1
local touched = {}
read_list(function()
  local destination, profile, own, absorbed, whole, base = read(), read(), read(), tonumber(read()), read(), read()
  local over, lanes_touched = true, {}
  if newest(destination, profile, read()) then
    local sequence = redis.call('INCR', 'sequence')
    over, lanes_touched = overlay(destination, profile, own, whole, base, text(now), sequence)
  end
  for lane in pairs(lanes_touched) do touched[lane] = true end
  if over then absorbed = absorbed + 1 else added = added + 1 end
  coalesced = coalesced + absorbed
  if absorbed > 0 then merged[destination] = (merged[destination] or 0) + absorbed end
end)
refresh_all(touched)
for destination, amount in pairs(merged) do
  local connector = redis.call('HGET', 'destination:' .. destination, 'connector') or ''
  count(now, connector, destination, 'coalesced', amount)
end
for destination, amount in pairs(received) do
  count(now, redis.call('HGET', 'destination:' .. destination, 'connector') or '', destination, 'received', amount)
end
return {added, invalid, repeated, coalesced}
