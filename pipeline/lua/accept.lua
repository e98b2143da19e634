-- Add the rows of a claim to their lanes and drop the claim: both or neither.
-- KEYS  1 intake:{shard}  2 intake:{shard}:claim
-- ARGV  1 claim id  2 attempt  3 idempotency window, s
--       4 MessagePack of what is to be done, a map:
--         lanes     their names
--         routes    for each the numbers of its lanes, such as {"1", "-2", "=3"}; "-": invalid there, only counted;
--                   "=": a state action's, counted here and placed below
--         routed    the number of every entry's route
--         profiles  the profile of every entry
--         marks     by the number of an entry, how to tell whether it was accepted before:
--                   "i<digest>" accepted once per window  "g<producer>:<sequence>:<digest>" the same, unless that
--                   chunk was appended before  "r<digest>" a replay: once per window, and not counted as received
--         states    rows of state actions: destination, profile, the claim's own row, how many of its entries that
--                   one absorbed, the same overlaid on the one that waited (whole), and the latter's digest (base);
--                   "" for none; and when it happened, microseconds, "" when it does not say
-- Returns {rows added, rows not valid, entries seen before, rows coalesced, entries that came meanwhile}; nothing
-- when the claim is no longer ours.
#include lanes
local LATEST = 3600  -- seconds for which it is known when a profile's newest change happened
local held = redis.call('HMGET', KEYS[2], 'id', 'attempt', 'size')
if held[1] ~= ARGV[1] or held[2] ~= ARGV[2] then return {} end

local claim = cmsgpack.unpack(ARGV[4])
local now = clock()
local invalid, repeated, added, coalesced = 0, 0, 0, 0

-- What comes to each destination: numbers, and its new rows as lists that go together.
local destinations = {}
local function destination(name)
  if not destinations[name] then
    destinations[name] = {name = name, received = 0, coalesced = 0, profiles = {}, rows = {}, lanes = {}}
  end
  return destinations[name]
end

local routes = {}
for i, lanes in ipairs(claim.routes) do
  routes[i] = {}
  for j, text in ipairs(lanes) do
    local kind, number = string.match(text, '^([-=]?)(%d+)$')
    local lane = claim.lanes[tonumber(number)]
    routes[i][j] = {kind = kind, lane = lane, to = destination(destination_of(lane))}
  end
end

local function seen(mark)
  local digest = string.sub(mark, 2)
  if string.sub(mark, 1, 1) == 'g' then
    local producer, chunk, rest = string.match(digest, '^([^:]*):(%d+):(.*)$')
    if tonumber(redis.call('GET', 'producer:' .. producer) or '-1') >= tonumber(chunk) then return true end
    digest = rest
  end
  return not redis.call('SET', 'seen:' .. digest, '1', 'NX', 'EX', ARGV[3])
end

-- Some destinations take a profile once in a while, however often it enters.
local function entered_before(to, profile)
  to.dedupe = to.dedupe or redis.call('HGET', 'destination:' .. to.name, 'dedupe') or '0'
  if to.dedupe == '0' then return false end
  local key = 'entered:' .. to.name .. ':' .. redis.sha1hex(profile)
  return not redis.call('SET', key, '1', 'NX', 'EX', to.dedupe)
end

local entries = redis.call('LRANGE', KEYS[1], 0, held[3] - 1)
for i, entry in ipairs(entries) do
  local mark, profile = claim.marks[i], claim.profiles[i]
  if mark and seen(mark) then
    repeated = repeated + 1
  else
    local replayed = mark and string.sub(mark, 1, 1) == 'r'
    for _, way in ipairs(routes[claim.routed[i]]) do
      local to = way.to
      if not replayed then to.received = to.received + 1 end
      if way.kind == '-' then
        invalid = invalid + 1
      elseif way.kind == '' and not replayed and entered_before(to, profile) then
        to.coalesced = to.coalesced + 1
      elseif way.kind == '' then
        local n = #to.rows + 1
        to.profiles[n], to.rows[n], to.lanes[n] = profile, entry, way.lane
      end
    end
  end
end
redis.call('LTRIM', KEYS[1], #entries, -1)
redis.call('DEL', KEYS[2])

-- Give new rows their places, in their order: in the lane when the profile has no row at the destination yet,
-- else parked behind the others.
local function enqueue(to, arrival)
  local waiting, first, parked, behind, arrivals = {}, {}, {}, {}, {}
  local sequence = redis.call('INCRBY', 'sequence', #to.rows) - #to.rows
  local there = redis.call('HMGET', 'rows:' .. to.name, unpack(to.profiles))
  for i, profile in ipairs(to.profiles) do
    local lane = to.lanes[i]
    if there[i] or waiting[profile] then
      table.insert(parked, 0)
      table.insert(parked, string.format('%s\0%016d\0', profile, sequence + i) .. lane .. '\0' .. arrival .. '\0' .. to.rows[i])
      table.insert(behind, profile)
    else
      waiting[profile] = true
      local of_lane = arrivals[lane] or {}
      local n, m = #first, #of_lane
      first[n + 1], first[n + 2] = profile, to.rows[i]
      of_lane[m + 1], of_lane[m + 2] = arrival, profile
      arrivals[lane] = of_lane
    end
  end
  call_many('HSET', 'rows:' .. to.name, first)
  call_many('ZADD', 'parked:' .. to.name, parked)
  call_many('SADD', 'behind:' .. to.name, behind)
  for lane, of_lane in pairs(arrivals) do
    call_many('ZADD', 'lane:' .. lane, of_lane)
    refresh(lane)
  end
end

for _, to in pairs(destinations) do
  added, coalesced = added + #to.rows, coalesced + to.coalesced
  if #to.rows > 0 then enqueue(to, text(now)) end
end

-- A change that happened before one that came earlier, and may be sent by now, changes nothing.
local function newest(row)
  if row.happened == '' then return true end
  local key = 'newest:' .. row.destination .. ':' .. redis.sha1hex(row.profile)
  local known = redis.call('GET', key)
  if known and tonumber(row.happened) < tonumber(known) then return false end
  redis.call('SET', key, row.happened, 'EX', LATEST)
  return true
end

local touched = {}
for _, row in ipairs(claim.states) do
  local over, lanes_touched, absorbed = true, {}, row.absorbed
  if newest(row) then
    local sequence = redis.call('INCR', 'sequence')
    over, lanes_touched = overlay(row.destination, row.profile, row.own, row.whole, row.base, text(now), sequence)
  end
  for lane in pairs(lanes_touched) do touched[lane] = true end
  if over then absorbed = absorbed + 1 else added = added + 1 end
  local to = destination(row.destination)
  coalesced, to.coalesced = coalesced + absorbed, to.coalesced + absorbed
end
refresh_all(touched)

for name, to in pairs(destinations) do
  local connector = redis.call('HGET', 'destination:' .. name, 'connector') or ''
  for _, what in ipairs({'received', 'coalesced'}) do
    if to[what] > 0 then count(now, connector, name, what, to[what]) end
  end
end
return {added, invalid, repeated, coalesced, redis.call('LLEN', KEYS[1])}
