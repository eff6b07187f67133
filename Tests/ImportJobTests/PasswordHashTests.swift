import Testing

@testable import ImportJob

@Suite("Password hashes")
struct PasswordHashTests {
    private static let bcrypt = "R9h/cIPz0gi.URNNX3kh2OPST9/PgBkqquzi.Ss7KIUgO2t0jWMUW"
    private static let argon = "$argon2id$v=19$m=65536,t=3,p=4$c29tZXNhbHQ$RdescudvJCsgt3ub+b/dWRWJTmaaJObG"
    private static let scrypt =
        "$scrypt$ln=16,r=8,p=1$aM15713r3Xsvxbi31lqr1Q$nFNh2CVHVjNldFVKDHDlm4CbdRSCdEBsjjJxD+iCs5E"

    private func isValid(_ text: String) -> Bool {
        var text = text
        return text.withUTF8 { unsafe PasswordHash.isValid($0) }
    }

    @Test("Hashes as their libraries write them are known")
    func good() {
        for prefix in ["$2a$12$", "$2b$04$", "$2y$20$"] { #expect(isValid(prefix + Self.bcrypt)) }
        #expect(isValid(Self.argon) && isValid(Self.scrypt))
        #expect(isValid(Self.scrypt.replacing("ln=16", with: "ln=22")))
        #expect(isValid(Self.argon.replacing("m=65536,t=3,p=4", with: "m=4194304,t=1000,p=64")))
        for kind in ["argon2i", "argon2d"] { #expect(isValid(Self.argon.replacing("argon2id", with: kind))) }
    }

    @Test("Anything else is not: other kinds, other costs, other parameters, other lengths")
    func bad() {
        let hashes = [
            "", "$", "secret", "$$$$", "5f4dcc3b5aa765d61d8327deb882cf99", "{SSHA}abc", "$1$salt$hash", "$6$salt$hash",
            "$2x$12$" + Self.bcrypt, "$2b$03$" + Self.bcrypt, "$2b$21$" + Self.bcrypt, "$2b$31$" + Self.bcrypt,
            "$2b$4$" + Self.bcrypt,
            "$2b$+4$" + Self.bcrypt, "$2b$12$" + Self.bcrypt + "x", "$2b$12$" + Self.bcrypt.dropLast(),
            "$2b$12$" + Self.bcrypt.dropLast() + "=", "$2b$12$" + Self.bcrypt + "$", " $2b$12$" + Self.bcrypt,
            Self.argon.replacing("v=19", with: "v=16"), Self.argon.replacing("m=65536,", with: ""),
            Self.argon.replacing("m=65536", with: "m=0"), Self.argon.replacing("t=3,p=4", with: "p=4,t=3"),
            Self.argon.replacing("t=3", with: "t=-3"), Self.argon.replacing("t=3", with: "t="), Self.argon + "=",
            Self.argon + "$x", Self.argon.replacing("$c29tZXNhbHQ", with: ""),
            Self.argon.replacing("$c29tZXNhbHQ", with: "$short"),
            Self.argon.replacing("m=65536", with: "m=99999999999999999999"),
            Self.scrypt.replacing("ln=16", with: "N=16"), Self.scrypt.replacing("ln=16", with: "ln=23"),
            Self.scrypt.replacing("ln=16", with: "ln=64"), Self.scrypt.replacing("p=1", with: "p=65"),
            Self.argon.replacing("m=65536", with: "m=4194305"), Self.argon.replacing("t=3", with: "t=1001"),
            Self.argon.replacing("p=4", with: "p=65"), Self.argon.replacing("m=65536", with: "m=31"),
            Self.scrypt.replacing("$nFNh", with: "$n\u{E9}Nh"), Self.scrypt + String(repeating: "a", count: 512),
        ]
        for hash in hashes { #expect(!isValid(hash), "\(hash)") }
    }
}
