import HTTPTransport
import Testing

@Suite("Codes of libcurl")
struct CurlCodeTests {
    static let table: [(UInt32, HTTPFailure.Kind)] = [
        (1, .invalid), (3, .invalid), (43, .invalid), (6, .unresolved), (7, .unreachable), (8, .malformed),
        (61, .malformed), (18, .truncated), (28, .timedOut), (35, .tlsInterrupted), (42, .cancelled), (60, .untrusted),
        (77, .untrusted), (83, .untrusted), (91, .untrusted), (63, .tooLarge), (52, .interrupted), (55, .interrupted),
        (56, .interrupted), (92, .interrupted), (16, .interrupted), (9999, .interrupted),
    ]

    @Test("Each code has a kind, unknown ones too", arguments: table)
    func kinds(_ code: UInt32, _ kind: HTTPFailure.Kind) {
        #expect(CurlCode(rawValue: code).kind == kind)
    }
}
