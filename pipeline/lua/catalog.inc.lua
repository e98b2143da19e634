-- Return the version of the newest catalog that was published: this one's, unless there is a newer one.
-- Records that were read before a change and are published after it must not undo the change.
local function newest_catalog(version)
  local newest = redis.call('GET', 'catalog') or '0'
  if tonumber(newest) > tonumber(version) then return newest end
  redis.call('SET', 'catalog', version)
  return version
end
