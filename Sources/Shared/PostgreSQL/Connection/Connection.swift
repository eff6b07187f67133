internal import CPQ
internal import Glibc
internal import JobCore

/// One connection.
///
/// Owns the handle; used by one actor at a time. Waits end early when its waker is woken, with `CancellationError`.
@safe final class Connection {
    private let handle: OpaquePointer
    /// Where the server is, for messages.
    let name: String
    let waker: Waker

    /// Connects (https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PQCONNECTSTARTPARAMS).
    ///
    /// Throws `database_unavailable`, `database_busy` and `database_login`, and `CancellationError`.
    init(_ settings: ConnectionSettings, waker: Waker) throws {
        self.waker = waker
        name = settings.description
        let started = unsafe try Self.start(settings)
        guard let started = unsafe started else {
            throw JobError(.outOfMemory, "\(name): connect: out of memory")
        }
        unsafe handle = started
        // The SQLSTATE of a refused login is only in the verbose text.
        unsafe PQsetErrorVerbosity(started, PQERRORS_VERBOSE)
        unsafe cpq_ignore_notices(started)
        try finishConnecting(seconds: settings.connectSeconds)
        unsafe PQsetnonblocking(handle, 1)
    }

    deinit { unsafe PQfinish(handle) }

    private static func start(_ settings: ConnectionSettings) throws(JobError) -> OpaquePointer? {
        let keywords = try CStrings(settings.parameters.map(\.keyword))
        let values = try CStrings(settings.parameters.map(\.value))
        return unsafe PQconnectStartParams(keywords.pointers, values.pointers, 0)
    }

    private func finishConnecting(seconds: Int) throws {
        let end = WallClock.monotonicSeconds() + Double(seconds)
        var state = PGRES_POLLING_WRITING
        while unsafe PQstatus(handle) != CONNECTION_BAD, state != PGRES_POLLING_OK {
            if state == PGRES_POLLING_FAILED { break }
            let events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT
            // Whatever the URL says, an hour without an answer is enough.
            let left = min(max(0, end - WallClock.monotonicSeconds()), 3600)
            switch unsafe waker.wait(socket: PQsocket(handle), events: Int16(events), milliseconds: CInt(left * 1000)) {
            case .ready: state = unsafe PQconnectPoll(handle)
            case .woken: throw CancellationError()
            case .timedOut:
                throw JobError(
                    .databaseUnavailable, "\(name): connect: no answer within \(seconds) s",
                    hint: "check host and port in DATABASE_URL, and the network between")
            }
        }
        guard unsafe PQstatus(handle) == CONNECTION_OK else {
            throw unsafe PostgreSQLFailure.connecting(String(cString: PQerrorMessage(handle)), database: name)
        }
    }

    /// Version of the server, as in 150004.
    var serverVersion: Int { unsafe Int(PQserverVersion(handle)) }

    /// Whether the connection is encrypted.
    var usesTLS: Bool { unsafe PQsslInUse(handle) != 0 }

    /// Whether it leaves this machine.
    var isRemote: Bool {
        guard let host = unsafe PQhost(handle).map({ unsafe String(cString: $0) }) else { return false }
        return !(host.hasPrefix("/") || host == "localhost" || host.hasPrefix("127.") || host == "::1")
    }

    /// A setting that the server reports by itself, such as `server_encoding`.
    func parameter(_ name: String) -> String? {
        unsafe PQparameterStatus(handle, name).map { unsafe String(cString: $0) }
    }

    /// Whether a transaction is open, failed or not.
    var isInTransaction: Bool {
        let status = unsafe PQtransactionStatus(handle)
        return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE
    }

    /// Runs statements without values; the result of the last one.
    ///
    /// Throws `ServerError`, a lost connection as `JobError`, and `CancellationError`.
    @discardableResult
    func execute(_ sql: String) throws -> QueryResult {
        try NULCheck.refuse(sql)
        guard unsafe PQsendQuery(handle, sql) == 1 else { throw lost("send") }
        return try results()
    }

    /// Runs one statement with bound values, all as text.
    @discardableResult
    func execute(_ sql: String, _ values: [String?]) throws -> QueryResult {
        try NULCheck.refuse(sql)
        let texts = try CStrings(values)
        let sent = unsafe PQsendQueryParams(handle, sql, CInt(values.count), nil, texts.pointers, nil, nil, 0)
        guard sent == 1 else { throw lost("send") }
        return try results()
    }

