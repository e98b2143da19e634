-- Claim the next batch.
-- ARGV  the arguments of claim.inc.lua, which also says what is returned
#include lanes
#include limits
#include claim
return claim(ARGV)
