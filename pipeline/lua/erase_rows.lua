-- Take the rows of one profile that wait for a destination out of its lanes, and forget when it changed last.
-- ARGV  1 destination  2 profile  3 max_parked: rows to take at a time  4 only_count: "1" changes nothing
--       5 line: in which they wait, "" for that of a state
-- Returns {rows that waited, 1 if there may be more, 1 if its first row is in flight, number of other keys about it}.
#include lanes
local destination, profile, max_parked, only_count, line = unpack(ARGV)
local rows, parked = 'rows:' .. destination, 'parked:' .. destination
local occurrence = line ~= ''
if not occurrence then line = line_of(destination, profile) end
local from, to = '[' .. line .. '\0', '(' .. line .. '\1'
local shared = occurrence or line ~= profile or is_shared(destination, line)
local digest = redis.sha1hex(profile)
local marks = occurrence and {''} or {'newest:' .. destination .. ':' .. digest, 'entered:' .. destination .. ':' .. digest}

-- The gate that the first row of the line waits for, and the lane that it then goes to; nil if there is none.
local function gate_of_first()
  local gates = redis.call('HGETALL', 'gates:' .. destination)
  for i = 1, #gates, 2 do
    if gates[i + 1] ~= '' and string.sub(gates[i], -#line - 1) == '\0' .. line then return gates[i] end
  end
end

-- The lane of the profile's row that is first in its line, and whether it is first.
local function lane_of_first()
  local first = redis.call('HGET', rows, line)
  if not first or profile_of(first, line) ~= profile then return nil, false end
  local named = string.match(first, '^([^%z]+)%z')
  for _, lane in ipairs(named and {named} or redis.call('SMEMBERS', 'lanes:' .. destination)) do
    if redis.call('ZSCORE', 'lane:' .. lane, line) then return lane, true end
  end
  return nil, true
end

-- Members of the profile's parked rows: in a line of its own at most `most`, in a shared one all.
local function parked_rows(most)
  if not shared then return redis.call('ZRANGEBYLEX', parked, from, to, 'LIMIT', 0, most) end
  local members = {}
  for _, member in ipairs(redis.call('ZRANGEBYLEX', parked, from, to)) do
    local row = parked_parts(line, member)
    if row.lane ~= '' and profile_of(row.row, line) == profile then table.insert(members, member) end
  end
  return members
end

-- Remove barriers that stand for rows which were taken.
local function open_their_gates(members)
  for _, member in ipairs(members) do
    local barrier = parked_parts(line, member).barrier
    if barrier and redis.call('HDEL', 'gates:' .. destination, barrier) == 1 then
      redis.call('ZREM', parked, barrier)
    end
  end
end

if only_count == '1' then
  local lane, first = lane_of_first()
  local gated = first and not lane and gate_of_first()
  local waiting = shared and #parked_rows() or redis.call('ZLEXCOUNT', parked, from, to)
  waiting = waiting + ((lane or gated) and 1 or 0)
  return {waiting, 0, first and not lane and not gated and 1 or 0, redis.call('EXISTS', unpack(marks))}
end

local known = redis.call('DEL', unpack(marks))
local later = parked_rows(max_parked)
open_their_gates(later)
call_many('ZREM', parked, later)
local taken, more, flying = #later, not shared and #later == tonumber(max_parked), false
if not more then
  local rest = redis.call('ZRANGEBYLEX', parked, from, to, 'LIMIT', 0, 1)
  if not rest[1] then redis.call('SREM', 'behind:' .. destination, line) end
  local lane, first = lane_of_first()
  local gate = first and not lane and gate_of_first()
  if lane or gate then
    local touched = {}
    if gate then
      redis.call('HDEL', 'gates:' .. destination, gate)
      redis.call('ZREM', parked, gate)
    else
      redis.call('ZREM', 'lane:' .. lane, line)
      touched[lane] = true
    end
    leave(destination, {line}, touched)
    refresh_all(touched)
    taken = taken + 1
  end
  flying = first and not lane and not gate
end
if taken > 0 then
  count(clock(), redis.call('HGET', 'destination:' .. destination, 'connector') or '', destination, 'erased', taken)
end
return {taken, more and 1 or 0, flying and 1 or 0, known}
