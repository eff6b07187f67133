package import HTTPTransport

/// What the sources of credentials see of the world around them.
///
/// Descriptions and reflection show nothing of it, because the environment may hold secrets.
package struct CredentialContext: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let environment: [String: String]
    private let readFile: @Sendable (String) -> [UInt8]?
    /// Speaks to the token service and the endpoints of container and machine.
    ///
    /// It must reach link-local and loopback addresses and must not follow redirections.
    package let sender: any HTTPSender
    private let waiting: @Sendable (Duration) async -> Void

    /// Takes the variables, a reader of whole files (nil: cannot be read), the sender, and how to wait between attempts.
    package init(
        environment: [String: String], readFile: @escaping @Sendable (String) -> [UInt8]?, sender: any HTTPSender,
        wait: @escaping @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }
    ) {
        self.environment = environment
        self.readFile = readFile
        self.sender = sender
        waiting = wait
    }

    /// The type's name only.
    package var description: String { "CredentialContext" }

    /// The type's name only.
    package var debugDescription: String { description }

    /// Nothing to look into.
    package var customMirror: Mirror { Mirror(self, children: []) }

    /// The variable without surrounding white space; nil when it is not set or empty.
    func variable(_ name: String) -> String? {
        guard let value = environment[name]?.trimmed, !value.isEmpty else { return nil }
        return value
    }

    /// Whether the variable is set to `true`, whatever the case.
    func isTrue(_ name: String) -> Bool { variable(name)?.lowercased() == "true" }

    /// The text of a file, nil when it cannot be read; `~/` is the home directory.
    func text(ofFile path: String) -> String? {
        guard let path = expanded(path), let bytes = readFile(path) else { return nil }
        return String(decoding: bytes, as: UTF8.self)
    }

    private func expanded(_ path: String) -> String? {
        guard path.hasPrefix("~/") else { return path }
        guard let home = variable("HOME") else { return nil }
        return home + path.dropFirst(1)
    }

    /// Lets time pass before another attempt.
    func wait(_ duration: Duration) async { await waiting(duration) }
}

extension StringProtocol {
    /// The text without white space at both ends.
    var trimmed: String {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace })
        else { return "" }
        return String(self[first...last])
    }
}
