-- Shared by the scripts of lanes.py. Times are milliseconds since the epoch, by the server's own clock.
-- The keys are drawn in lanes/__init__.py.

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
-- Lanes of a destination of the first class go before the others, but for its "+bulk".
local function destination_of(lane)
  return string.match(lane, '^[^/]*')
end

local function most_rows(lane, settings)
  return tonumber(string.match(lane, '#(%d+)') or settings.max_rows)
end

local function settings_of(destination)
  local values = redis.call('HMGET', 'destination:' .. destination,
    'connector', 'function', 'max_rows', 'max_age', 'stopped', 'flush_until', 'priority')
  if not values[1] then return nil end
  return {
    connector = values[1], func = values[2], max_rows = tonumber(values[3]), max_age = tonumber(values[4]),
    stopped = values[5] ~= '', flush_until = tonumber(values[6] or '0'), priority = values[7],
  }
end

local function ready_key(connector, func, lane, priority)
  local key = 'ready:' .. connector .. ':' .. (string.match(lane, '@(%w+)') or func)
  if string.sub(lane, -5) == '+bulk' then return key .. ':bulk' end
  return priority == 'first' and key .. ':first' or key
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
  local ready = ready_key(settings.connector, settings.func, lane, settings.priority)
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

-- A line is the order in which rows of one destination go, one at a time. Occurrences have a line for each recipient,
-- named by its hash. States have one for each profile, since a change may name its recipient by another identifier
-- than the last; rows of a profile that shares its recipient with another wait in that one's line, as its guests.

-- The recipient of a state's row, as a hash; nil if it has none. Rows are written as "JSON" or, of states,
-- "lane\0JSON", "lane\0recipient\0JSON" or, of a guest, "lane\0recipient\0profile\0JSON".
local function recipient_of(row)
  local lane_end = string.find(row, '\0', 1, true)
  if not lane_end or string.byte(row, lane_end + 1) == 123 then return nil end  -- "{"
  return string.sub(row, lane_end + 1, string.find(row, '\0', lane_end + 1, true) - 1)
end

-- The profile of a row that is in `line`.
local function profile_of(row, line)
  if string.byte(row) == 123 then  -- "{"
    local readable, entry = pcall(cjson.decode, row)
    return readable and type(entry) == 'table' and entry.profile_id or line
  end
  return string.match(row, '^[^%z]*%z[^%z]+%z([^%z]+)%z') or line
end

