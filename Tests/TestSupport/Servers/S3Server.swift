import Glibc
import Synchronization

/// A real S3 server on loopback with one empty bucket named `bucket`; it ends with the process of the tests.
///
/// `moto` has conditional writes and checks no signature; `rclone` checks signatures and ignores conditions; `seaweedfs`
/// and `radosgw` do both, the latter with `If-Match` only without quotes.
package final class S3Server: Sendable {
    package enum Kind: String, Sendable, CaseIterable {
        case moto, rclone, seaweedfs, radosgw
    }

    /// The server did not start.
    package struct StartFailure: Error {
        package let output: String
    }

    package static let accessKeyID = "AKIDEXAMPLE"
    package static let secretAccessKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"

    package let kind: Kind
    package let port: Int
    /// The shell that runs it.
    private let keeper: Mutex<ChildProcess>
    private let folder: TemporaryFolder
    private let script: String

    /// Where it listens, without a slash at the end.
    package var endpoint: String { "http://127.0.0.1:\(port)" }

    /// What `OBJECT_STORE_URL` says of the bucket.
    package func storeURL(prefix: String) -> String {
        "s3://bucket/\(prefix)?endpoint=\(endpoint)&region=us-east-1"
    }

    /// Starts a server of its own and waits until it answers.
    package init(_ kind: Kind) throws {
        self.kind = kind
        folder = try TemporaryFolder()
        // A file keeps the bucket there: rclone removes folders that become empty.
        let data = kind == .rclone ? "data/bucket" : "data"
        try folder.makeFolder(data)
        if kind == .rclone { try folder.write("", to: data + "/keep") }
        let ports = kind == .seaweedfs || kind == .radosgw ? try Self.freePorts(8) : []
        let tools = "\(TestFolders.build)/servers/bin"
        let command =
            switch kind {
            // One request at a time: moto compares and writes in two steps.
            case .moto:
                "exec '\(tools)/python3' -c 'from werkzeug.serving import run_simple; "
                    + "from moto.server import DomainDispatcherApplication, create_backend_app; "
                    + "run_simple(\"127.0.0.1\", 0, DomainDispatcherApplication(create_backend_app))'"
            case .seaweedfs: try Self.seaweed(tools, folder, ports)
            case .radosgw:
                try RadosGateway.command(
                    folder, monitor: ports[1], gateway: ports[0], accessKey: Self.accessKeyID,
                    secret: Self.secretAccessKey)
            case .rclone:
                "exec '\(tools)/rclone' serve s3 --addr 127.0.0.1:0 "
                    + "--auth-key '\(Self.accessKeyID),\(Self.secretAccessKey)' data"
            }
        // The shell outlives no test run: it ends the server when the process that started it is gone. A SeaweedFS that is
        // told to end may take for ever; a gateway takes its helpers along.
        let signal = kind == .seaweedfs ? "KILL" : "TERM"
        script = """
            owner=$PPID
            (\(command)) & server=$!
            echo $server > pid
            trap 'kill -\(signal) $server' TERM
            while kill -0 $owner 2>/dev/null && kill -0 $server 2>/dev/null; do sleep 0.2; done
            kill -\(signal) $server 2>/dev/null
            """
        let process = try ChildProcess("sh", ["-c", script], workingFolder: folder.path)
        keeper = Mutex(process)
        if let known = ports.first {
            port = known
            try makeSignedBucket()
        } else {
            port = try Self.awaitPort(of: process)
        }
        if kind == .moto {
            let made = try ChildProcess.run("curl", ["-sS", "-f", "-X", "PUT", "http://127.0.0.1:\(port)/bucket"])
            if made.status != 0 { throw StartFailure(output: made.errorText) }
        }
    }

    deinit { keeper.withLock { $0.send(SIGTERM) } }

    /// Sends a signal to the server itself.
    package func send(_ signal: Int32) throws {
        let text = String(decoding: try folder.read("pid"), as: UTF8.self)
        if let pid = pid_t(text.prefix { $0.isNumber }) { _ = kill(pid, signal) }
    }

    /// Ends a SeaweedFS as a crash does; `start` starts it again, with the same ports and data.
    package func crash() throws {
        try send(SIGKILL)
        _ = try keeper.withLock { try $0.wait() }
    }

    /// Starts a SeaweedFS after a crash and waits until it answers.
    package func start() throws {
        let process = try ChildProcess("sh", ["-c", script], workingFolder: folder.path)
        keeper.withLock { $0 = process }
        try awaitAnswer("bucket?list-type=2", [])
    }

    /// The command of a whole SeaweedFS, whose S3 gateway has the first port.
    private static func seaweed(_ tools: String, _ folder: TemporaryFolder, _ ports: [Int]) throws -> String {
        let identity = """
            {"identities":[{"name":"tests","actions":["Admin","Read","Write","List"],
             "credentials":[{"accessKey":"\(accessKeyID)","secretKey":"\(secretAccessKey)"}]}]}
            """
        try folder.write(identity, to: "s3.json")
        return "exec '\(tools)/weed' server -dir=data -ip=127.0.0.1 -ip.bind=127.0.0.1 -filer -s3 -s3.config=s3.json "
            + "-s3.port=\(ports[0]) -s3.port.grpc=\(ports[1]) -master.port=\(ports[2]) "
            + "-master.port.grpc=\(ports[3]) -volume.port=\(ports[4]) -volume.port.grpc=\(ports[5]) "
            + "-filer.port=\(ports[6]) -filer.port.grpc=\(ports[7]) -master.volumeSizeLimitMB=64 -volume.max=32 "
            + "-master.electionTimeout=1s -master.heartbeatInterval=200ms -master.telemetry=false -s3.port.iceberg=0 -s3.port.lance=0"
    }

    /// Ports that nobody listens on, and that no connection is given while the server is away.
    private static func freePorts(_ count: Int) throws -> [Int] {
        var sockets: [(socket: Int32, port: UInt16)] = []
        defer { for socket in sockets { close(socket.socket) } }
        var tries = 0
        while sockets.count < count {
            do throws(FakeSocket.Failure) {
                sockets.append(try FakeSocket.listen(port: .random(in: 12_000..<32_000)))
            } catch {
                tries += 1
                if tries > 1_000 { throw error }
            }
        }
        return sockets.map { Int($0.port) }
    }

    /// Makes the bucket of a server that checks signatures, once it takes requests.
    private func makeSignedBucket() throws { try awaitAnswer("bucket", ["-X", "PUT"]) }

    /// Sends a signed request until it is answered as it should.
    private func awaitAnswer(_ path: String, _ arguments: [String]) throws {
        var answer = ""
        for _ in 0..<240 {
            let made = try ChildProcess.run(
                "curl",
                [
                    "-sS", "-f", "-m", "5", "--aws-sigv4", "aws:amz:us-east-1:s3", "--user",
                    "\(Self.accessKeyID):\(Self.secretAccessKey)", "-H",
                    // Of an empty body; an older curl leaves it out, and a gateway then takes the signature for wrong.
                    "x-amz-content-sha256: e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
                ] + arguments + ["\(endpoint)/\(path)"])
            if made.status == 0 { return }
            answer = made.errorText
            usleep(250_000)
        }
        throw StartFailure(output: answer + keeper.withLock { (try? $0.errorSoFar()) ?? "" })
    }

    /// The port the server reports, once it takes connections.
    private static func awaitPort(of process: ChildProcess) throws -> Int {
        var output = ""
        for _ in 0..<300 {
            output = (try? process.errorSoFar()) ?? ""
            if let address = output.firstRange(of: "http://127.0.0.1:") {
                let digits = output[address.upperBound...].prefix { $0.isNumber }
                let rest = output[digits.endIndex...]
                if let port = Int(digits), !rest.isEmpty {
                    let arguments = [
                        "-sS", "-o", "/dev/null", "--retry", "50", "--retry-connrefused", "--retry-delay", "1",
                        "http://127.0.0.1:\(port)/",
                    ]
                    let ready = try ChildProcess.run("curl", arguments)
                    if ready.status == 0 { return port }
                }
            }
            _ = try ChildProcess.run("sleep", ["0.1"])
        }
        throw StartFailure(output: output)
    }
}

/// Folders of the working copy that tests need.
package enum TestFolders {
    /// The working copy.
    package static var root: String {
        let parts = #filePath.split(separator: "/")
        return "/" + parts.dropLast(4).joined(separator: "/")
    }

    /// What building leaves behind.
    package static var build: String { root + "/.build" }
}
