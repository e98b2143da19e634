-- Shared by the scripts of lanes.py. Times are milliseconds since the epoch, by the server's own clock.
-- The keys are drawn in lanes.py.

local moment = nil
local function clock()  -- the same for all of a script
  if not moment then
    local now = redis.call('TIME')
    moment = now[1] * 1000 + math.floor(now[2] / 1000)
  end
  return moment
end

local function text(number)  -- Lua would write 1.7e+12
  return string.format('%.0f', number)
end

-- A lane is named "destination/shape", such as "lapsed/1f3c@triggerEmail#50+bulk". Parts that equal the destination's
-- settings are left out: "@function" of its first call, "#rows" that a call may hold. "+bulk": after the other lanes.
local function destination_of(lane)
  return string.match(lane, '^[^/]*')
end

local function most_rows(lane, settings)
  return tonumber(string.match(lane, '#(%d+)') or settings.max_rows)
end

local function settings_of(destination)
  local values = redis.call('HMGET', 'destination:' .. destination,
    'connector', 'function', 'max_rows', 'max_age', 'stopped', 'flush_until')
  if not values[1] then return nil end
  return {
    connector = values[1], func = values[2], max_rows = tonumber(values[3]), max_age = tonumber(values[4]),
    stopped = values[5] ~= '', flush_until = tonumber(values[6] or '0'),
  }
end

local function ready_key(connector, func, lane)
  local key = 'ready:' .. connector .. ':' .. (string.match(lane, '@(%w+)') or func)
  if string.sub(lane, -5) == '+bulk' then key = key .. ':bulk' end
  return key
end

-- Note when a lane is due: at once if it holds a full batch, otherwise when its oldest row has waited max_age.
-- `settings`: the destination's, if the caller has them.
local function refresh(lane, settings)
  local destination = destination_of(lane)
  settings = settings or settings_of(destination)
  local oldest = redis.call('ZRANGE', 'lane:' .. lane, 0, 0, 'WITHSCORES')[2]
  if oldest then
    redis.call('SADD', 'lanes:' .. destination, lane)
  else
    redis.call('SREM', 'lanes:' .. destination, lane)
  end
  if not settings then return end
  local ready = ready_key(settings.connector, settings.func, lane)
  if not oldest or settings.stopped then
    redis.call('ZREM', ready, lane)
    return
  end
  local arrival = tonumber(oldest)
  local full = redis.call('ZCARD', 'lane:' .. lane) >= most_rows(lane, settings)
  local due = arrival
  if not full and arrival > settings.flush_until then due = arrival + settings.max_age end
  redis.call('ZADD', ready, text(due), lane)
end

local function refresh_all(lanes)
  for lane in pairs(lanes) do refresh(lane) end
end

