-- Take requests whose answers may be there, together with the permit for the one call that asks.
-- ARGV  1 connector  2 account  3 allowance per window  4 window, ms  5 most  6 lease, ms  7 id of the call
-- Returns {batch, attempt, request, how often asked, ...}; nothing when none is due or no permit is to be had.
#include lanes
#include limits
local polls, now = 'polls:' .. ARGV[1], clock()
local why = redis.call('HGET', 'connector:' .. ARGV[1], 'stopped') or ''
if why ~= '' and why ~= 'paused' then return {} end  -- a pause stops sending; asking sends nothing
local due = redis.call('ZRANGEBYSCORE', polls, '-inf', text(now), 'LIMIT', 0, ARGV[5])
if #due == 0 or capacity_wait(ARGV[2], now) > 0 then return {} end
local limit = 'limit:' .. ARGV[2] .. ':pollRequests'
if take_permit(limit, ARGV[7], now, tonumber(ARGV[3]), tonumber(ARGV[4])) > 0 then return {} end
call_begun(limit, ARGV[7], now)
local answer = {}
for _, id in ipairs(due) do
  local key = 'batch:' .. id
  local values = redis.call('HMGET', key, 'attempt', 'request')
  if values[2] then
    redis.call('ZADD', polls, text(now + ARGV[6]), id)
    for _, value in ipairs({id, values[1], values[2], redis.call('HINCRBY', key, 'asked', 1)}) do
      table.insert(answer, value)
    end
  else
    redis.call('ZREM', polls, id)
  end
end
return answer
