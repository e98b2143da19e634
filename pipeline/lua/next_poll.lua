-- Return the milliseconds until a request of a connector is to be asked after; -1 when there is none.
-- ARGV  1 connector
#include lanes
local first = redis.call('ZRANGE', 'polls:' .. ARGV[1], 0, 0, 'WITHSCORES')
return first[2] and math.max(0, math.ceil(tonumber(first[2]) - clock())) or -1
