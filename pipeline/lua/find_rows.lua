-- Look for a profile in the rows of a destination, some at a time, where they are. Changes nothing.
-- ARGV  1 command: HSCAN or ZSCAN  2 key: "rows:{d}" or "parked:{d}"  3 cursor, "0" at first  4 rows: to look at, about
--       5 profile: as it stands in JSON without escapes
-- Returns {next cursor, "0" after the last, {entry, its value, ...}}: entries whose text has the profile in it, or an escape.
local command, key, cursor, rows, profile = unpack(ARGV)
local answer = redis.call(command, key, cursor, 'COUNT', rows)
local entries, found = answer[2], {}
local place = command == 'HSCAN' and 1 or 0  -- of the text behind the entry: a value, or the entry itself
for i = 1, #entries, 2 do
  local text = entries[i + place]
  if string.find(text, profile, 1, true) or string.find(text, '\\', 1, true) then
    table.insert(found, entries[i])
    table.insert(found, entries[i + 1])
  end
end
return {answer[1], found}
