-- Forget counters that SQL has.
-- KEYS  1 counters:folding   ARGV  1 their id
if redis.call('HGET', KEYS[1], 'id') == ARGV[1] then redis.call('DEL', KEYS[1]) end
