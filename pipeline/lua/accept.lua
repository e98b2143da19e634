-- Add the rows of a claim to their lanes and drop the claim, or go on with its rest: both or neither.
-- KEYS  1 intake:{shard}  2 intake:{shard}:claim
-- ARGV  1 claim_id  2 attempt  3 window_seconds: in which a repeated id is recognised
--       4 packed: MessagePack of a map:
--         routes          each a list of lanes, such as {"d1/all", "-d2/all", "=d3/all"}; "-": not valid for that
--                         destination, only counted; "=": a state action's, counted here and placed by state_rows
--         route_of_entry  the number of every entry's route, from 1
--         profiles        the profile of every entry
--         recipients      by destination, the recipient of every entry as a hash, "" for none. It names the line of
--                         an occurrence's row
--         duplicate_keys  by the number of an entry, if it has an id:
--                         "i<digest>:<former>"   accepted once per window, and not if the former digest was;
--                                                without ":<former>" of a replay to all destinations
--                         "g<producer>:<chunk>:<digest>"   the same, and known if that chunk was appended before
--                         "r<digest>"   a replay: accepted once per window, and not counted as received
--                         and "=<content>" at the end: a number that is remembered of it, else 1
--         state_rows      rows of state actions: destination, profile, absorbed (how many of the claim's changes
--                         the row absorbed), own_row, merged_row, waiting_sha1, occurred_us; see state_rows.py
-- Returns {rows added, rows not valid, entries seen before, rows coalesced, entries that came meanwhile}; nothing
-- if the claim has another id or attempt.
#include lanes
local claim_id, attempt, window_seconds, packed = unpack(ARGV)
local LATEST = 3600  -- seconds for which the time of a profile's newest change is known
local held = redis.call('HMGET', KEYS[2], 'id', 'attempt', 'size', 'rest', 'offset')
if held[1] ~= claim_id or held[2] ~= attempt then return {} end

local claim = cmsgpack.unpack(packed)
local now = clock()
local invalid, repeated, added, coalesced = 0, 0, 0, 0

-- For each destination: its numbers, and its new rows as lists of equal length.
local destinations = {}
local function destination(name)
  if not destinations[name] then
    local settings = redis.call('HMGET', 'destination:' .. name, 'connector', 'dedupe')
    destinations[name] = {
      name = name, connector = settings[1] or '', dedupe = settings[2] or '0',
      received = 0, coalesced = 0, repeated = 0, size = 0, profiles = {}, rows = {}, lanes = {}, recipients = {},
      recipient_of_entry = claim.recipients[name] or {},
    }
  end
  return destinations[name]
end

local routes = {}
for i, lanes in ipairs(claim.routes) do
  routes[i] = {}
  for j, routed_lane in ipairs(lanes) do
    local kind, lane = string.match(routed_lane, '^([-=]?)(.*)$')
    routes[i][j] = {kind = kind, lane = lane, to = destination(destination_of(lane))}
  end
end

local function is_repeat(duplicate_key)
  local digest, content = string.sub(duplicate_key, 2), '1'
  local before, after = string.match(digest, '^(.*)=(%d+)$')
  if before then digest, content = before, after end
  if string.sub(duplicate_key, 1, 1) == 'g' then
    local producer, chunk, rest = string.match(digest, '^([^:]*):(%d+):(.*)$')
    if tonumber(redis.call('GET', 'producer:' .. producer) or '-1') >= tonumber(chunk) then return true end
    digest = rest
  end
  local current, former = string.match(digest, '^(.*):(.*)$')
  if former and redis.call('EXISTS', 'seen:' .. former) == 1 then return true end
  digest = current or digest
  return not redis.call('SET', 'seen:' .. digest, content, 'NX', 'EX', window_seconds)
end

-- A destination may take a profile once in a while, however often it enters.
local function entered_before(to, profile)
  local key = 'entered:' .. to.name .. ':' .. redis.sha1hex(profile)
  return not redis.call('SET', key, '1', 'NX', 'EX', to.dedupe)
end

