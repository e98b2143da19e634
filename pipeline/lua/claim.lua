-- Claim the next batch.
-- ARGV  the arguments of claim.inc.lua
-- Returns the result of claim.inc.lua.
#include lanes
#include limits
#include claim
return claim(ARGV)
