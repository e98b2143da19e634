-- What the scripts of lanes.py share. Times are milliseconds since the epoch, by the server's own clock.
-- The keys are drawn in lanes.py.

local function clock()
  local now = redis.call('TIME')
  return now[1] * 1000 + math.floor(now[2] / 1000)
end

local function text(number)  -- Lua would write 1.7e+12
  return string.format('%.0f', number)
end

local function destination_of(lane)
  return string.match(lane, '^[^/]*')
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
  local key = 'ready:' .. connector .. ':' .. func
  if string.sub(lane, -5) == '+bulk' then key = key .. ':bulk' end
  return key
end

-- Note when a lane is due: at once when it holds a full batch, else when its oldest row has waited max_age.
local function refresh(lane)
  local destination = destination_of(lane)
  local settings = settings_of(destination)
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
  local full = redis.call('ZCARD', 'lane:' .. lane) >= settings.max_rows
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

-- Tell of each row whether its profile has one at this destination already, be it among these.
local function taken(destination, rows)
  local answer, known = {}, {}
  for from = 1, #rows, CHUNK do
    local names = {}
    for i = from, math.min(from + CHUNK - 1, #rows) do names[#names + 1] = rows[i][1] end
    for i, row in ipairs(redis.call('HMGET', 'rows:' .. destination, unpack(names))) do
      answer[from + i - 1] = row or known[names[i]]
      known[names[i]] = true
    end
  end
  return answer
end

-- Give new rows {profile, row, lane} of one destination their places, in their order: in the lane when the
-- profile has no row at the destination yet, else parked behind the others.
local function enqueue(destination, rows, arrival)
  local waiting, first, parked, arrivals = taken(destination, rows), {}, {}, {}
  local sequence = redis.call('INCRBY', 'sequence', #rows) - #rows
  for i, row in ipairs(rows) do
    local profile, text, lane = row[1], row[2], row[3]
    if waiting[i] then
      table.insert(parked, 0)
      table.insert(parked, string.format('%s\0%016d\0', profile, sequence + i) .. lane .. '\0' .. arrival .. '\0' .. text)
    else
      table.insert(first, profile)
      table.insert(first, text)
      arrivals[lane] = arrivals[lane] or {}
      table.insert(arrivals[lane], arrival)
      table.insert(arrivals[lane], profile)
    end
  end
  call_many('HSET', 'rows:' .. destination, first)
  call_many('ZADD', 'parked:' .. destination, parked)
  for lane, of_lane in pairs(arrivals) do
    call_many('ZADD', 'lane:' .. lane, of_lane)
    refresh(lane)
  end
end

-- The first rows of these profiles are done: the next ones take their places, keeping their own arrivals.
local function promote(destination, profiles, touched)
  local parked = 'parked:' .. destination
  local done = profiles
  if redis.call('EXISTS', parked) == 1 then
    done = {}
    for _, profile in ipairs(profiles) do
      local member = redis.call('ZRANGEBYLEX', parked, '[' .. profile .. '\0', '(' .. profile .. '\1', 'LIMIT', 0, 1)[1]
      if member then
        redis.call('ZREM', parked, member)
        local tail = string.sub(member, #profile + 19)  -- behind the profile, the 16 digits and two NULs
        local lane, arrival, row = string.match(tail, '^([^%z]*)%z([^%z]*)%z(.*)$')
        redis.call('HSET', 'rows:' .. destination, profile, row)
        redis.call('ZADD', 'lane:' .. lane, arrival, profile)
        touched[lane] = true
      else
        table.insert(done, profile)
      end
    end
  end
  call_many('HDEL', 'rows:' .. destination, done)
end

local function batch_of(id)
  local values = redis.call('HMGET', 'batch:' .. id,
    'destination', 'lane', 'connector', 'function', 'account', 'attempt', 'state')
  if not values[1] then return nil end
  return {
    id = id, destination = values[1], lane = values[2], connector = values[3], func = values[4],
    account = values[5], attempt = tonumber(values[6]), state = values[7],
  }
end

local function rows_of(batch)
  local members = redis.call('LRANGE', 'batch:' .. batch.id .. ':rows', 0, -1)
  local profiles, answer = {}, {}
  for i = 1, #members, 2 do profiles[#profiles + 1] = members[i] end
  local rows = redis.call('HMGET', 'rows:' .. batch.destination, unpack(profiles))
  for i, profile in ipairs(profiles) do
    answer[2 * i - 1], answer[2 * i] = profile, rows[i]
  end
  return answer
end

local function stopped(batch)
  local settings = settings_of(batch.destination)
  if settings and settings.stopped then return true end
  return (redis.call('HGET', 'connector:' .. batch.connector, 'stopped') or '') ~= ''
end

local function forget(batch)
  redis.call('DEL', 'batch:' .. batch.id, 'batch:' .. batch.id .. ':rows')
  redis.call('ZREM', 'flying:' .. batch.connector, batch.id)
  redis.call('ZREM', 'retry:' .. batch.connector .. ':' .. batch.func, batch.id)
end

-- End a batch: the rows named in `returned` (by position, from 1) go back to the lane, the others leave.
local function finish(batch, returned)
  local members = redis.call('LRANGE', 'batch:' .. batch.id .. ':rows', 0, -1)
  local touched, back, done = {[batch.lane] = true}, {}, {}
  for i = 1, #members, 2 do
    if returned == 'all' or returned[(i + 1) / 2] then
      table.insert(back, members[i + 1])
      table.insert(back, members[i])
    else
      table.insert(done, members[i])
    end
  end
  call_many('ZADD', 'lane:' .. batch.lane, back)
  promote(batch.destination, done, touched)
  forget(batch)
  refresh_all(touched)
end

local function count(now, connector, destination, name, amount)
  local hour = text(math.floor(now / 3600000))
  redis.call('HINCRBY', 'counters', hour .. '|' .. connector .. '|' .. destination .. '|' .. name, amount)
end
