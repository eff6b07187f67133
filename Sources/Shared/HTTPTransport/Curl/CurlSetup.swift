import CCurl
import JobCore

/// Sets all options of one transfer.
///
/// What libcurl would take from the environment, a file or an earlier answer is switched off: proxies, .netrc, cookies,
/// HSTS, redirects.
struct CurlSetup {
    private let exchange: CurlExchange
    private let options: HTTPClientOptions
    private let request: HTTPRequest

    init(_ exchange: CurlExchange, _ options: HTTPClientOptions) {
        self.exchange = exchange
        self.options = options
        request = exchange.transfer.request
    }

    func apply() throws(HTTPFailure) {
        try setConnection()
        try setTrust()
        try setTimes()
        setCallbacks()
        try setMethod()
        for line in try RequestFields.lines(request) { try exchange.appendField(line) }
    }

    private func setConnection() throws(HTTPFailure) {
        try set(CURLOPT_URL, exchange.transfer.target.url)
        try set(CURLOPT_PATH_AS_IS, 1)
        try set(CURLOPT_USERAGENT, options.userAgent)
        // Signals are the process's own; without this, libcurl would use SIGALRM.
        try set(CURLOPT_NOSIGNAL, 1)
        // An empty proxy switches off the variables of the environment, which would bypass the check of addresses.
        try set(CURLOPT_PROXY, "")
        try set(CURLOPT_NETRC, 0)
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_PROTOCOLS_STR, options.allowedSchemes.joined(separator: ","))
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_2TLS))
        try set(CURLOPT_BUFFERSIZE, 256 << 10)
        try set(CURLOPT_UPLOAD_BUFFERSIZE, 1 << 20)
        try set(CURLOPT_TCP_NODELAY, 1)
        try set(CURLOPT_TCP_KEEPALIVE, 1)
        try set(CURLOPT_TCP_KEEPIDLE, 15)
        try set(CURLOPT_TCP_KEEPINTVL, 5)
        try set(CURLOPT_MAXAGE_CONN, options.idleSeconds)
        // A name server that is silent must hold up neither a cancellation nor the other transfers.
        try set(CURLOPT_QUICK_EXIT, 1)
    }

    private func setTrust() throws(HTTPFailure) {
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        if let file = options.certificateFile {
            try set(CURLOPT_CAINFO, file)
            // Otherwise the system's folder of certificates would be trusted besides the file.
            try check(unsafe ccurl_set_string(exchange.easy, CURLOPT_CAPATH, nil))
        }
    }

    private func setTimes() throws(HTTPFailure) {
        try set(CURLOPT_CONNECTTIMEOUT_MS, Self.milliseconds(options.connectSeconds))
        if let deadline = exchange.transfer.deadline {
            try set(CURLOPT_TIMEOUT_MS, Self.milliseconds(deadline - WallClock.monotonicSeconds()))
        }
    }

    /// 0 would mean "no limit".
    private static func milliseconds(_ seconds: Double) -> Int { Int(max(1, min(seconds * 1000, 1e9))) }

    private func setCallbacks() {
        let easy = unsafe exchange.easy
        let box = unsafe Unmanaged.passUnretained(exchange).toOpaque()
        unsafe ccurl_set_pointer(easy, CURLOPT_PRIVATE, box)
        unsafe ccurl_set_pointer(easy, CURLOPT_WRITEDATA, box)
        unsafe ccurl_set_transfer(easy, CURLOPT_WRITEFUNCTION, CurlCallbacks.write)
        unsafe ccurl_set_pointer(easy, CURLOPT_HEADERDATA, box)
        unsafe ccurl_set_transfer(easy, CURLOPT_HEADERFUNCTION, CurlCallbacks.header)
        unsafe ccurl_set_pointer(easy, CURLOPT_READDATA, box)
        unsafe ccurl_set_transfer(easy, CURLOPT_READFUNCTION, CurlCallbacks.read)
        unsafe ccurl_set_pointer(easy, CURLOPT_SEEKDATA, box)
        unsafe ccurl_set_seek(easy, CurlCallbacks.seek)
        unsafe ccurl_set_pointer(easy, CURLOPT_OPENSOCKETDATA, box)
        unsafe ccurl_set_opensocket(easy, CurlCallbacks.openSocket)
        unsafe ccurl_set_pointer(easy, CURLOPT_PREREQDATA, box)
        unsafe ccurl_set_prerequest(easy, CurlCallbacks.prerequest)
    }

    private func setMethod() throws(HTTPFailure) {
        let count = request.body?.count ?? 0
        switch request.method {
        case "PUT":
            try set(CURLOPT_UPLOAD, 1)
            try check(unsafe ccurl_set_offset(exchange.easy, CURLOPT_INFILESIZE_LARGE, count))
        case "POST":
            try set(CURLOPT_POST, 1)
            try check(unsafe ccurl_set_offset(exchange.easy, CURLOPT_POSTFIELDSIZE_LARGE, count))
        case "GET" where request.body == nil: try set(CURLOPT_HTTPGET, 1)
        case "HEAD" where request.body == nil: try set(CURLOPT_NOBODY, 1)
        case "DELETE" where request.body == nil: try set(CURLOPT_CUSTOMREQUEST, "DELETE")
        default: throw HTTPFailure(.invalid, "http: this method, or this method with a body, is not sent")
        }
    }

    private func set(_ option: CURLoption, _ value: Int) throws(HTTPFailure) {
        try check(unsafe ccurl_set_long(exchange.easy, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(HTTPFailure) {
        try check(unsafe ccurl_set_string(exchange.easy, option, value))
    }

    private func check(_ code: CURLcode) throws(HTTPFailure) {
        if code == CURLE_OK { return }
        throw HTTPFailure(
            .invalid, "http: \(exchange.transfer.target.name): libcurl refuses an option (\(code.rawValue))")
    }
}