-- Call a variadic command with lists longer than Lua can unpack.
local CHUNK = 2000
local function call_many(command, key, arguments)
  for from = 1, #arguments, CHUNK do
    redis.call(command, key, unpack(arguments, from, math.min(from + CHUNK - 1, #arguments)))
  end
end

-- The oldest parked row of a profile: its member, that member's parts, and whether it is the only one.
local function next_parked(destination, profile)
  local key = 'parked:' .. destination
  local found = redis.call('ZRANGEBYLEX', key, '[' .. profile .. '\0', '(' .. profile .. '\1', 'LIMIT', 0, 2)
  local member = found[1]
  if not member then return nil end
  local length = #profile + 18  -- the profile, the 16 digits and two NULs
  local lane, arrival, row = string.match(string.sub(member, length + 1), '^([^%z]*)%z([^%z]*)%z(.*)$')
  local place = string.sub(member, 1, length)
  return {member = member, place = place, lane = lane, arrival = arrival, row = row, only = not found[2]}
end

-- A member of "parked:{d}".
local function parked_row(profile, sequence, lane, arrival, row)
  return string.format('%s\0%016d\0', profile, sequence) .. lane .. '\0' .. arrival .. '\0' .. row
end

-- The key with the time of a profile's newest change.
local function newest_key(destination, profile)
  return 'newest:' .. destination .. ':' .. redis.sha1hex(profile)
end

local function lane_of(row)  -- of a state action
  return string.match(row, '^([^%z]*)')
end

-- At a destination of a state action a row is kept as "lane\0row". Return the row of a profile that newer ones
-- overlay, with its lane: the parked one, if there is one (it was parked while the first was in flight); otherwise the
-- first, if it is in its lane; otherwise nil.
local function overlaid(destination, profile)
  local first = redis.call('HGET', 'rows:' .. destination, profile)
  if not first then return nil end
  local parked = next_parked(destination, profile)
  if parked then return parked end
  local lane = lane_of(first)
  local arrival = redis.call('ZSCORE', 'lane:' .. lane, profile)
  return arrival and {row = first, lane = lane, arrival = arrival} or nil
end

-- Put `merged_row` in the place of the row that waits, keeping its arrival. If the row that waits is not the one of
-- `waiting_sha1`, because that has gone in the meantime, add `own_row` after it. Return whether it took the place.
local function overlay(state_row, arrival, touched)
  local destination, profile = state_row.destination, state_row.profile
  local found = overlaid(destination, profile)
  local over = found ~= nil and redis.sha1hex(found.row) == state_row.waiting_sha1
  local row = over and state_row.merged_row or state_row.own_row
  local lane = lane_of(row)
  touched[lane] = true
  if over and found.place then
    redis.call('ZREM', 'parked:' .. destination, found.member)
    redis.call('ZADD', 'parked:' .. destination, 0, found.place .. lane .. '\0' .. found.arrival .. '\0' .. row)
  elseif over then
    redis.call('ZREM', 'lane:' .. found.lane, profile)
    redis.call('HSET', 'rows:' .. destination, profile, row)
    redis.call('ZADD', 'lane:' .. lane, found.arrival, profile)
    touched[found.lane] = true
  elseif redis.call('HSETNX', 'rows:' .. destination, profile, row) == 1 then
    redis.call('ZADD', 'lane:' .. lane, arrival, profile)
  else
    local sequence = redis.call('INCR', 'sequence')
    redis.call('ZADD', 'parked:' .. destination, 0, parked_row(profile, sequence, lane, arrival, row))
    redis.call('SADD', 'behind:' .. destination, profile)
  end
  return over
end

-- After the first row of a profile has left, let the next one take its place, keeping its own arrival.
local function promote(destination, profile, touched)
  local later = next_parked(destination, profile)
  if later then
    redis.call('ZREM', 'parked:' .. destination, later.member)
    redis.call('HSET', 'rows:' .. destination, profile, later.row)
    redis.call('ZADD', 'lane:' .. later.lane, later.arrival, profile)
    touched[later.lane] = true
  end
  if not later or later.only then redis.call('SREM', 'behind:' .. destination, profile) end
end

local function batch_of(id)
  local values = redis.call('HMGET', 'batch:' .. id,
    'destination', 'lane', 'connector', 'function', 'account', 'attempt', 'state', 'progress', 'permit_until')
  if not values[1] then return nil end
  return {
    id = id, destination = values[1], lane = values[2], connector = values[3], func = values[4],
    account = values[5], attempt = tonumber(values[6]), state = values[7], progress = values[8],
    permit_until = values[9] and tonumber(values[9]),
  }
end

local function stopped(batch)
  local settings = redis.call('HMGET', 'destination:' .. batch.destination, 'connector', 'stopped')
  if settings[1] and settings[2] ~= '' then return true end
  return (redis.call('HGET', 'connector:' .. batch.connector, 'stopped') or '') ~= ''
end

-- Put a batch aside until `at`, for a permit of its function.
local function put_aside(batch, at)
  redis.call('HSET', 'batch:' .. batch.id, 'state', 'waiting')
  redis.call('ZADD', 'flying:' .. batch.connector, '+inf', batch.id)
  redis.call('ZADD', 'retry:' .. batch.connector .. ':' .. batch.func, at, batch.id)
end

local function forget(batch)
  redis.call('DEL', 'batch:' .. batch.id, 'batch:' .. batch.id .. ':rows')
  redis.call('ZREM', 'flying:' .. batch.connector, batch.id)
  if batch.state == 'begun' then return end  -- a batch that was begun is in neither of these
  redis.call('ZREM', 'polls:' .. batch.connector, batch.id)
  redis.call('ZREM', 'retry:' .. batch.connector .. ':' .. batch.func, batch.id)
end

-- Give rows of a batch back to its lane: those named in `returned`, by position, from 1, or 'all'.
local function give_back(batch, returned)
  local rows = 'batch:' .. batch.id .. ':rows'
  local members = redis.call('ZRANGE', rows, 0, -1, 'WITHSCORES')
  local arrivals, profiles = {}, {}
  for i = 1, #members, 2 do
    if returned == 'all' or returned[(i + 1) / 2] then
      table.insert(arrivals, members[i + 1])
      table.insert(arrivals, members[i])
      table.insert(profiles, members[i])
    end
  end
  call_many('ZADD', 'lane:' .. batch.lane, arrivals)
  call_many('ZREM', rows, profiles)
end

-- End a batch: the rows named in `returned` (as above; nil: none) go back to the lane, all other rows leave.
local function finish(batch, returned)
  local touched, rows = {}, 'batch:' .. batch.id .. ':rows'
  if returned then
    give_back(batch, returned)
    touched[batch.lane] = true
  end
  call_many('HDEL', 'rows:' .. batch.destination, redis.call('ZRANGE', rows, 0, -1))
  for _, profile in ipairs(redis.call('ZINTER', 2, rows, 'behind:' .. batch.destination)) do
    promote(batch.destination, profile, touched)
  end
  forget(batch)
  refresh_all(touched)
end

-- Stop a batch whose destination has been stopped. Before its first call its rows go back to their lane; after it the
-- batch waits, because its first call must not go out twice.
local function call_back(batch, now)
  if not batch.progress then return finish(batch, 'all') end
  redis.call('HINCRBY', 'batch:' .. batch.id, 'attempt', 1)
  put_aside(batch, text(now + 1000))
end

local function count(now, connector, destination, name, amount)
  local hour = text(math.floor(now / 3600000))
  redis.call('HINCRBY', 'counters', hour .. '|' .. connector .. '|' .. destination .. '|' .. name, amount)
end
