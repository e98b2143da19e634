-- Claim requests that may have been answered, together with the permit for the one call that asks.
-- ARGV  1 connector  2 account  3 func: the function that limits count polls by  4 max_requests  5 lease_ms
--       6 call_id: of the call that asks  7 limit: calls per window set for this connector, 0 for none
--       8 default: if the account has not told its limit  9 utilisation: the share of the limit to use  10 window_ms
-- Returns {batch, attempt, request, how often asked, ...}; nothing if no request is due or no permit is left.
#include lanes
#include limits
local connector, account, func, max_requests, lease_ms, call_id, limit, default, utilisation, window_ms = unpack(ARGV)
local polls, now = 'polls:' .. connector, clock()
local states = redis.call('HMGET', 'connector:' .. connector, 'stopped', 'first')
local why, class = states[1] or '', states[2] and 'other' or nil
if why ~= '' and why ~= 'paused' then return {} end  -- a pause stops sending; asking sends nothing
local due = redis.call('ZRANGEBYSCORE', polls, '-inf', text(now), 'LIMIT', 0, max_requests)
if #due == 0 or capacity_wait(account, now) > 0 then return {} end
local limit_key, window = 'limit:' .. account .. ':' .. func, tonumber(window_ms)
local allowance = allowance_for(account, func, tonumber(limit), tonumber(default), utilisation, now, window)
if take_permit(limit_key, call_id, now, allowance, window, 0, class) > 0 then return {} end
call_begun(limit_key, call_id, now)
local answer = {}
for _, id in ipairs(due) do
  local key = 'batch:' .. id
  local values = redis.call('HMGET', key, 'attempt', 'request')
  if values[2] then
    redis.call('ZADD', polls, text(now + lease_ms), id)
    for _, value in ipairs({id, values[1], values[2], redis.call('HINCRBY', key, 'asked', 1)}) do
      table.insert(answer, value)
    end
  else
    redis.call('ZREM', polls, id)
  end
end
return answer
