import Formats
import JobCore
import Signing
import TestSupport
import Testing

@testable import JobRuntime

@Suite("Signatures of specs")
struct SignatureTests {
    private static let key = "a signing key of more than 32 bytes"
    private static let bytes = Array(#"{"orgId":"o","resource":"contacts","format":"csv"}"#.utf8)

    private static func check(
        _ signature: String, _ kind: JobKind, key: String = Self.key
    ) throws -> SpecSignature {
        try SpecSignature(
            of: bytes, kind: kind,
            JobEnvironment(variables: ["JOB_SIGNING_KEY": key, "JOB_SPEC_SIGNATURE": signature]))
    }

    private static func value(_ kind: JobKind, _ verb: SignedVerb) throws -> String {
        SpecSignature.value(of: bytes, kind: kind, verb: verb, try SigningKey(validating: Secret(key)))
    }

    @Test(
        "A signature for an export proves no import of the same bytes, and the other way round; it says for which verb")
    func kinds() throws {
        for kind in [JobKind.export, .import] {
            for verb in SignedVerb.allCases {
                #expect(try Self.check(Self.value(kind, verb), kind) == .valid(verb))
                let other: JobKind = kind == .export ? .import : .export
                guard case .wrong(let why) = try Self.check(Self.value(kind, verb), other) else {
                    Issue.record("a signature for an \(kind) proves an \(other)")
                    continue
                }
                #expect(why.contains("was made for an \(kind.rawValue)"))
            }
        }
    }

    @Test("A signature of the old kind, the plain HMAC of the bytes, is refused and called that")
    func old() throws {
        let old = Hexadecimal.text(HMACSHA256.code(key: Array(Self.key.utf8), message: Self.bytes))
        guard case .wrong(let why) = try Self.check(old, .export) else {
            Issue.record("an old signature is good")
            return
        }
        #expect(why.contains("old kind"))
    }

    @Test("What signs notifications of an organisation signs no spec, and nothing of another organisation")
    func purposes() throws {
        let key = try SigningKey(validating: Secret(Self.key))
        let receiver = key.notificationKey(of: "o").reveal()
        #expect(receiver != key.notificationKey(of: "p").reveal() && receiver.utf8.count == 64)
        for forger in [Array(receiver.utf8), key.key(for: "notify o")] {
            for message in [Self.bytes, Array("data-io/1 spec\nexport\nrun\n".utf8) + Self.bytes] {
                let forged = Hexadecimal.text(HMACSHA256.code(key: forger, message: message))
                #expect(
                    try Self.check(forged, .export) == .wrong("JOB_SPEC_SIGNATURE is not the signature of this spec"))
            }
        }
        let purposes = [
            "spec", "audit entry table", "audit entry objects", "audit head table", "notify o", "notify spec",
        ]
        #expect(Set(purposes.map { key.key(for: $0) }).count == purposes.count)
    }

    @Test("A signing key shorter than 32 bytes is a configuration error wherever it is used")
    func short() async throws {
        let short = String(repeating: "k", count: 31)
        let environment = JobEnvironment(variables: ["JOB_SIGNING_KEY": short, "JOB_SPEC_SIGNATURE": "00"])
        for error in [
            #expect(throws: JobError.self) { try Self.check("00", .export, key: short) },
            #expect(throws: JobError.self) { try Signer(environment) },
            await #expect(throws: JobError.self) {
                _ = try await Configuration(environment, log: JobLog(level: "critical")).open()
            },
        ] {
            #expect(error?.code == .configurationInvalid && error?.exitCode == .configuration)
            #expect(error?.message.contains(short) == false)
        }
        #expect(try SigningKey(validating: Secret(short + "k")).key(for: "x").count == 32)
    }
}

@Suite("What may be shown")
struct ShownTextTests {
    @Test(
        "Of a URL in a spec neither user, password, query, fragment nor a hook's path is shown, nothing of one that is none",
        arguments: [
            (#"{"sourceUrl":"https://h.example/a/b.csv?sig=CANARY#CANARY"}"#, "https://h.example/a/b.csv?…"),
            (#"{"sourceUrl":"https://h.example/a.csv#CANARY"}"#, "https://h.example/a.csv"),
            (#"{"sourceUrl":"https://u:CANARY@h.example/a"}"#, "…"), (#"{"sourceUrl":"ftp://CANARY"}"#, "…"),
            (#"{"notify":{"url":"https://hooks.example/services/CANARY"}}"#, "https://hooks.example/…"),
            (#"{"sources":[{"sourceUrl":"https://h.example/a?CANARY"}]}"#, "https://h.example/a?…"),
        ])
    func urls(text: String, shown: String) throws {
        let value = ShownURL.hiding(try JSONValue(parsing: Array(text.utf8)))
        #expect(!value.serialized().contains("CANARY") && value.serialized().contains("\"\(shown)\""))
    }

    @Test("A mistake in a spec is told without the URL that stands where none belongs")
    func mistakes() {
        #expect(!JSONValue.string("https://u:CANARY@h").summary.contains("CANARY"))
        #expect(!SpecType.join("$", "https://CANARY").contains("CANARY"))
    }

    @Test("What steers a terminal or turns the direction of a line is written as an escape; JSON means the same")
    func printable() throws {
        let hostile =
            "\u{1B}]0;x\u{7}\u{9B}31m\u{85}\u{202E}gnp.exe\u{2066}\u{200F}\u{61C}\u{2028}\u{2029}\u{FEFF}\r\u{0}"
        let shown = PrintableText.of("a" + hostile + "ä€\n")
        #expect(shown.unicodeScalars.allSatisfy { !PrintableText.hides($0) })
        #expect(shown.hasPrefix(#"a\u001b]0;x\u0007\u009b31m\u0085\u202egnp.exe"#) && shown.hasSuffix("ä€\n"))
        #expect(PrintableText.of("plain ÄÖ Ω 漢字\n\t") == "plain ÄÖ Ω 漢字\n\t")
        let value = JSONValue.object([JSONMember("m", .string(hostile))])
        #expect(try JSONValue(parsing: Array(PrintableText.of(value.serialized()).utf8)) == value)
    }

    @Test("An actor is named by characters that can be seen")
    func actors() {
        let rule = StringRule.printable(128)
        for bad in ["a\0b", "a\nb", "a\u{85}", "a\u{202E}b", "a\u{2028}", String(repeating: "a", count: 129)] {
            #expect(!rule.accepts(bad))
        }
        #expect(rule.accepts("Ada Lovelace") && rule.accepts("ада"))
    }

    @Test("Names are the same when their bytes are: a Kelvin sign is no K")
    func kelvin() {
        let shape = SpecType.object([
            SpecField("sourceKey", .string(.any), ""), SpecField("choice", .choice(["Key"]), ""),
        ])
        for text in [#"{"source\u212Aey":"x"}"#, #"{"choice":"\u212Aey"}"#] {
            var problems = SpecProblems()
            if let value = try? JSONValue(parsing: Array(text.utf8)) { shape.validate(value, at: "$", into: &problems) }
            #expect(problems.lines.count == 1, "\(text)")
        }
        let resource = Resource(
            name: "K", columns: [Column("Key", .text)], key: ["Key"], timeColumn: nil)
        #expect(resource.column("\u{212A}ey") == nil && resource.column("Key") != nil)
        #expect(Catalogue(resources: [resource]).resource("\u{212A}") == nil)
        var event = AuditEvent(orgId: "o", actor: "\u{E9}", action: "export", outcome: "done")
        let first = event
        event.actor = "e\u{301}"
        #expect(first != event)
    }
}
