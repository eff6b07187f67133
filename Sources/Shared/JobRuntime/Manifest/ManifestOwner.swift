package import Formats

extension ProcessIdentity: ManifestValue {
    private static let names = (host: "host", pid: "pid", startTicks: "startTicks")

    /// A process that is not known as a whole is none: it could be taken for one that has ended.
    package init?(json: JSONValue) {
        guard let host = json.text(Self.names.host), let pid = json.integer(Self.names.pid),
            let ticks = json.integer(Self.names.startTicks)
        else { return nil }
        self.init(host: host, pid: pid, startTicks: ticks)
    }

    package var json: JSONValue {
        .object([
            JSONMember(Self.names.host, .string(host)), JSONMember(Self.names.pid, .integer(pid)),
            JSONMember(Self.names.startTicks, .integer(startTicks)),
        ])
    }
}
