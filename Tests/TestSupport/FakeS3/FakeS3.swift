import Glibc
import Synchronization

/// A strict object store on 127.0.0.1 that checks signatures, conditions and limits as the real ones do.
///
/// It differs by `Mode` where providers differ, fails on request, and keeps a log. It is written without the product's
/// signer and client, so that the same mistake cannot stand on both sides.
package final class FakeS3: Sendable {
    /// The server could not start.
    package struct StartFailure: Error {
        package let call: String
        package let number: Int32
    }

    /// Port on 127.0.0.1.
    package let port: UInt16
    private let listener: Int32
    private let core: FakeCore

    /// Starts a server; port zero lets the system choose.
    package init(_ options: Options, credentials: Credentials = Credentials(), port: UInt16 = 0) throws {
        do throws(FakeSocket.Failure) {
            (listener, self.port) = try FakeSocket.listen(port: port)
        } catch {
            throw StartFailure(call: error.call, number: error.number)
        }
        core = FakeCore(options, credentials)
        if !core.serve(listener) { throw StartFailure(call: "pthread_create", number: 0) }
    }

    /// Starts a server with the defaults of a mode.
    package convenience init(_ mode: Mode, minimumPartBytes: Int = 5 << 20, minimumWriteInterval: Double? = nil) throws
    {
        var options = Options(mode)
        options.minimumPartBytes = minimumPartBytes
        if let minimumWriteInterval { options.minimumWriteInterval = minimumWriteInterval }
        try self.init(options)
    }

    deinit { stop() }

    /// The address without a path, `http://127.0.0.1:PORT`.
    package var endpoint: String { "http://127.0.0.1:\(port)" }

    /// Ends all connections and waits for their threads.
    package func stop() { core.stop(listener) }

    /// Lets the next matching requests fail; earlier injections go first.
    ///
    /// The closure runs under the server's lock and must not call the server.
    package func inject(_ fault: Fault, times: Int = 1, where matches: @escaping @Sendable (Request) -> Bool) {
        core.state.withLock { state in
            state.injections.append(FakeCore.Injection(fault: fault, remaining: times, matches: matches))
        }
    }

    /// Lets the next requests of an operation fail.
    package func inject(_ fault: Fault, times: Int = 1, operation: String) {
        inject(fault, times: times) { $0.operation == operation }
    }

    /// Forgets all faults.
    package func clearFaults() { core.state.withLock { $0.injections = [] } }

    /// Closes kept connections after a reply with this probability, without telling the client before.
    package func closeIdleRandomly(probability: Double, seed: UInt64) {
        core.state.withLock { state in
            state.closeProbability = probability
            state.random = SeededRandom(seed: seed)
        }
    }

    /// Changes who may sign, as a rotation of keys does.
    package func setCredentials(_ credentials: Credentials) { core.state.withLock { $0.credentials = credentials } }

    /// Shifts the server's clock by seconds.
    package func setClockOffset(_ seconds: Double) { core.state.withLock { $0.clockOffset = seconds } }

    /// Requests in the order in which they were answered.
    package var requests: [Request] { core.state.withLock { $0.requests } }

    /// Waits until so many requests are in the log; false when they are not after the seconds.
    package func waitForRequests(_ count: Int, seconds: Double = 20) -> Bool {
        let end = FakeClock.monotonic() + seconds
        while requests.count < count {
            if FakeClock.monotonic() > end { return false }
            usleep(1000)
        }
        return true
    }

    /// Forgets the requests so far.
    package func clearRequests() { core.state.withLock { $0.requests = [] } }

    /// Connections accepted so far.
    package var connections: Int { core.state.withLock { $0.connections } }

    /// What clients did that no provider asks for.
    package var violations: [String] { core.state.withLock { $0.violations } }

    /// An object as it is stored.
    package struct Object: Sendable {
        package let bytes: [UInt8]
        package let entityTag: String
        /// Content headers and `x-amz-meta-*`, lower case.
        package let headers: [String: String]
        package let size: Int
    }

    /// A stored object; in counting mode without the bytes when they were not kept.
    package func object(_ key: String) -> Object? {
        guard let object = core.state.withLock({ $0.store.objects[key] }) else { return nil }
        let whole = object.pieces.allSatisfy { $0.head.count == $0.count }
        return Object(
            bytes: whole ? object.pieces.flatMap(\.head) : [], entityTag: object.entityTag, headers: object.headers,
            size: object.size)
    }

    /// Keys with a prefix, sorted.
    package func keys(prefix: String = "") -> [String] {
        core.state.withLock { state in state.store.objects.keys.filter { $0.hasPrefix(prefix) }.sorted() }
    }

    /// Stores an object as another writer would.
    package func put(_ key: String, _ bytes: [UInt8], headers: [String: String] = [:]) {
        core.replace(key, with: bytes, headers: headers)
    }

    /// Removes an object as another writer would.
    package func remove(_ key: String) { core.state.withLock { $0.store.objects[key] = nil } }

    /// Names of the uploads that are neither completed nor aborted.
    package func openUploads(prefix: String = "") -> [String] {
        core.state.withLock { state in
            state.store.uploads.filter { $0.value.key.hasPrefix(prefix) }.keys.sorted()
        }
    }
}
