-- Take the next batch of one connector and function together with the permit for its call.
-- args  1 connector  2 function  3 account  4 id for a new batch  5 lease, ms  6 most in flight
--       7 limit set for this connector (0: none)  8 limit when the account has not said  9 utilisation  10 window, ms
--       11 doorbells that may wait before nobody counts as idle
-- Returns {"batch", id, attempt, 1 when there may be another and somebody idle for it}
-- or {"wait", ms until it is worth asking again, -1: when something changes}.
local function claim(args)
  local connector, func, account = args[1], args[2], args[3]
  local window = tonumber(args[10])
  local now = clock()
  local flying, retry = 'flying:' .. connector, 'retry:' .. connector .. ':' .. func

  local function allowance()
    return allowance_for(account, func, tonumber(args[7]), tonumber(args[8]), args[9], now, window)
  end

  local soonest = nil
  local function first(key)
    local found = redis.call('ZRANGE', key, 0, 0, 'WITHSCORES')
    if not found[1] then return nil end
    local at = tonumber(found[2])
    if at <= now then return found[1] end
    if not soonest or at < soonest then soonest = at end
    return nil
  end

  -- A batch that waits for another try; those of a stopped destination go back to their lanes.
  local function next_retry()
    while true do
      local id = first(retry)
      if not id then return nil end
      local batch = batch_of(id)
      if batch and not stopped(batch) then return batch end
      if batch then call_back(batch, now) else redis.call('ZREM', retry, id) end
    end
  end

  local function note(id, attempt, ...)
    redis.call('HSET', 'batch:' .. id, 'attempt', attempt, 'state', 'claimed', 'permit_until', text(now + window), ...)
  end

  local function cut(lane)
    local destination = destination_of(lane)
    local settings = settings_of(destination)
    local id, last = args[4], most_rows(lane, settings) - 1
    local rows = redis.call('ZRANGESTORE', 'batch:' .. id .. ':rows', 'lane:' .. lane, 0, last)
    redis.call('ZREMRANGEBYRANK', 'lane:' .. lane, 0, last)
    note(id, 1, 'destination', destination, 'lane', lane, 'connector', connector, 'function', func,
      'account', account, 'tries', 0, 'rows', rows)
    refresh(lane, settings)
    return {id = id, attempt = 1}
  end

  local function again(batch)
    note(batch.id, batch.attempt + 1)
    redis.call('ZREM', retry, batch.id)
    return {id = batch.id, attempt = batch.attempt + 1}
  end

  local function claimed(batch, more)
    return {'batch', batch.id, batch.attempt, more and 1 or 0}
  end

  if redis.call('EXISTS', 'batch:' .. args[4]) == 1 then  -- but the answer was lost
    return claimed(batch_of(args[4]), true)
  end
  if (redis.call('HGET', 'connector:' .. connector, 'stopped') or '') ~= '' then return {'wait', -1} end
  local batch = next_retry()
  local ready = 'ready:' .. connector .. ':' .. func
  local lane = not batch and (first(ready) or first(ready .. ':bulk'))
  if not batch and not lane then
    return {'wait', soonest and math.ceil(soonest - now) or -1}
  end
  local flown, most = redis.call('ZCARD', flying), tonumber(args[6])
  if lane and flown >= most then return {'wait', -1} end
  local wait, used_up = capacity_wait(account, now)
  local permit = (batch and batch.id or args[4]) .. ':' .. (batch and batch.attempt or 0) + 1
  if wait == 0 then wait = take_permit('limit:' .. account .. ':' .. func, permit, now, allowance(), window) end
  if wait > 0 then return {'wait', wait} end

  batch = batch and again(batch) or cut(lane)
  local lease = text(now + args[5])
  flown = flown + redis.call('ZADD', flying, lease, batch.id)
  if used_up then
    redis.call('HSET', 'capacity:' .. account, 'probe', batch.id, 'probe_until', lease)
  end
  local more = flown < most and redis.call('LLEN', 'deliveries') < tonumber(args[11])
    and (first(retry) or first(ready) or first(ready .. ':bulk'))
  return claimed(batch, more)
end
