-- Look for a profile in the rows of a destination, some at a time, where they are. Changes nothing.
-- ARGV  1 command: HSCAN or ZSCAN  2 key: "rows:{d}" or "parked:{d}"  3 cursor, "0" at first  4 rows: to look at, about
--       5 profile: as it stands in JSON without escapes
-- Returns {next cursor, "0" after the last, {entry, its value, ...}}: entries whose text has the profile in it, or an escape.
local command, key, cursor, rows, profile = unpack(ARGV)
local AT_ONCE = 100  -- rows: as many as stay in the processor's cache; a thousand take half as long again
local place = command == 'HSCAN' and 1 or 0  -- of the text behind the entry: a value, or the entry itself
local found, seen, find = {}, 0, string.find
repeat
  local entries
  cursor, entries = unpack(redis.call(command, key, cursor, 'COUNT', AT_ONCE))
  for i = 1, #entries, 2 do
    local text = entries[i + place]
    if find(text, profile, 1, true) or find(text, '\\', 1, true) then
      found[#found + 1], found[#found + 2] = entries[i], entries[i + 1]
    end
  end
  seen = seen + AT_ONCE
until cursor == '0' or seen >= tonumber(rows)
return {cursor, found}
