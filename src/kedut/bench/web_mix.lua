-- Load for `make bench-server`: the requests of a file in turn, at a pace; ends with one line of JSON.
-- Each stands there as its length on a line of its own, and its bytes. An answer is whole, or it tells
-- when to come back (a page of ours, 503), or it is neither.
local requests, place, mean_ms = {}, 0, 0
local longest_ms = 10000
local threads = {}
whole, told, neither, odd = 0, 0, 0, ""

function setup(thread)
  table.insert(threads, thread)
end

function init(arguments)
  mean_ms = tonumber(arguments[2]) or 0
  math.randomseed(os.time())
  local file = assert(io.open(arguments[1], "rb"))
  while true do
    local length = file:read("*n")
    if length == nil then break end
    file:read(1)
    requests[#requests + 1] = file:read(length)
    file:read(1)
  end
  place = math.random(#requests)
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function delay()
  if mean_ms == 0 then
    return 0
  end
  local pause_ms = math.floor(-mean_ms * math.log(1 - math.random()) + 0.5)
  return math.min(pause_ms, longest_ms) -- a connection on which nothing comes is closed by nginx after 15 s
end

function response(status, headers, _)
  if status < 400 then
    whole = whole + 1
  elseif status == 503 and (headers["Retry-After"] or headers["retry-after"]) then
    told = told + 1
  else
    neither = neither + 1
    odd = odd .. " " .. status
  end
end

function done(summary, latency, _)
  local failed = summary.errors
  local sums, first = { whole = 0, told = 0, neither = 0 }, ""
  for _, thread in ipairs(threads) do
    for name, sum in pairs(sums) do
      sums[name] = sum + thread:get(name)
    end
    first = first .. thread:get("odd")
  end
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "most_ms": %.3f, '
      .. '"whole": %d, "told": %d, "neither": %d, "broken": %d, "late": %d, "odd": "%s"}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, sums.whole, sums.told, sums.neither,
    failed.connect + failed.read + failed.write, failed.timeout, string.sub(first, 1, 60)
  ))
end