local function add(to, profile, row, lane, recipient)
  local n = to.size + 1
  to.size, to.profiles[n], to.rows[n], to.lanes[n], to.recipients[n] = n, profile, row, lane, recipient
end

local entries = redis.call('LRANGE', KEYS[1], 0, held[3] - 1)
local duplicate_keys, profiles, route_of_entry = claim.duplicate_keys, claim.profiles, claim.route_of_entry
for i = 1, #entries do
  local duplicate_key, route, replayed = duplicate_keys[i], routes[route_of_entry[i]], false
  if duplicate_key then
    replayed = string.sub(duplicate_key, 1, 1) == 'r'
    if is_repeat(duplicate_key) then
      for j = 1, replayed and 0 or #route do route[j].to.repeated = route[j].to.repeated + 1 end
      repeated, route = repeated + 1, {}
    end
  end
  for j = 1, #route do
    local target = route[j]
    local to, kind = target.to, target.kind
    if not replayed then to.received = to.received + 1 end
    if kind == '-' then
      invalid = invalid + 1
    elseif kind == '' and to.dedupe ~= '0' and not replayed and entered_before(to, profiles[i]) then
      to.coalesced = to.coalesced + 1
    elseif kind == '' then
      local line, n = to.recipient_of_entry[i], to.size + 1
      if not line or line == '' then line = profiles[i] end
      to.size, to.profiles[n], to.rows[n], to.lanes[n] = n, line, entries[i], target.lane
    end
  end
