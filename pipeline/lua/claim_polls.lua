-- Take requests whose answers may be there, together with the permit for the one call that asks.
-- ARGV  1 connector  2 account  3 most  4 lease, ms  5 id of the call
--       6 limit set for this connector (0: none)  7 limit when the account has not said  8 utilisation  9 window, ms
-- Returns {batch, attempt, request, how often asked, ...}; nothing when none is due or no permit is to be had.
#include lanes
#include limits
local polls, now = 'polls:' .. ARGV[1], clock()
local why = redis.call('HGET', 'connector:' .. ARGV[1], 'stopped') or ''
if why ~= '' and why ~= 'paused' then return {} end  -- a pause stops sending; asking sends nothing
local due = redis.call('ZRANGEBYSCORE', polls, '-inf', text(now), 'LIMIT', 0, ARGV[3])
if #due == 0 or capacity_wait(ARGV[2], now) > 0 then return {} end
local limit, window = 'limit:' .. ARGV[2] .. ':pollRequests', tonumber(ARGV[9])
local most = allowance_for(ARGV[2], 'pollRequests', tonumber(ARGV[6]), tonumber(ARGV[7]), ARGV[8], now, window)
if take_permit(limit, ARGV[5], now, most, window) > 0 then return {} end
call_begun(limit, ARGV[5], now)
local answer = {}
for _, id in ipairs(due) do
  local key = 'batch:' .. id
  local values = redis.call('HMGET', key, 'attempt', 'request')
  if values[2] then
    redis.call('ZADD', polls, text(now + ARGV[4]), id)
    for _, value in ipairs({id, values[1], values[2], redis.call('HINCRBY', key, 'asked', 1)}) do
      table.insert(answer, value)
    end
  else
    redis.call('ZREM', polls, id)
  end
end
return answer
