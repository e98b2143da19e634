-- Take the rows of one profile that wait for a destination out of its lanes, and forget when it changed last.
-- ARGV  1 destination  2 profile  3 max_parked: rows to take at a time  4 only_count: "1" changes nothing
-- Returns {rows that waited, 1 if there may be more, 1 if its first row is in flight, number of other keys about it}.
#include lanes
local destination, profile, max_parked, only_count = unpack(ARGV)
local rows, parked = 'rows:' .. destination, 'parked:' .. destination
local from, to = '[' .. profile .. '\0', '(' .. profile .. '\1'
local digest = redis.sha1hex(profile)
local marks = {'newest:' .. destination .. ':' .. digest, 'entered:' .. destination .. ':' .. digest}

local function lane_of_first()
  local first = redis.call('HGET', rows, profile)
  if not first then return nil, false end
  local named = string.match(first, '^([^%z]*)%z')
  for _, lane in ipairs(named and {named} or redis.call('SMEMBERS', 'lanes:' .. destination)) do
    if redis.call('ZSCORE', 'lane:' .. lane, profile) then return lane, true end
  end
  return nil, true
end

if only_count == '1' then
  local lane, first = lane_of_first()
  local waiting = redis.call('ZLEXCOUNT', parked, from, to) + (lane and 1 or 0)
  return {waiting, 0, first and not lane and 1 or 0, redis.call('EXISTS', unpack(marks))}
end

local known = redis.call('DEL', unpack(marks))
local later = redis.call('ZRANGEBYLEX', parked, from, to, 'LIMIT', 0, max_parked)
call_many('ZREM', parked, later)
local taken, more, flying = #later, #later == tonumber(max_parked), false
if not more then
  redis.call('SREM', 'behind:' .. destination, profile)
  local lane, first = lane_of_first()
  if lane then
    redis.call('ZREM', 'lane:' .. lane, profile)
    redis.call('HDEL', rows, profile)
    refresh(lane)
    taken = taken + 1
  end
  flying = first and not lane
end
if taken > 0 then
  count(clock(), redis.call('HGET', 'destination:' .. destination, 'connector') or '', destination, 'erased', taken)
end
return {taken, more and 1 or 0, flying and 1 or 0, known}
