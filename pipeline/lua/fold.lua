-- Put the counters aside for SQL, unless some are there already, and return those.
-- KEYS  1 counters  2 counters:folding
-- ARGV  1 fold_id: for the counters put aside now
local fold_id = unpack(ARGV)
if redis.call('EXISTS', KEYS[2]) == 0 then
  if redis.call('EXISTS', KEYS[1]) == 0 then return {} end
  redis.call('RENAME', KEYS[1], KEYS[2])
  redis.call('HSET', KEYS[2], 'id', fold_id)
end
return redis.call('HGETALL', KEYS[2])
