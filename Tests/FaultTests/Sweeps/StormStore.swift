internal import TestSupport

@testable internal import JobBench

/// Looks at a real store beside the jobs, with a client of its own.
struct StormStore: Sendable {
    let server: S3Server

    /// Stores an object.
    func put(_ bytes: [UInt8], at key: String) throws { _ = try run(["put", key], input: bytes) }

    /// Copies all objects below the prefixes to the folder; keys of uploads below them that are open.
    func copy(_ prefixes: [String], to folder: String) throws -> [String] {
        try run(["copy", folder] + prefixes).split(separator: "\n").map(String.init)
    }

    /// Writes down what a manifest says, ten times a second until it is killed: a `StormSighting` a line.
    func watch(_ key: String) throws -> ChildProcess {
        try ChildProcess("python3", ["-c", Self.script] + place + ["watch", key])
    }

    private var place: [String] { [String(server.port), S3Server.accessKeyID, S3Server.secretAccessKey] }

    private func run(_ arguments: [String], input: [UInt8] = []) throws -> String {
        let output = try Tool.run("python3", ["-c", Self.script] + place + arguments, input: input)
        return String(decoding: output, as: UTF8.self)
    }

    private static let script = #"""
        import datetime, hashlib, hmac, http.client, json, os, sys, time, urllib.parse
        import xml.etree.ElementTree as tree
        port, access, secret, what, *rest = sys.argv[1:]
        host = "127.0.0.1:" + port

        def call(method, key, query={}, body=b""):
            stamp = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
            path = "/bucket" + ("/" + urllib.parse.quote(key, safe="/-_.~") if key else "")
            asked = urllib.parse.urlencode(sorted(query.items()), quote_via=urllib.parse.quote, safe="-_.~")
            digest = hashlib.sha256(body).hexdigest()
            fields = {"host": host, "x-amz-content-sha256": digest, "x-amz-date": stamp}
            names = ";".join(sorted(fields))
            lines = [f"{name}:{fields[name]}" for name in sorted(fields)]
            canonical = "\n".join([method, path, asked] + lines + ["", names, digest])
            scope = stamp[:8] + "/us-east-1/s3/aws4_request"
            text = "\n".join(["AWS4-HMAC-SHA256", stamp, scope, hashlib.sha256(canonical.encode()).hexdigest()])
            code = ("AWS4" + secret).encode()
            for part in scope.split("/"):
                code = hmac.new(code, part.encode(), "sha256").digest()
            sign = hmac.new(code, text.encode(), "sha256").hexdigest()
            fields["authorization"] = (
                f"AWS4-HMAC-SHA256 Credential={access}/{scope}, SignedHeaders={names}, Signature={sign}")
            connection = http.client.HTTPConnection(host, timeout=20 if what != "watch" else 2)
            try:
                connection.request(method, path + ("?" + asked if asked else ""), body or None, fields)
                answer = connection.getresponse()
                return answer.status, answer.read()
            finally:
                connection.close()

        def must(method, key, query={}, body=b""):
            status, answer = call(method, key, query, body)
            if status >= 300:
                sys.exit(f"{method} {key} {query}: {status} {answer.decode()}")
            return answer

        def pages(query, marks):
            """All pages of a listing, without the namespace of their names."""
            while True:
                page = tree.fromstring(must("GET", "", query))
                for element in page.iter():
                    element.tag = element.tag.rpartition("}")[2]
                yield page
                if page.findtext("IsTruncated") != "true":
                    return
                query = dict(query, **{name: page.findtext(mark) for name, mark in marks.items()})

        if what == "put":
            must("PUT", rest[0], body=sys.stdin.buffer.read())
        elif what == "copy":
            folder, *prefixes = rest
            for prefix in prefixes:
                for page in pages({"list-type": "2", "prefix": prefix}, {"continuation-token": "NextContinuationToken"}):
                    for key in [entry.findtext("Key") for entry in page.iter("Contents")]:
                        place = os.path.join(folder, key)
                        os.makedirs(os.path.dirname(place), exist_ok=True)
                        with open(place, "wb") as file:
                            file.write(must("GET", key))
            marks = {"key-marker": "NextKeyMarker", "upload-id-marker": "NextUploadIdMarker"}
            for page in pages({"uploads": ""}, marks):
                for key in [entry.findtext("Key") for entry in page.iter("Upload")]:
                    if any(key.startswith(prefix) for prefix in prefixes):
                        print(key)
        else:
            while True:
                try:
                    status, body = call("GET", rest[0])
                    now, clock = time.monotonic_ns() // 1000, time.time()
                    if status == 200:
                        m = json.loads(body)
                        left = "-"
                        if m["leaseExpiresAt"]:
                            end = datetime.datetime.fromisoformat(m["leaseExpiresAt"].replace("Z", "+00:00"))
                            left = int((end.timestamp() - clock) * 1e6)
                        digest = hashlib.sha256(body).hexdigest()
                        print(now, m["status"], m["attempt"], left, digest, flush=True)
                except (OSError, http.client.HTTPException):
                    pass
                time.sleep(0.1)
        """#
}

/// What a manifest said at a moment.
struct StormSighting {
    /// Microseconds of the monotonic clock.
    let time: Int
    /// `running` and so on.
    let status: String
    let attempt: Int
    /// Microseconds until the lease runs out, by the clock of this machine.
    let leaseLeft: Int?
    /// Digest of the manifest's bytes.
    let digest: String

    init?(_ line: Substring) {
        let parts = line.split(separator: " ")
        guard parts.count == 5, let time = Int(parts[0]), let attempt = Int(parts[2]) else { return nil }
        self.time = time
        status = String(parts[1])
        self.attempt = attempt
        leaseLeft = Int(parts[3])
        digest = String(parts[4])
    }
}
