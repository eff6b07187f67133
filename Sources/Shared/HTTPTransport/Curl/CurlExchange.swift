import CCurl
import JobCore

/// One transfer as libcurl sees it: the easy handle and what its callbacks use; lives on the client's thread alone.
@safe
final class CurlExchange {
    /// What tells that something moved; it changes with every step of the connection and every byte either way.
    private struct Movement: Equatable {
        var steps = 0
        var received = 0
        var sent = 0
    }

    let easy: UnsafeMutableRawPointer
    let transfer: Transfer
    let judge: (any AddressJudge)?
    var parser = HeadParser()
    /// How much of the request's body libcurl has taken.
    var bodyOffset = 0
    /// Why a callback refused to go on.
    var refusal: HTTPFailure?
    private var fields: UnsafeMutablePointer<curl_slist>?
    private var movement = Movement()
    private var lastMovement = WallClock.monotonicSeconds()
    private var isSecondStart = false

    init(_ transfer: Transfer, _ options: HTTPClientOptions) throws(HTTPFailure) {
        guard let easy = unsafe curl_easy_init() else {
            throw HTTPFailure(.interrupted, "http: \(transfer.target.name): the transfer cannot be started")
        }
        unsafe self.easy = easy
        self.transfer = transfer
        judge = options.addressJudge
        try CurlSetup(self, options).apply()
    }

    deinit {
        unsafe curl_easy_cleanup(easy)
        unsafe curl_slist_free_all(fields)
    }

    /// The exchange that a handle belongs to.
    static func of(_ easy: UnsafeMutableRawPointer) -> CurlExchange? {
        unsafe ccurl_get_private(easy).map { unsafe Unmanaged<CurlExchange>.fromOpaque($0).takeUnretainedValue() }
    }

    /// Adds a line to the fields sent, which live as long as the handle.
    func appendField(_ line: String) throws(HTTPFailure) {
        guard let longer = unsafe curl_slist_append(fields, line) else {
            throw HTTPFailure(.invalid, "http: \(transfer.target.name): the fields cannot be sent")
        }
        unsafe fields = unsafe longer
        unsafe ccurl_set_list(easy, CURLOPT_HTTPHEADER, longer)
    }

    // MARK: Stalls

    func noteMovement() { lastMovement = WallClock.monotonicSeconds() }

    /// Whether nothing has moved for so long; a pause of our own is no stall.
    func isStalled(now: Double, after seconds: Double) -> Bool {
        let current = unsafe Movement(
            steps: ccurl_get_offset(easy, CURLINFO_NAMELOOKUP_TIME_T) &+ ccurl_get_offset(easy, CURLINFO_CONNECT_TIME_T)
                &+ ccurl_get_offset(easy, CURLINFO_APPCONNECT_TIME_T),
            received: ccurl_get_offset(easy, CURLINFO_SIZE_DOWNLOAD_T)
                &+ ccurl_get_long(easy, CURLINFO_HEADER_SIZE),
            sent: ccurl_get_offset(easy, CURLINFO_SIZE_UPLOAD_T) &+ ccurl_get_long(easy, CURLINFO_REQUEST_SIZE))
        if current != movement || transfer.isPaused {
            movement = current
            lastMovement = now
        }
        return now - lastMovement > seconds
    }

    // MARK: The end

    /// Whether the answer never began because a kept connection was already closed; libcurl sees most such cases, but
    /// not a reset while it sends a body.
    func canStartAgain(after code: CurlCode) -> Bool {
        let connections = unsafe ccurl_get_long(easy, CURLINFO_NUM_CONNECTS)
        return code.mayBeStaleConnection && connections == 0 && !isSecondStart && refusal == nil
            && transfer.request.method != "POST" && !transfer.isFinished && !transfer.hasHead
    }

    /// Makes the handle ready to be added once more, on a connection of its own.
    func prepareAgain() {
        isSecondStart = true
        bodyOffset = 0
        parser = HeadParser()
        noteMovement()
        unsafe ccurl_set_long(easy, CURLOPT_FRESH_CONNECT, 1)
    }

    /// How it ended, for the caller.
    func outcome(_ code: CurlCode) -> Result<Void, HTTPFailure> {
        if code.rawValue == 0 { return .success(()) }
        if let refusal { return .failure(refusal) }
        var kind = code.kind
        if kind == .timedOut, transfer.deadline.map({ WallClock.monotonicSeconds() + 0.01 < $0 }) ?? true {
            // The time for the connection was over, not the time allowed for the request.
            kind = .stalled
        }
        if kind == .invalid, unsafe ccurl_get_long(easy, CURLINFO_REQUEST_SIZE) > 0 {
            // An answer that is not HTTP at all is reported as a protocol that is not supported.
            kind = .malformed
        }
        let reason = unsafe String(cString: curl_easy_strerror(CURLcode(rawValue: code.rawValue)))
        return .failure(
            HTTPFailure(kind, "http: \(transfer.target.name): \(reason.lowercased()) (libcurl \(code.rawValue))"))
    }
}
