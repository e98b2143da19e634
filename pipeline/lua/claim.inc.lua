-- Claim the next batch of one connector and function, together with the permit for its call.
-- args  1 connector  2 func  3 account  4 new_id: for a new batch  5 lease_ms
--       6 max_in_flight: batches of the connector
--       7 limit: calls per window set for this connector, 0 for none  8 default: if the account has not told its limit
--       9 utilisation: the share of the limit to use  10 window_ms
--       11 max_unanswered: with this many doorbells waiting no worker is idle
--       12 burst: calls that may go at once after a quiet time
--       13 share_of_day: of the calls of 24 hours that are ours, where the account counts by them
--       14 ceiling: of these calls by anybody
--       15 worker: that goes on with the batch, or "" if its doorbell is to be rung
-- Returns {"batch", id, attempt, 1 if another batch may go and a worker is likely to be idle}
-- or {"wait", ms until asking again makes sense; -1: not before something changes}.
local MAX_PASSED_OVER = 100  -- batches that are looked through for one of the first class
local function claim(args)
  local connector, func, account, new_id, lease_ms, max_in_flight,
    limit, default, utilisation, window_ms, max_unanswered, burst, share_of_day, ceiling, worker = unpack(args)
  local window = tonumber(window_ms)
  local now = clock()
  local flying, retry = 'flying:' .. connector, 'retry:' .. connector .. ':' .. func

  local function permit_wait(id, class)
    local allowance, kept = allowance_for(
      account, func, tonumber(limit), tonumber(default), utilisation, now, window, share_of_day, ceiling)
    return take_permit('limit:' .. account .. ':' .. func, id, now, allowance, window, tonumber(burst), class, kept)
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

  -- A batch of the first class that may be tried again, though others have waited longer for that.
  local function next_first_retry()
    for _, id in ipairs(redis.call('ZRANGEBYSCORE', retry, '-inf', text(now), 'LIMIT', 0, MAX_PASSED_OVER)) do
      local batch = batch_of(id)
      if batch and batch.first and not stopped(batch) then return batch end
    end
    return nil
  end

  local function note(id, attempt, ...)
    redis.call('HSET', 'batch:' .. id, 'attempt', attempt, 'state', 'claimed', 'permit_until', text(now + window),
      'worker', worker, ...)
  end

  local function cut(lane, class)
    local destination = destination_of(lane)
    local settings = settings_of(destination)
    local id, last = new_id, most_rows(lane, settings) - 1
    local rows = redis.call('ZRANGESTORE', 'batch:' .. id .. ':rows', 'lane:' .. lane, 0, last)
    redis.call('ZREMRANGEBYRANK', 'lane:' .. lane, 0, last)
    note(id, 1, 'destination', destination, 'lane', lane, 'connector', connector, 'function', func,
      'account', account, 'tries', 0, 'rows', rows)
    if class == 'first' then redis.call('HSET', 'batch:' .. id, 'first', '1') end
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

  if redis.call('EXISTS', 'batch:' .. new_id) == 1 then  -- a repeat, for the answer was lost
    return claimed(batch_of(new_id), true)
  end
  local states = redis.call('HMGET', 'connector:' .. connector, 'stopped', 'first')
  if (states[1] or '') ~= '' then return {'wait', -1} end
  local ready, flown, most = 'ready:' .. connector .. ':' .. func, redis.call('ZCARD', flying), tonumber(max_in_flight)
  local batch, lane, class, first_soonest = nil, nil, nil, nil
  if states[2] then
    batch = next_first_retry()
    lane = not batch and first(ready .. ':first')
    class, first_soonest = (batch or lane) and 'first' or 'other', soonest
    -- others may fill all places while they wait for permits
    if lane and redis.call('ZCOUNT', flying, '-inf', '(+inf') >= most then class, lane = 'other', nil end
  end
  if class ~= 'first' then
    batch = next_retry()
    if states[2] and batch and batch.first then class = 'first' end
    lane = not batch and (first(ready) or first(ready .. ':bulk'))
    if not batch and not lane then
      return {'wait', soonest and math.ceil(soonest - now) or -1}
    end
    if lane and flown >= most then return {'wait', first_soonest and math.ceil(first_soonest - now) or -1} end
  end
  local wait, used_up = capacity_wait(account, now)
  local permit = (batch and batch.id or new_id) .. ':' .. (batch and batch.attempt or 0) + 1
  if wait == 0 then wait = permit_wait(permit, class) end
  if wait > 0 then return {'wait', first_soonest and math.min(wait, math.ceil(first_soonest - now)) or wait} end

  batch = batch and again(batch) or cut(lane, class)
  local lease = text(now + lease_ms)
  flown = flown + redis.call('ZADD', flying, lease, batch.id)
  if used_up then
    redis.call('HSET', 'capacity:' .. account, 'probe', batch.id, 'probe_until', lease)
  end
  local more = flown < most and redis.call('LLEN', 'deliveries') < tonumber(max_unanswered)
    and (first(retry) or states[2] and first(ready .. ':first') or first(ready) or first(ready .. ':bulk'))
  return claimed(batch, more)
end
