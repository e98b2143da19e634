-- Take the next batch; claim.inc.lua says from what, and what is returned.
#include lanes
#include limits
#include claim
return claim(ARGV)
