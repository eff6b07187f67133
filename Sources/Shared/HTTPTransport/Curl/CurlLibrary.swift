import CCurl
import Glibc

/// The initialisation of libcurl, once a process.
enum CurlLibrary {
    private static let code: CURLcode = {
        // libcurl opens the file this variable names when it is initialised and writes the TLS secrets of every
        // connection to it; nothing that the environment says may do that.
        unsafe unsetenv("SSLKEYLOGFILE")
        return curl_global_init(Int(CURL_GLOBAL_DEFAULT))
    }()

    static func prepare() { _ = code }

    static var isReady: Bool { code == CURLE_OK }
}
