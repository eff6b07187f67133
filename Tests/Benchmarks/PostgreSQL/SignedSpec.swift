import Signing
import TestSupport

/// A job spec that is believed because it is signed, as every spec for a database server has to be.
struct SignedSpec {
    private static let key = "the key of the benchmarks, of more than 32 bytes"

    let name: String
    private let text: String

    /// Writes a spec file; the fields are JSON without the braces.
    init(_ fields: String, name: String, in folder: TemporaryFolder) throws {
        text = #"{"orgId":"org_demo","actor":{"id":"bench","role":"ADMIN","plan":"growth"},\#(fields)}"#
        self.name = name
        try folder.write(text, to: name)
    }

    /// What proves who wrote it.
    var environment: [String: String] {
        let key = HMACSHA256.code(key: Array(Self.key.utf8), message: "data-io/1 spec")
        let kind = name.hasPrefix("export") ? "export" : "import"
        let code = HMACSHA256.code(key: key, message: "data-io/1 spec\n\(kind)\nrun\n" + text)
        return ["JOB_SIGNING_KEY": Self.key, "JOB_SPEC_SIGNATURE": Hexadecimal.text(code)]
    }
}
