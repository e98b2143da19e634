-- Return of each profile the row that a newer one would overlay, "" when there is none.
-- ARGV  1 destination  then profiles
#include lanes
local answer = {}
for i = 2, #ARGV do
  local found = overlaid(ARGV[1], ARGV[i])
  answer[i - 1] = found and found.row or ''
end
return answer