end
redis.call('LTRIM', KEYS[1], #entries, -1)
local rest = tonumber(held[4] or '0')
if rest == 0 then
  redis.call('DEL', KEYS[2])
else  -- a claim that was halved goes on with twice as many
  local size, offset = math.min(rest, 2 * #entries), tonumber(held[5] or '0') + #entries
  redis.call('HSET', KEYS[2], 'until', 0, 'size', size, 'rest', rest - size, 'offset', offset, 'since', text(now))
  redis.call('HDEL', KEYS[2], 'why', 'worker', 'deaths')
end

-- A change that is older than one accepted before, which may have been sent by now, changes nothing; neither does one
-- that is older than another profile's of the same recipient.
local function is_newest(state_row, key)
  if state_row.occurred_us == '' then return true end
  local known = redis.call('SET', key, state_row.occurred_us, 'EX', LATEST, 'GET')
  if not known or tonumber(state_row.occurred_us) >= tonumber(known) then return true end
  redis.call('SET', key, known, 'EX', LATEST)
  return false
end

local touched = {}
for _, state_row in ipairs(claim.state_rows) do
  local to, recipient = destination(state_row.destination), recipient_of(state_row.own_row)
  local absorbed_too = not is_newest(state_row, newest_key(to.name, state_row.profile))
    or (recipient and not is_newest(state_row, 'newest:' .. to.name .. ':' .. recipient))
  if not absorbed_too then
    absorbed_too = state_row.waiting_sha1 ~= '' and overlay(state_row, touched)
    if not absorbed_too then
      add(to, state_row.profile, state_row.own_row, lane_of(state_row.own_row), recipient or '')
    end
  end
  to.coalesced = to.coalesced + state_row.absorbed + (absorbed_too and 1 or 0)
end
refresh_all(touched)

-- Read fields of a hash; false for those that are not there, and at once if the hash is not.
local function read_fields(key, names)
  if #names == 0 or redis.call('EXISTS', key) == 0 then return {} end
  return redis.call('HMGET', key, unpack(names))
end

-- Give new rows their places, in their order: in the lane if neither the profile nor the recipient has a row at the
-- destination yet, otherwise parked in the line where such rows wait. If the profile's rows wait in one line and the
-- recipient's in another, the row is parked in the first and waits for a barrier at the end of the second.
local function enqueue(to, arrival)
  local profiles, rows, lanes, recipients = to.profiles, to.rows, to.lanes, to.recipients
  local first, parked, behind, arrivals, held, guests, gates = {}, {}, {}, {}, {}, {}, {}
  local sequence = redis.call('INCRBY', 'sequence', to.size) - to.size
  local there = read_fields('rows:' .. to.name, profiles)
  local holders = #recipients > 0 and read_fields('recipients:' .. to.name, recipients) or {}
  local hosts = read_fields('lines:' .. to.name, profiles)
  local line_of_profile, line_of_recipient, full = {}, {}, {}

  local function holds_rows(line)
    if line_of_profile[line] == line then return true end
    if full[line] == nil then full[line] = redis.call('HEXISTS', 'rows:' .. to.name, line) == 1 end
    return full[line]
  end

  local function park(line, i, after)
    local row = rows[i]
    if line ~= profiles[i] then
      local lane, text = string.match(row, '^([^%z]*)%z[^%z]+%z(.*)$')
      if not lane then lane, text = string.match(row, '^([^%z]*)%z(.*)$') end
      if not lane then lane, text = '', row end
      row = lane .. '\0' .. ((recipients[i] or '') == '' and '-' or recipients[i]) .. '\0' .. profiles[i] .. '\0' .. text
    end
    parked[#parked + 1], parked[#parked + 2] = 0, parked_row(line, sequence + i, lanes[i], arrival, row, after)
    behind[#behind + 1] = line
  end

  local function take_recipient(i, line)
    if (recipients[i] or '') ~= '' and line_of_recipient[recipients[i]] ~= line then
      line_of_recipient[recipients[i]] = line
      held[#held + 1], held[#held + 2] = recipients[i], line
    end
  end

  -- The line in which rows of the profile wait, and that in which rows of the recipient do; nil if there are none.
  local function lines_of(i, profile, recipient)
    local own = line_of_profile[profile]
    if not own then own = hosts[i] and holds_rows(hosts[i]) and hosts[i] or there[i] and profile or nil end
    local others = line_of_recipient[recipient]
    if not others and holders[i] and holds_rows(holders[i]) then others = holders[i] end
    return own, others
  end

  local lane, of_lane, n, m, h = nil, nil, 0, 0, 0
  for i = 1, to.size do
    local profile, recipient, own, others = profiles[i], recipients[i] or '', nil, nil
    if there[i] or holders[i] or hosts[i] or line_of_profile[profile] or line_of_recipient[recipient] then
      own, others = lines_of(i, profile, recipient)
    end
    if not own and not others then  -- it leads its line
      if lane ~= lanes[i] then
        lane = lanes[i]
        of_lane = arrivals[lane] or {}
        arrivals[lane], m = of_lane, #of_lane
      end
      line_of_profile[profile] = profile
      first[n + 1], first[n + 2] = profile, rows[i]
      of_lane[m + 1], of_lane[m + 2] = arrival, profile
      n, m = n + 2, m + 2
      if recipient ~= '' then
        line_of_recipient[recipient] = profile
        h = #held
        held[h + 1], held[h + 2] = recipient, profile
      end
    elseif own and others and own ~= others then
      park(own, i, others)
      local barrier = parked_row(others, sequence + i, '', '', own)
      parked[#parked + 1], parked[#parked + 2] = 0, barrier
      gates[#gates + 1], gates[#gates + 2] = barrier, ''
      behind[#behind + 1] = others
      take_recipient(i, own)
    else
      local line = own or others
      park(line, i)
      if not own and line ~= profile then guests[#guests + 1], guests[#guests + 2] = profile, line end
      line_of_profile[profile] = line
      take_recipient(i, line)
    end
  end
  call_many('HSET', 'rows:' .. to.name, first)
  call_many('HSET', 'recipients:' .. to.name, held)
  call_many('ZADD', 'parked:' .. to.name, parked)
  call_many('SADD', 'behind:' .. to.name, behind)
  call_many('HSET', 'gates:' .. to.name, gates)
  call_many('HSET', 'lines:' .. to.name, guests)
  for i = 1, #guests, 2 do
    redis.call('ZADD', 'company:' .. to.name, 0, guests[i + 1] .. '\0p' .. guests[i])
  end
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
  for _, number in ipairs({'received', 'coalesced', 'repeated'}) do
    if to[number] > 0 then count(now, to.connector, name, number, to[number]) end
  end
end
return {added, invalid, repeated, coalesced, redis.call('LLEN', KEYS[1])}
