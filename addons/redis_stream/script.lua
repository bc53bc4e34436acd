-- Adds records to the stream, each once, and remembers what it has had (see ledger.py, which calls it).
--
-- KEYS   the stream; of exchanges: what it has had, their ages; of blobs: their entries, their ages; the proxies
-- ARGV   host, proxy, most entries, oldest entry in ms, most exchanges remembered, whether it comes from a log,
--        then per group: owner, time in ms, number of records, and per record: kind, seq, data.
-- Answer entries added, refused as doubles, refused as older than what it remembers; how many records it had had from
--        this proxy before; the first entry's time and the server's, in ms.

local stream, seen, seen_ages, blobs, blob_ages, proxies = unpack(KEYS)
local host, proxy = ARGV[1], ARGV[2]
local most, oldest_ms, remembered = tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5])
local from_log = ARGV[6] == '1'
local FORGOTTEN = '#forgotten'

local function add(kind, key, data)
  if most > 0 then
    return redis.call('XADD', stream, 'MAXLEN', '~', most, '*', 'kind', kind, 'host', host, 'key', key, 'data', data)
  end
  return redis.call('XADD', stream, '*', 'kind', kind, 'host', host, 'key', key, 'data', data)
end

-- What it has had of an exchange is text: a letter for each kind without a seq, and the frames as `from-to` ranges.
local function read(state)
  local ranges = {}
  for from, to in string.gmatch(state, '(%d+)-(%d+)') do
    ranges[#ranges + 1] = { tonumber(from), tonumber(to) }
  end
  return string.match(state, '^%a*'), ranges
end

local function write(letters, ranges)
  local parts = {}
  for place, range in ipairs(ranges) do
    parts[place] = string.format('%d-%d', range[1], range[2])
  end
  return letters .. table.concat(parts, ',')
end

-- False where the frame is there already.
local function take(ranges, seq)
  local place = #ranges
  while place > 0 and ranges[place][1] > seq do place = place - 1 end
  local before, after = ranges[place], ranges[place + 1]
  if before and seq <= before[2] then return false end
  local joins_before = before and before[2] == seq - 1
  local joins_after = after and after[1] == seq + 1
  if joins_before and joins_after then
    before[2] = after[2]
    table.remove(ranges, place + 1)
  elseif joins_before then
    before[2] = seq
  elseif joins_after then
    after[1] = seq
  else
    table.insert(ranges, place + 1, { seq, seq })
  end
  return true
end

local function parts(id)
  local ms, number = string.match(id, '^(%d+)-(%d+)')
  return tonumber(ms), tonumber(number)
end

-- Of the stream's first entry; of an empty stream beyond all that there ever was.
local function first()
  local entry = redis.call('XRANGE', stream, '-', '+', 'COUNT', 1)[1]
  if entry then return parts(entry[1]) end
  return 1e15, 0
end

local added, doubles, forgotten, records = 0, 0, 0, 0
local horizon_ms = from_log and tonumber(redis.call('HGET', seen, FORGOTTEN) or 0) or 0
local first_ms, first_number = first()
local place = 7

local function is_trimmed(id)
  local ms, number = parts(id)
  return ms < first_ms or ms == first_ms and number < first_number
end

while place <= #ARGV do
  local owner, time_ms, count = ARGV[place], ARGV[place + 1], tonumber(ARGV[place + 2])
  place = place + 3
  records = records + count
  local state = redis.call('HGET', ARGV[place] == 'blobs' and blobs or seen, owner)
  if ARGV[place] == 'blobs' then
    if state and not is_trimmed(state) then
      doubles = doubles + 1
    else
      local id = add('blobs', 'blobs:' .. owner, ARGV[place + 2])
      redis.call('HSET', blobs, owner, id)
      redis.call('ZADD', blob_ages, string.match(id, '^%d+'), owner)
      added = added + 1
    end
    place = place + 3
  elseif not state and tonumber(time_ms) <= horizon_ms then
    forgotten = forgotten + count
    place = place + 3 * count
  else
    local letters, ranges = read(state or '')
    local added_before = added
    for _ = 1, count do
      local kind, seq = ARGV[place], ARGV[place + 1]
      local key = kind .. ':' .. owner
      local is_new
      if seq ~= '' then
        is_new = take(ranges, tonumber(seq))
        key = key .. ':' .. seq
      else
        local letter = string.sub(kind, 1, 1)
        is_new = not string.find(letters, letter, 1, true)
        if is_new then letters = letters .. letter end
      end
      if is_new then
        add(kind, key, ARGV[place + 2])
        added = added + 1
      else
        doubles = doubles + 1
      end
      place = place + 3
    end
    if added > added_before then
      redis.call('HSET', seen, owner, write(letters, ranges))
      redis.call('ZADD', seen_ages, 'GT', time_ms, owner)
    end
  end
end

local surplus = redis.call('ZCARD', seen_ages) - remembered
if surplus > 0 then
  local popped = redis.call('ZPOPMIN', seen_ages, math.min(surplus, 1000))
  for index = 1, #popped, 2 do redis.call('HDEL', seen, popped[index]) end
  local before_ms = tonumber(redis.call('HGET', seen, FORGOTTEN) or 0)
  local now_forgotten_ms = tonumber(popped[#popped])
  if now_forgotten_ms > before_ms then redis.call('HSET', seen, FORGOTTEN, string.format('%d', now_forgotten_ms)) end
end

if oldest_ms > 0 then redis.call('XTRIM', stream, 'MINID', '~', string.format('%d', oldest_ms)) end
local oldest_ms_now = string.format('%d', (first()))
if tonumber(oldest_ms_now) ~= first_ms then
  local trimmed = redis.call('ZRANGEBYSCORE', blob_ages, '-inf', '(' .. oldest_ms_now, 'LIMIT', 0, 1000)
  for _, digest in ipairs(trimmed) do
    redis.call('HDEL', blobs, digest)
    redis.call('ZREM', blob_ages, digest)
  end
end

local time = redis.call('TIME')
local now_ms = time[1] * 1000 + math.floor(time[2] / 1000)
local told = redis.call('HGET', proxies, proxy)
local before = told and tonumber(string.match(told, '^%d+')) or 0
if records > 0 then
  redis.call('HSET', proxies, proxy, string.format('%d %d ', before + records, now_ms) .. host)
end
if records > 0 and not told then
  local all = redis.call('HGETALL', proxies)
  for index = 1, #all, 2 do
    local last_ms = tonumber(string.match(all[index + 1], '^%d+ (%d+)'))
    if now_ms - last_ms > 604800000 then redis.call('HDEL', proxies, all[index]) end
  end
end

return { added, doubles, forgotten, before, oldest_ms_now, string.format('%d', now_ms) }
