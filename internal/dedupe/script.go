package dedupe

// The scripts run on servers from Redis 6 on. They are sent as text (EVAL): the
// server knows a text by its digest, which costs it a microsecond per batch, and
// in return there is no "NOSCRIPT" after a restart or a failover to recover from
// in the middle of a pipeline. Every key of one revision is on one node.
//
// A key may hold anything that somebody wrote there; mget reads that as nothing, and
// get and set are pcalls, so that one such key does not spoil the batch.
//
// A command that a script calls costs the server about a microsecond, more than one
// from outside. So what can be said of all keys at once is: the marks are one mget, the
// claims that are given back one mget and one del. Lua's unpack hands on 8000 values.
const luaMGet = `
local function mget(keys, last)
  local values = {}
  for from = 1, last, 4000 do
    local part = redis.call('mget', unpack(keys, from, math.min(from + 3999, last)))
    if last <= 4000 then return part end
    for i = 1, #part do values[from + i - 1] = part[i] end
  end
  return values
end`

// beginScript answers for each revision, in this order: what became of the claim
// and the values of the marks. KEYS are the marks of all and then the claims; ARGV
// is the claim's lifetime and then, for each, the number of marks and the token.
//
// Marks are read before the claim is taken and atomically with it: whoever is
// granted it knows that nobody has sent what is not marked. A claim of an earlier
// life of the same member is taken over: its holder is gone, or about to be fenced.
const beginScript = luaMGet + `
local ttl, key, mark, n, out = ARGV[1], #KEYS - (#ARGV - 1) / 2, 0, 0, {}
local values = mget(KEYS, key)
for arg = 2, #ARGV, 2 do
  key = key + 1
  local marks = tonumber(ARGV[arg])
  local sent = 0
  for i = 1, marks do
    if values[mark + i] == '1' then sent = sent + 1 end
    out[n + 1 + i] = values[mark + i]
  end
  local claim = -2
  if sent < marks then
    local ok = redis.pcall('set', KEYS[key], ARGV[arg + 1], 'nx', 'px', ttl)
    if not ok then
      local held, mine = redis.pcall('get', KEYS[key]), ARGV[arg + 1]
      if type(held) == 'string' and held:sub(1, 8) == mine:sub(1, 8) and held:sub(9, 16) ~= mine:sub(9, 16) then
        redis.call('set', KEYS[key], mine, 'px', ttl)
        claim = 0
      else
        claim = redis.call('pttl', KEYS[key])
        if claim < 1 then claim = 1 end
      end
    elseif ok.ok then
      claim = 0
    else
      claim = -1
    end
  end
  out[n + 1] = claim
  n, mark = n + 1 + marks, mark + marks
end
return out`

// What became of a claim; above 0 are the milliseconds that another's has left.
const (
	claimGranted  = 0
	claimRefused  = -1 // the server takes no writes
	claimNeedless = -2 // all is sent
)

// keepScript gives claims back or renews them. KEYS are claims; ARGV is, for
// each, the token and the new lifetime, 0 to give it back.
const keepScript = luaMGet + `
local out, back = {}, {}
local values = mget(KEYS, #KEYS)
for i = 1, #KEYS do
  local value, token, ttl = values[i], ARGV[2 * i - 1], ARGV[2 * i]
  out[i] = 0
  if value == token then out[i] = 1 elseif value == '!' .. token then out[i] = 2 end
  if out[i] > 0 then
    if ttl == '0' then back[#back + 1] = KEYS[i] else redis.pcall('pexpire', KEYS[i], ttl) end
  end
end
for from = 1, #back, 4000 do
  redis.pcall('del', unpack(back, from, math.min(from + 3999, #back)))
end
return out`

// What became of a claim that was to be kept or given back.
const (
	keptLost   = 0
	keptSpoilt = 2 // it was still the holder's, and the revision was forgotten
)

// luaSpoil spoils the claim KEYS[1], if there is one. luaHidden is when the entry at a
// key began to say what is hidden, false for an entry that does not.
const (
	luaSpoil = `
local value = redis.pcall('get', KEYS[1])
if type(value) == 'string' and string.sub(value, 1, 1) ~= '!' then
  redis.call('set', KEYS[1], '!' .. value, 'keepttl')
end`
	luaHidden = `
local function hidden(key)
  local value = redis.pcall('get', key)
  return type(value) == 'string' and string.match(value, '^hidden:[tuc]+:(%d+)$')
end`
)

// forgetScript spoils the claim KEYS[1] and deletes the negative entry KEYS[2].
const forgetScript = luaHidden + luaSpoil + `
if hidden(KEYS[2]) then return 0 end
return redis.call('del', KEYS[2])`

// ungoneScript deletes the negative entry KEYS[1], but never what is hidden.
const ungoneScript = luaHidden + `
if hidden(KEYS[1]) then return 0 end
return redis.call('del', KEYS[1])`

// hideScript sets the entry KEYS[2] to ARGV[1] for ARGV[3] milliseconds, or deletes it
// if that is empty, unless it is from later than ARGV[2]; and spoils the claim KEYS[1]
// if ARGV[4] says so.
const hideScript = luaHidden + `
local since = hidden(KEYS[2])
if since and tonumber(since) > tonumber(ARGV[2]) then return 0 end
if ARGV[4] == '1' then ` + luaSpoil + `
end
if ARGV[1] == '' then return redis.call('del', KEYS[2]) end
redis.call('set', KEYS[2], ARGV[1], 'px', ARGV[3])
return 0`
