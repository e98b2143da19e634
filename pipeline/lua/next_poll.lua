-- Return the milliseconds until a request of a connector is to be asked after; -1 if there is none.
-- ARGV  1 connector
#include lanes
local connector = unpack(ARGV)
local first = redis.call('ZRANGE', 'polls:' .. connector, 0, 0, 'WITHSCORES')
return first[2] and math.max(0, math.ceil(tonumber(first[2]) - clock())) or -1
