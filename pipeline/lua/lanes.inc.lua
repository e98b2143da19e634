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

-- Give a new row its place: in its lane when its profile has no row here yet, else parked behind the others.
local function enqueue(lane, destination, profile, row, arrival, sequence)
  if redis.call('HSETNX', 'rows:' .. destination, profile, row) == 1 then
    redis.call('ZADD', 'lane:' .. lane, arrival, profile)
    return
  end
  local place = string.format('%s\0%016d\0', profile, sequence)
  redis.call('ZADD', 'parked:' .. destination, 0, place .. lane .. '\0' .. arrival .. '\0' .. row)
end

-- A profile's first row is done: its next one takes the place, keeping its own arrival.
local function promote(destination, profile, touched)
  local parked = 'parked:' .. destination
  local member = redis.call('ZRANGEBYLEX', parked, '[' .. profile .. '\0', '(' .. profile .. '\1', 'LIMIT', 0, 1)[1]
  if not member then
    redis.call('HDEL', 'rows:' .. destination, profile)
    return
  end
  redis.call('ZREM', parked, member)
  local tail = string.sub(member, #profile + 19)  -- behind the profile, the 16 digits and two NULs
  local lane, arrival, row = string.match(tail, '^([^%z]*)%z([^%z]*)%z(.*)$')
  redis.call('HSET', 'rows:' .. destination, profile, row)
  redis.call('ZADD', 'lane:' .. lane, arrival, profile)
  touched[lane] = true
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
  local touched = {[batch.lane] = true}
  for i = 1, #members, 2 do
    if returned == 'all' or returned[(i + 1) / 2] then
      redis.call('ZADD', 'lane:' .. batch.lane, members[i + 1], members[i])
    else
      promote(batch.destination, members[i], touched)
    end
  end
  forget(batch)
  refresh_all(touched)
end

local function count(now, connector, destination, name, amount)
  local hour = text(math.floor(now / 3600000))
  redis.call('HINCRBY', 'counters', hour .. '|' .. connector .. '|' .. destination .. '|' .. name, amount)
end