    /// Waits for all results of what was sent; the last one, unless one is an error or begins a COPY.
    @discardableResult
    func results() throws -> QueryResult {
        try flush()
        var last: QueryResult?
        while let result = try nextResult() {
            switch result.status {
            case PGRES_COPY_IN, PGRES_COPY_OUT: return result
            case PGRES_COMMAND_OK, PGRES_TUPLES_OK, PGRES_EMPTY_QUERY: last = result
            default:
                let error = ServerError(result)
                while try nextResult() != nil {}
                // A terminated backend says so before it goes; the connection is gone all the same.
                if unsafe PQstatus(handle) == CONNECTION_BAD, result.diagnosis(cpq_diag_sqlstate) == nil {
                    throw lost("wait")
                }
                throw error
            }
        }
        guard let last else { throw lost("wait") }
        return last
    }

    private func nextResult() throws -> QueryResult? {
        while unsafe PQisBusy(handle) != 0 {
            try wait(POLLIN)
            if unsafe PQconsumeInput(handle) == 0 { break }
        }
        return unsafe PQgetResult(handle).map { unsafe QueryResult($0) }
    }

    /// Sends bytes of a COPY FROM STDIN.
    func copyIn(_ bytes: UnsafeBufferPointer<UInt8>) throws {
        guard let base = bytes.baseAddress else { return }
        let sent = unsafe base.withMemoryRebound(to: CChar.self, capacity: bytes.count) { characters in
            unsafe PQputCopyData(handle, characters, CInt(bytes.count))
        }
        guard sent == 1 else { throw lostOrError() }
        try flush()
    }

    /// Ends a COPY FROM STDIN; rows taken.
    ///
    /// Only here it is known whether the rows were good.
    func endCopyIn() throws -> Int {
        guard unsafe PQputCopyEnd(handle, nil) == 1 else { throw lostOrError() }
        return try results().changedRows
    }

    /// The next row of a COPY TO STDOUT, `nil` at the end.
    ///
    /// The memory is libpq's, to be freed with `release`.
    @inline(__always)
    func copyOut() throws -> UnsafeMutableBufferPointer<CChar>? {
        var buffer: UnsafeMutablePointer<CChar>?
        while true {
            let count = unsafe PQgetCopyData(handle, &buffer, 1)
            if count > 0 { return unsafe UnsafeMutableBufferPointer(start: buffer, count: Int(count)) }
            if count == -1 { return nil }
            if count == -2 { throw lost("copy") }
            try wait(POLLIN)
            if unsafe PQconsumeInput(handle) == 0 { throw lostOrError() }
        }
    }

    /// Frees a row of `copyOut`.
    @inline(__always)
    func release(_ row: UnsafeMutableBufferPointer<CChar>) { unsafe PQfreemem(row.baseAddress) }

    /// What ended the connection, when the server has said so.
    private func lostOrError() -> any Error {
        guard let result = unsafe PQgetResult(handle).map({ unsafe QueryResult($0) }),
            result.diagnosis(cpq_diag_sqlstate) != nil
        else { return lost("copy") }
        return ServerError(result)
    }

    /// Sends what is queued; reads meanwhile, so that both sides never wait for each other.
    private func flush() throws {
        while true {
            let state = unsafe PQflush(handle)
            if state == 0 { return }
            // What the server said before it went is still to be read.
            if state < 0 { return }
            let ready = try wait(POLLOUT | POLLIN)
            if ready & Int16(POLLIN) != 0 { _ = unsafe PQconsumeInput(handle) }
        }
    }

    @discardableResult
    private func wait(_ events: CInt) throws -> Int16 {
        let socket = unsafe PQsocket(handle)
        guard socket >= 0 else { throw lost("wait") }
        switch waker.wait(socket: socket, events: Int16(events)) {
        case .ready(let found): return found
        case .woken, .timedOut: throw CancellationError()
        }
    }

    private func lost(_ doing: String) -> JobError { PostgreSQLFailure.connectionLost(doing: doing, database: name) }

    /// An error of this connection as a failure of the job.
    func failure(_ error: any Error, doing: String) -> any Error {
        guard let error = error as? ServerError else { return error }
        return PostgreSQLFailure.make(error, doing: doing, database: name)
    }
}