local function parked_parts(line, member)
  local length = #line + 18  -- the line, the 16 digits and two NULs
  local lane, arrival, row = string.match(string.sub(member, length + 1), '^([^%z]*)%z([^%z]*)%z(.*)$')
  local arrived, barrier = string.match(arrival, '^(.*)\1(.*)$')
  return {
    member = member, place = string.sub(member, 1, length), lane = lane, arrival = arrived or arrival, row = row,
    barrier = barrier and barrier .. string.sub(member, #line + 1, length) .. '\0\0' .. line,
  }
end

-- The oldest parked row of a line: its member, that member's parts, and whether it is the only one. A barrier has
-- no lane, and as its row the line of the row that waits for it.
local function next_parked(destination, line)
  local key = 'parked:' .. destination
  local found = redis.call('ZRANGEBYLEX', key, '[' .. line .. '\0', '(' .. line .. '\1', 'LIMIT', 0, 2)
  if not found[1] then return nil end
  local parts = parked_parts(line, found[1])
  parts.only = not found[2]
  return parts
end

-- A member of "parked:{d}". `after`: the line with the barrier of the same sequence, which must go first, or nil.
local function parked_row(line, sequence, lane, arrival, row, after)
  local gate = after and '\1' .. after or ''
  return string.format('%s\0%016d\0', line, sequence) .. lane .. '\0' .. arrival .. gate .. '\0' .. row
end

-- The key with the time of a profile's newest change.
local function newest_key(destination, profile)
  return 'newest:' .. destination .. ':' .. redis.sha1hex(profile)
end

-- How many rows of a destination wait or fly; each gate is of a barrier, which is parked like a row.
local function rows_of(destination)
  return redis.call('HLEN', 'rows:' .. destination) + redis.call('ZCARD', 'parked:' .. destination)
    - redis.call('HLEN', 'gates:' .. destination)
end

local function is_shared(destination, line)
  return redis.call('ZRANGEBYLEX', 'company:' .. destination, '[' .. line .. '\0p', '(' .. line .. '\0q', 'LIMIT', 0, 1)[1] ~= nil
end

-- The line in which the rows of a profile wait: its own, or that of which it is a guest.
local function line_of(destination, profile)
  return redis.call('HGET', 'lines:' .. destination, profile) or profile
end

-- After its last row has left, forget a line's guests and the recipients of its earlier rows.
local function end_line(destination, line)
  local company = 'company:' .. destination
  local members = redis.call('ZRANGEBYLEX', company, '[' .. line .. '\0', '(' .. line .. '\1')
  for _, member in ipairs(members) do
    local key = string.sub(member, #line + 2, #line + 2) == 'p' and 'lines:' or 'recipients:'
    local name = string.sub(member, #line + 3)
    if redis.call('HGET', key .. destination, name) == line then redis.call('HDEL', key .. destination, name) end
  end
  if members[1] then call_many('ZREM', company, members) end
end

local function lane_of(row)  -- of a state action
  return string.match(row, '^([^%z]*)')
end

-- At a destination of a state action a row is kept with its lane. Return the row of a profile that newer ones
-- overlay, with its lane: the parked one, if there is one (it was parked while the first was in flight); otherwise the
-- first, if it is in its lane; otherwise nil. Rows of a shared line are not overlaid: their order matters.
local function overlaid(destination, profile)
  local first = redis.call('HGET', 'rows:' .. destination, profile)
  if not first then return nil end
  if redis.call('EXISTS', 'company:' .. destination) == 1 and
    (is_shared(destination, profile) or redis.call('HEXISTS', 'lines:' .. destination, profile) == 1) then return nil end
  local parked = next_parked(destination, profile)
  if parked then return parked.lane ~= '' and parked.only and not parked.barrier and parked or nil end
  local lane = lane_of(first)
  local arrival = redis.call('ZSCORE', 'lane:' .. lane, profile)
  return arrival and {row = first, lane = lane, arrival = arrival} or nil
end

-- Note that a row of `line` has another recipient than the one it overlays, unless rows of that one wait elsewhere.
local function change_recipient(destination, line, before, recipient)
  if recipient == before or not recipient then return true end
  local holder = redis.call('HGET', 'recipients:' .. destination, recipient)
  if holder and holder ~= line and redis.call('HEXISTS', 'rows:' .. destination, holder) == 1 then return false end
  redis.call('HSET', 'recipients:' .. destination, recipient, line)
  if before then redis.call('ZADD', 'company:' .. destination, 0, line .. '\0r' .. before) end
  return true
end

-- Put `merged_row` in the place of the row that waits, keeping its arrival. Return whether it took the place: not if
-- the row that waits is not the one of `waiting_sha1`, because that has gone in the meantime.
local function overlay(state_row, touched)
  local destination, profile, row = state_row.destination, state_row.profile, state_row.merged_row
  local found = overlaid(destination, profile)
  if not found or redis.sha1hex(found.row) ~= state_row.waiting_sha1 then return false end
  if not change_recipient(destination, profile, recipient_of(found.row), recipient_of(row)) then return false end
  local lane = lane_of(row)
  touched[lane] = true
  if found.place then
    redis.call('ZREM', 'parked:' .. destination, found.member)
    redis.call('ZADD', 'parked:' .. destination, 0, found.place .. lane .. '\0' .. found.arrival .. '\0' .. row)
  else
    redis.call('ZREM', 'lane:' .. found.lane, profile)
    redis.call('HSET', 'rows:' .. destination, profile, row)
    redis.call('ZADD', 'lane:' .. lane, found.arrival, profile)
    touched[found.lane] = true
  end
  return true
end

-- Take barriers from the front of a line. A row that waited for one alone goes to its lane.
local function open_gates(destination, line, touched)
  local later = next_parked(destination, line)
  while later and later.lane == '' do
    redis.call('ZREM', 'parked:' .. destination, later.member)
    local lane, arrival = string.match(redis.call('HGET', 'gates:' .. destination, later.member) or '', '^(.*)%z(.*)$')
    redis.call('HDEL', 'gates:' .. destination, later.member)
    if lane then
      redis.call('ZADD', 'lane:' .. lane, arrival, later.row)
      touched[lane] = true
    end
    later = next_parked(destination, line)
  end
  return later
end

-- After the first row of a line has left, let the next one take its place, keeping its own arrival. `left`: the
-- recipient of the row that has left.
local function promote(destination, line, touched, left)
  local later = open_gates(destination, line, touched)
  if later then
    redis.call('ZREM', 'parked:' .. destination, later.member)
    redis.call('HSET', 'rows:' .. destination, line, later.row)
    if later.barrier and redis.call('HEXISTS', 'gates:' .. destination, later.barrier) == 1 then
      redis.call('HSET', 'gates:' .. destination, later.barrier, later.lane .. '\0' .. later.arrival)
    else
      redis.call('ZADD', 'lane:' .. later.lane, later.arrival, line)
      touched[later.lane] = true
    end
  end
  local behind = later and not later.only
  if left and not (later and recipient_of(later.row) == left) then
    redis.call('ZADD', 'company:' .. destination, 0, line .. '\0r' .. left)
  end
  if not behind then redis.call('SREM', 'behind:' .. destination, line) end
  if not later then end_line(destination, line) end
end

-- Let the first rows of lines leave.
local function leave(destination, lines, touched)
  if #lines == 0 then return end
  local rows, recipients, n = 'rows:' .. destination, {}, 0
  local parked = redis.call('EXISTS', 'behind:' .. destination) == 1
  local several = redis.call('EXISTS', 'company:' .. destination) == 1
  local known = redis.call('EXISTS', 'recipients:' .. destination) == 1
  if not (parked or several or known) then return call_many('HDEL', rows, lines) end
  local behind = parked and redis.call('SMISMEMBER', 'behind:' .. destination, unpack(lines)) or {}
  local texts = known and redis.call('HMGET', rows, unpack(lines)) or {}
  call_many('HDEL', rows, lines)
  for i = 1, #lines do
    local recipient = texts[i] and recipient_of(texts[i])
    if behind[i] == 1 then
      promote(destination, lines[i], touched, recipient)
    else
      if recipient then n, recipients[n + 1] = n + 1, recipient end
      if several then end_line(destination, lines[i]) end
    end
  end
  call_many('HDEL', 'recipients:' .. destination, recipients)
end

local function batch_of(id)
  local values = redis.call('HMGET', 'batch:' .. id,
    'destination', 'lane', 'connector', 'function', 'account', 'attempt', 'state', 'progress', 'permit_until', 'first')
  if not values[1] then return nil end
  return {
    id = id, destination = values[1], lane = values[2], connector = values[3], func = values[4],
    account = values[5], attempt = tonumber(values[6]), state = values[7], progress = values[8],
    permit_until = values[9] and tonumber(values[9]), first = values[10],
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

-- Move rows of a batch to another sorted set: those named in `positions`, from 1, or 'all'.
local function move_rows(batch, positions, target)
  local rows = 'batch:' .. batch.id .. ':rows'
  local members = redis.call('ZRANGE', rows, 0, -1, 'WITHSCORES')
  local arrivals, profiles = {}, {}
  for i = 1, #members, 2 do
    if positions == 'all' or positions[(i + 1) / 2] then
      table.insert(arrivals, members[i + 1])
      table.insert(arrivals, members[i])
      table.insert(profiles, members[i])
    end
  end
  call_many('ZADD', target, arrivals)
  call_many('ZREM', rows, profiles)
end

-- End a batch: the rows named in `returned` (as above; nil: none) go back to the lane, all other rows leave.
local function finish(batch, returned)
  local touched, rows = {}, 'batch:' .. batch.id .. ':rows'
  if returned then
    move_rows(batch, returned, 'lane:' .. batch.lane)
    touched[batch.lane] = true
  end
  leave(batch.destination, redis.call('ZRANGE', rows, 0, -1), touched)
  forget(batch)
  refresh_all(touched)
end

-- Stop a batch of a destination that has been stopped. Before its first call its rows go back to their lane; after it
-- the batch waits, because its first call must not go out twice.
local function call_back(batch, now)
  if not batch.progress then return finish(batch, 'all') end
  redis.call('HINCRBY', 'batch:' .. batch.id, 'attempt', 1)
  put_aside(batch, text(now + 1000))
end

local function count(now, connector, destination, name, amount)
  local hour = text(math.floor(now / 3600000))
  redis.call('HINCRBY', 'counters', hour .. '|' .. connector .. '|' .. destination .. '|' .. name, amount)
end
