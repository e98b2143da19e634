-- Read the numbers of rows in lanes and the batches in flight, of all destinations at one moment. Changes nothing.
-- ARGV  names of destinations that are answered even where Redis has nothing of them
-- Returns {now,
--          {{destination, rows that wait or fly, lanes that hold rows, arrival of the oldest, due time of the first}, ...},
--          {{destination, state, rows, arrival of the oldest, end of the lease, time of the next try} of a batch, ...}}
-- Times are ms since the epoch; '' where there is none.
#include lanes

local function earlier(one, other)
  return (not one or (other and other < one)) and other or one
end

-- Arrival of the oldest row in a lane or batch; nil where it is empty.
local function oldest_in(key)
  return tonumber(redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')[2])
end

-- When the first of these lanes is due.
local function first_due(ready, lanes)
  local due = nil
  for from = 1, #lanes, CHUNK do
    local times = redis.call('ZMSCORE', ready, unpack(lanes, from, math.min(from + CHUNK - 1, #lanes)))
    for _, time in ipairs(times) do due = earlier(due, time and tonumber(time)) end
  end
  return due
end

local function waiting_of(destination)
  local settings = settings_of(destination)
  local filled, oldest, due, by_ready = 0, nil, nil, {}
  for _, lane in ipairs(redis.call('SMEMBERS', 'lanes:' .. destination)) do
    local arrival = oldest_in('lane:' .. lane)
    if arrival then filled, oldest = filled + 1, earlier(oldest, arrival) end
    if settings then
      local ready = ready_key(settings.connector, settings.func, lane, settings.priority)
      by_ready[ready] = by_ready[ready] or {}
      table.insert(by_ready[ready], lane)
    end
  end
  for ready, lanes in pairs(by_ready) do due = earlier(due, first_due(ready, lanes)) end
  return {destination, rows_of(destination), filled, oldest and text(oldest) or '', due and text(due) or ''}
end

local function flight_of(id, lease)
  local batch = batch_of(id)
  if not batch then return nil end
  local next_try = redis.call('ZSCORE', 'retry:' .. batch.connector .. ':' .. batch.func, id)
  local oldest = oldest_in('batch:' .. id .. ':rows')
  local rows = redis.call('HGET', 'batch:' .. id, 'rows')
  return {batch.destination, batch.state, rows, oldest and text(oldest) or '', lease, next_try or ''}
end

local names, connectors, waiting, flights = {}, {}, {}, {}
for _, name in ipairs(redis.call('SMEMBERS', 'destinations')) do names[name] = true end
for _, name in ipairs(ARGV) do names[name] = true end
for name in pairs(names) do table.insert(waiting, waiting_of(name)) end
for _, way in ipairs(redis.call('SMEMBERS', 'ways')) do connectors[string.match(way, '^[^:]*')] = true end
for connector in pairs(connectors) do
  local leases = redis.call('ZRANGE', 'flying:' .. connector, 0, -1, 'WITHSCORES')
  for i = 1, #leases, 2 do table.insert(flights, flight_of(leases[i], leases[i + 1])) end
end
return {clock(), waiting, flights}
