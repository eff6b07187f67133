package import JobCore

/// Finds time zones by name.
package enum ZoneLoader {
    /// What is wrong with a name.
    package struct Fault: Error {
        package let problem: String
    }

    private static let folder = "/usr/share/zoneinfo/"
    private static let maximumBytes = 1 << 20

    /// The zone of an IANA name, or of an offset such as `+02:00`.
    ///
    /// Throws what is wrong with the name.
    package static func load(_ name: String) throws(Fault) -> ZoneRules {
        if name == "UTC" || name == "Z" { return ZoneRules(fixed: 0) }
        if let seconds = offset(name) { return ZoneRules(fixed: seconds) }
        let isName = name.utf8.allSatisfy { byte in
            (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 || "_+-/".utf8.contains(byte)
        }
        guard isName, !name.hasPrefix("/"), name.contains("/") || name.utf8.count <= 9,
            let bytes = try? FileInput.read(folder + name, limit: maximumBytes, what: "time zone"),
            let rules = ZoneRules(file: bytes)
        else {
            throw Fault(
                problem:
                    "'\(name.prefix(64))' is no time zone of \(folder) (package tzdata); expected Europe/Berlin or +02:00"
            )
        }
        return rules
    }

    private static func offset(_ name: String) -> Int? {
        let parts = Array(name.utf8)
        guard parts.count == 6, parts[0] == UInt8(ascii: "+") || parts[0] == UInt8(ascii: "-"),
            parts[3] == UInt8(ascii: ":")
        else { return nil }
        let digits = [1, 2, 4, 5].map { Int(parts[$0] &- 0x30) }
        guard digits.allSatisfy({ $0 < 10 }) else { return nil }
        let (hours, minutes) = (digits[0] * 10 + digits[1], digits[2] * 10 + digits[3])
        guard hours < 24, minutes < 60 else { return nil }
        return (parts[0] == UInt8(ascii: "-") ? -1 : 1) * (hours * 3600 + minutes * 60)
    }
}
