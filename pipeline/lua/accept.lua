-- Add the rows of a claim to their lanes and drop the claim: both or neither.
-- KEYS  1 intake:{shard}  2 intake:{shard}:claim
-- ARGV  1 claim id  2 attempt  3 idempotency window, s
--       4 MessagePack of what is to be done, a map:
--         routes    for each its lanes, such as {"d1/all", "-d2/all", "=d3/all"}; "-": invalid there, only counted;
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
    local settings = redis.call('HMGET', 'destination:' .. name, 'connector', 'dedupe')
    destinations[name] = {
      name = name, connector = settings[1] or '', dedupe = settings[2] or '0',
      received = 0, coalesced = 0, size = 0, profiles = {}, rows = {}, lanes = {},
    }
  end
  return destinations[name]
end

local routes = {}
for i, lanes in ipairs(claim.routes) do
  routes[i] = {}
  for j, text in ipairs(lanes) do
    local kind, lane = string.match(text, '^([-=]?)(.*)$')
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
  local key = 'entered:' .. to.name .. ':' .. redis.sha1hex(profile)
  return not redis.call('SET', key, '1', 'NX', 'EX', to.dedupe)
end

local function add(to, profile, row, lane)
  local n = to.size + 1
  to.size, to.profiles[n], to.rows[n], to.lanes[n] = n, profile, row, lane
end

local entries = redis.call('LRANGE', KEYS[1], 0, held[3] - 1)
local marks, profiles, routed = claim.marks, claim.profiles, claim.routed
for i = 1, #entries do
  local mark, ways, replayed = marks[i], routes[routed[i]], false
  if mark then
    replayed = string.sub(mark, 1, 1) == 'r'
    if seen(mark) then repeated, ways = repeated + 1, {} end
  end
  for j = 1, #ways do
    local way = ways[j]
    local to, kind = way.to, way.kind
    if not replayed then to.received = to.received + 1 end
    if kind == '-' then
      invalid = invalid + 1
    elseif kind == '' and to.dedupe ~= '0' and not replayed and entered_before(to, profiles[i]) then
      to.coalesced = to.coalesced + 1
    elseif kind == '' then
      add(to, profiles[i], entries[i], way.lane)
    end
  end
end
redis.call('LTRIM', KEYS[1], #entries, -1)
redis.call('DEL', KEYS[2])

-- A change that happened before one that came earlier, and may be sent by now, changes nothing.
local function newest(row)
  if row.happened == '' then return true end
  local key = newest_key(row.destination, row.profile)
  local known = redis.call('SET', key, row.happened, 'EX', LATEST, 'GET')
  if not known or tonumber(row.happened) >= tonumber(known) then return true end
  redis.call('SET', key, known, 'EX', LATEST)
  return false
end

local touched = {}
for _, row in ipairs(claim.states) do
  local to, over = destination(row.destination), not newest(row)
  if not over and row.base == '' then
    add(to, row.profile, row.own, lane_of(row.own))
  elseif not over then
    over = overlay(row, text(now), touched)
    if not over then added = added + 1 end
  end
  to.coalesced = to.coalesced + row.absorbed + (over and 1 or 0)
end
refresh_all(touched)

-- Give new rows their places, in their order: in the lane when the profile has no row at the destination yet,
-- else parked behind the others.
local function enqueue(to, arrival)
  local waiting, first, parked, behind, arrivals = {}, {}, {}, {}, {}
  local sequence = redis.call('INCRBY', 'sequence', to.size) - to.size
  local there = redis.call('HMGET', 'rows:' .. to.name, unpack(to.profiles))
  local profiles, rows, lanes = to.profiles, to.rows, to.lanes
  local lane, of_lane, n, m = nil, nil, 0, 0
  for i = 1, to.size do
    local profile = profiles[i]
    if lane ~= lanes[i] then
      lane = lanes[i]
      of_lane = arrivals[lane] or {}
      arrivals[lane], m = of_lane, #of_lane
    end
    if there[i] or waiting[profile] then
      table.insert(parked, 0)
      table.insert(parked, parked_row(profile, sequence + i, lane, arrival, rows[i]))
      table.insert(behind, profile)
    else
      waiting[profile] = true
      first[n + 1], first[n + 2] = profile, rows[i]
      of_lane[m + 1], of_lane[m + 2] = arrival, profile
      n, m = n + 2, m + 2
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
  added, coalesced = added + to.size, coalesced + to.coalesced
  if to.size > 0 then enqueue(to, text(now)) end
end

for name, to in pairs(destinations) do
  for _, what in ipairs({'received', 'coalesced'}) do
    if to[what] > 0 then count(now, to.connector, name, what, to[what]) end
  end
end
return {added, invalid, repeated, coalesced, redis.call('LLEN', KEYS[1])}
