-- Functions of the scripts that take permits. The keys are drawn in limits.py.
--
-- Two rules, and a call must pass both. The log is exact: it holds every call that may count in a window that
-- reaches up to now, so no window, wherever it begins, sees more than the allowance, and nothing need be kept
-- in reserve. The moment a call reaches Responsys is not known; it is after its permit and before its answer. So its
-- score is the latest moment that is possible: for a permit a window from then, for a call that was begun REACH
-- from then, and when it was answered no later than that. The schedule spreads calls over the window, as GCRA
-- does; those that are EARLY at most let a worker that woke up late, or was held up elsewhere, catch up.
--
-- Why that is exact, for a window w. A permit taken at p scores p + w; its call begins at b, p <= b <= p + w, or not
-- under this permit (begin.lua); it then scores b + REACH, and arrives at a <= b + REACH. An entry leaves the log
-- when it scores less than now - w. So it is in the log from p on, until b at the least, for p + w >= b - w; and
-- from b on, until a + w at the least. Whatever arrived within [t - w, t] is in the log at t, and a permit is given
-- only while fewer than the allowance are. The log itself is kept for longer than its last entry counts: that
-- begins by p + w, scores p + w + REACH, and leaves at p + 2w + REACH.

-- Where an account has destinations of the first class, a tenth of each allowance is kept for their calls: other calls
-- end a tenth earlier. Calls of the first class have a schedule of their own, by which that tenth may go at once.

-- An account may count the calls of all who use it within 24 hours, and tell so: "18/5000" are used. Ours in an hour
-- are a 24th of our share of them, and never lead above the ceiling. Above it, calls of the first class alone go on,
-- with the tenth of our share that is kept for them, until LAST of the account's calls are used.

local REACH = 5000  -- ms in which a call that was begun reaches Responsys, be its answer ever so late
local AT_ONCE = 500  -- the same for a call that the permit's taker makes at once, one at a time
local EARLY = 0.05  -- of the window
local HEEDED = 60  -- windows after a refusal for which the account's limit overrules a higher one of the connector

local KEPT = 0.1  -- of an allowance, for the first class
local HOURS = 24  -- by which some accounts count
local LAST = 0.95  -- of an account's calls of 24 hours; the others are not for us

local function log_of(key)
  return 'calls:' .. string.sub(key, 7)  -- instead of "limit:"
end

-- The log of calls of the first class alone, beside that of all.
local function first_log_of(key)
  return log_of(key) .. ':first'
end

-- The calls of an allowance that are kept for the first class.
local function kept_of(allowance)
  return math.min(allowance - 1, math.max(1, math.floor(KEPT * allowance)))
end

-- The limit of an account: as set for a connector (0: nothing is), but after a refusal no more than the account
-- says; else as the account says, or the default.
local function limit_for(account, func, set, default, now, window, told)
  if set == 0 then return told or default end
  if not told or told >= set then return set end
  local paused = tonumber(redis.call('HGET', 'limit:' .. account .. ':' .. func, 'paused_until') or '0')
  return paused + HEEDED * window > now and told or set
end

-- The calls of an hour out of an account's use, which may be none, and the tenth that is kept for the first class.
local function allowance_of_day(told, share_of_day, ceiling)
  local used, most = string.match(told, '^(%d+)/(%d+)$')
  if used + 0 >= LAST * most then return 0, 0 end
  local ours = share_of_day * most / HOURS
  local below_ceiling = math.floor((ceiling * most - used) / HOURS)
  return math.max(0, math.min(math.max(1, math.floor(ours)), below_ceiling)), math.max(1, math.floor(KEPT * ours))
end

-- The calls per window of that which are to be used, one at the least. Where an account counts by the day: what is
-- ours of that, and how much of it is kept for the first class; `share_of_day`, `ceiling`: of the connector.
local function allowance_for(account, func, set, default, utilisation, now, window, share_of_day, ceiling)
  local told = redis.call('HGET', 'allowances:' .. account, func)
  if told and not tonumber(told) then return allowance_of_day(told, share_of_day, ceiling) end
  local limit = limit_for(account, func, set, default, now, window, tonumber(told))
  return math.max(1, math.floor(limit * utilisation))
end

-- The field with the schedule of a class.
local function due_of(class)
  return class == 'first' and 'first_due' or 'due'
end

local function limit_at(key, class)
  local values = redis.call('HMGET', key, 'paused_until', due_of(class), 'spacing', 'factor', 'resumed_at', 'patience')
  return {
    paused_until = tonumber(values[1] or '0'), due = tonumber(values[2] or '0'), spacing = tonumber(values[3]),
    factor = values[4], resumed_at = values[5], patience = values[6],
  }
end

