-- Return the version of the newest catalog that was published: this one's, unless there is a newer one.
-- Who read the records before a change and publishes after it must not undo what the change did.
local function newest_catalog(version)
  local newest = redis.call('GET', 'catalog') or '0'
  if tonumber(newest) > tonumber(version) then return newest end
  redis.call('SET', 'catalog', version)
  return version
end
