-- What the scripts that take permits share. The keys are drawn in limits.py.
--
-- GCRA spaces calls evenly and remembers one number, the time at which the next call would be exactly on
-- schedule. `tolerance` lets a few calls be early. With spacing = window / (allowance - reserve) no window
-- of that length, however aligned, holds more than `allowance` calls; half of the reserve lets a worker
-- that woke up late catch up, the other half absorbs what the network adds between a permit and its call.

local function schedule(allowance, window, burst)
  if burst > 0 and burst < allowance then
    local spacing = window / (allowance - burst)
    return spacing, burst * spacing
  end
  local reserve = 0
  if allowance >= 40 then
    reserve = math.max(2, math.ceil(allowance * 0.015))
  elseif allowance >= 10 then
    reserve = 1
  end
  local spacing = window / (allowance - reserve)
  return spacing, math.floor(reserve / 2) * spacing
end

-- The share of the allowance in use: cut by a rejection, restored by a tenth with each window that passes.
local function share(key, now, window)
  local values = redis.call('HMGET', key, 'factor', 'resumed_at')
  if not values[1] then return 1 end
  local windows = math.max(0, math.floor((now - tonumber(values[2])) / window))
  return math.min(1, tonumber(values[1]) + 0.1 * windows)
end

-- Take a permit; return 0, or the milliseconds until one can be had. With `burst` so many more may go at once.
local function take_permit(key, now, allowance, window, burst)
  local paused = tonumber(redis.call('HGET', key, 'paused_until') or '0')
  if paused > now then return paused - now end
  local spacing, tolerance = schedule(allowance, window, burst or 0)
  spacing = spacing / share(key, now, window)
  local due = math.max(now, tonumber(redis.call('HGET', key, 'due') or '0'))
  if due - tolerance > now then return math.ceil(due - tolerance - now) end
  redis.call('HSET', key, 'due', string.format('%.3f', due + spacing), 'spacing', string.format('%.3f', spacing))
  redis.call('PEXPIRE', key, string.format('%.0f', math.max(86400000, 2 * window)))
  return 0
end

-- Give back the permit of a call that was not made.
local function return_permit(key)
  local values = redis.call('HMGET', key, 'due', 'spacing')
  if values[1] and values[2] then
    redis.call('HSET', key, 'due', string.format('%.3f', tonumber(values[1]) - tonumber(values[2])))
  end
end

-- While the account's capacity is used up: 0 when one call may try, else the wait.
local function capacity_wait(account, now)
  local values = redis.call('HMGET', 'capacity:' .. account, 'until', 'probe_until')
  if not values[1] then return 0 end
  local wait = math.max(tonumber(values[1]), tonumber(values[2] or '0')) - now
  return math.max(0, wait)
end