-- The share of the allowance in use, and by how many tenths it went up since it was cut by a rejection: by one
-- after `patience` windows, then with each window that passes.
local function share(limit, now, window)
  if not limit.factor then return 1, nil end
  local windows = math.max(0, math.floor((now - tonumber(limit.resumed_at)) / window))
  local patience = tonumber(limit.patience or '1')
  local steps = math.max(0, windows + 1 - patience)
  return math.min(1, tonumber(limit.factor) + 0.1 * steps), steps, patience
end

-- The wait until fewer than `most` calls of the log are within a window; for ever, if there may be none.
local function log_wait(log, now, most, window)
  if most < 1 then return math.huge end
  if redis.call('ZCARD', log) < math.min(most, 1000) then return 0 end
  redis.call('ZREMRANGEBYSCORE', log, '-inf', '(' .. text(now - window))
  redis.call('ZREMRANGEBYSCORE', log, '(' .. text(now + math.max(window, REACH)), '+inf')  -- the clock was set back
  local surplus = redis.call('ZCARD', log) - most
  if surplus < 0 then return 0 end
  return tonumber(redis.call('ZRANGE', log, surplus, surplus, 'WITHSCORES')[2]) + window + 1 - now
end

local function note_permit(log, id, now, window)
  redis.call('ZADD', log, text(now + window), id)
  redis.call('PEXPIRE', log, text(2 * window + REACH + 1000))
end

-- Take a permit for the call `id`; return 0, or the milliseconds until one can be had. With `burst` so many
-- more may go at once. `class`: "first", "other" if a tenth is kept for the first, or nil. `kept`: of allowance_for.
local function take_permit(key, id, now, allowance, window, burst, class, kept)
  local limit = limit_at(key, class)
  if limit.paused_until > now then return limit.paused_until - now end
  local by_day = kept ~= nil
  if not by_day then
    allowance = math.max(1, math.floor(allowance * share(limit, now, window)))
    kept = class and kept_of(allowance) or 0
  end
  local most = allowance
  if class == 'other' then most = allowance - kept end
  if class == 'first' then most, burst = math.max(allowance, kept), kept end
  if most < 1 then return math.ceil(window / 60) end  -- until more is told
  local spacing = window / most
  local early = math.max((burst or 0) * spacing, EARLY * window)
  -- a schedule that is further ahead was made for a lower allowance, or before the clock was set back
  local due = math.min(limit.due, now + early + spacing)
  local full = log_wait(log_of(key), now, class == 'first' and allowance or most, window)
  if by_day and class == 'first' then full = math.min(full, log_wait(first_log_of(key), now, kept, window)) end
  local wait = math.max(math.ceil(due - early - now), full)
  if wait > 0 then return wait end
  due = math.max(now, due) + spacing
  redis.call('HSET', key, due_of(class), string.format('%.3f', due),
    'spacing', string.format('%.3f', window / math.max(allowance, most)))
  redis.call('PEXPIRE', key, string.format('%.0f', math.max(86400000, 2 * window)))
  note_permit(log_of(key), id, now, window)
  if class == 'first' then note_permit(first_log_of(key), id, now, window) end
  return 0
end

-- Note that a call goes out now.
local function call_begun(key, id, now, class, reach)
  local latest = text(now + (reach or REACH))
  redis.call('ZADD', log_of(key), 'XX', latest, id)
  if class == 'first' then redis.call('ZADD', first_log_of(key), 'XX', latest, id) end
end

-- Note that a call has been answered.
local function call_answered(key, id, now, class)
  redis.call('ZADD', log_of(key), 'XX', 'LT', text(now), id)
  if class == 'first' then redis.call('ZADD', first_log_of(key), 'XX', 'LT', text(now), id) end
end

-- Name the limit and the call of a batch as it is now; and its class, if that is the first.
local function limit_of(batch)
  return 'limit:' .. batch.account .. ':' .. batch.func, batch.id .. ':' .. batch.attempt, batch.first and 'first' or nil
end

-- Give back the permit of a call that was not made.
local function return_permit(key, id, class)
  local values = redis.call('HMGET', key, due_of(class), 'spacing')
  if class == 'first' then redis.call('ZREM', first_log_of(key), id) end
  if redis.call('ZREM', log_of(key), id) == 1 and values[1] and values[2] then
    redis.call('HSET', key, due_of(class), string.format('%.3f', tonumber(values[1]) - tonumber(values[2])))
  end
end

-- While the account's capacity is used up: 0 when one call may try, else the wait. And whether it is.
local function capacity_wait(account, now)
  local values = redis.call('HMGET', 'capacity:' .. account, 'until', 'probe_until')
  if not values[1] then return 0, false end
  local wait = math.max(tonumber(values[1]), tonumber(values[2] or '0')) - now
  return math.max(0, wait), true
end
