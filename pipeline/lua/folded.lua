-- Forget counters that are in SQL.
-- KEYS  1 counters:folding
-- ARGV  1 fold_id: of these counters
local fold_id = unpack(ARGV)
if redis.call('HGET', KEYS[1], 'id') == fold_id then redis.call('DEL', KEYS[1]) end
