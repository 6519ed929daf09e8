-- wrk -s requests.lua URL -- FILE: sends the requests of FILE in turn and prints what came of it as one line of JSON.
-- FILE has each request as "<length>\n<bytes>".
local threads = 0

function setup(thread)
    thread:set("number", threads)
    threads = threads + 1
end

function init(args)
    local file = assert(io.open(args[1], "rb"))
    requests = {}
    local length = file:read("*n")
    while length do
        file:read(1)
        requests[#requests + 1] = file:read(length)
        length = file:read("*n")
    end
    file:close()
    at = number * math.floor(#requests / 2)
end

function request()
    at = at % #requests + 1
    return requests[at]
end

function done(summary, latency)
    local bad = summary.errors
    io.write(string.format(
        '{"requests": %d, "seconds": %f, "bytes": %d, "refused": %d, "broken": %d, "p50_ms": %f, "p90_ms": %f, "p99_ms": %f, "max_ms": %f}\n',
        summary.requests, summary.duration / 1e6, summary.bytes, bad.status, bad.connect + bad.read + bad.write + bad.timeout,
        latency:percentile(50) / 1e3, latency:percentile(90) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3))
end
