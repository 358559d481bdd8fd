-- Load for `make bench-web`: the cases of a file in turn, as fast as answered or at a pace; ends with one line of JSON.
local requests, place = {}, 0
local mean_ms = 0

function init(arguments)
  local path, pause = arguments[1], arguments[2]
  mean_ms = tonumber(pause) or 0
  math.randomseed(os.time())
  if path == nil or path == "-" then
    requests[1] = wrk.format("GET")
    return
  end
  for line in io.lines(path) do
    requests[#requests + 1] =
      wrk.format("POST", nil, { ["Content-Type"] = "application/json" }, line)
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
  return math.floor(-mean_ms * math.log(1 - math.random()) + 0.5)
end

function done(summary, latency, _)
  local failed = summary.errors
  io.write(string.format(
    '\n{"requests": %d, "seconds": %.6f, "p50_ms": %.3f, "p99_ms": %.3f, "most_ms": %.3f, "refused": %d, "broken": %d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1e3,
    latency:percentile(99) / 1e3, latency.max / 1e3, failed.status,
    failed.connect + failed.read + failed.write + failed.timeout
  ))
end
