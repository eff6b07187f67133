internal import ArgumentParser
internal import Formats
internal import JobCore
internal import Signing

/// API keys: who may launch jobs of an organisation.
struct KeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "keys", abstract: "Create, list and revoke the API keys of an organisation (JOB_API_KEY).",
        subcommands: [CreateKeyCommand.self, ListKeysCommand.self, RevokeKeyCommand.self])
}

/// The organisation a verb is about, as its operator works with it.
struct OrganisationSelection: ParsableArguments {
    @Option(name: .long, help: "Organisation.")
    var org: String

    func open(to action: String) async throws -> (place: Workplace, actor: String) {
        guard Identifier.isValid(org) else {
            throw JobError(
                .invalidID, "the organisation id is not valid", hint: StringRule.identifier.expectation)
        }
        let place = try await Configuration().open()
        return (place, try await place.gate.admitOperator(to: action, orgId: org))
    }
}

extension Workplace {
    fileprivate var keys: KeyRing { KeyRing(records) }

    fileprivate func record(_ action: String, _ actor: String, _ key: APIKeyRecord) async throws {
        var event = AuditEvent(orgId: key.orgId, actor: actor, action: action, outcome: "done")
        event.filters = JSONValue.object(key.shown(withState: false)).serialized()
        try await audit.append(event)
    }
}

extension APIKeyRecord {
    /// What may be shown of a key.
    fileprivate func shown(withState: Bool) -> [JSONMember] {
        let members = [
            JSONMember("id", .string(id)), JSONMember("orgId", .string(orgId)), JSONMember("actor", .string(actorId)),
            JSONMember("role", .string(role)), JSONMember("plan", .string(plan)),
        ]
        let revoked = revokedAt.map { JSONValue.string(Timestamp.format($0)) } ?? .null
        return withState ? members + [JSONMember("revokedAt", revoked)] : members
    }
}

struct CreateKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a key and print it, once: only its hash is kept.")

    @OptionGroup var selection: OrganisationSelection

    @Option(name: .long, help: "Who will use the key: an id of a person or a service.")
    var actor: String

    @Option(name: .long, help: "Role of that actor.")
    var role = "ADMIN"

    @Option(name: .long, help: "Plan of the organisation.")
    var plan = "growth"

    func validate() throws {
        let texts = [("--actor", actor, 128), ("--role", role, 64), ("--plan", plan, 64)]
        for (name, text, limit) in texts
        where text.isEmpty || text.utf8.count > limit || !StringRule.printable(limit).accepts(text) {
            throw ValidationError("\(name) must have 1 to \(limit) bytes and no control characters")
        }
        if JobActor.isReserved(actor) {
            throw ValidationError(
                "--actor may not begin with 'operator:' or hold '(key ', as names in the audit log do")
        }
    }

    func run() async throws {
        let (place, operatorName) = try await selection.open(to: "keys.create")
        let key = APIKey.make()
        let record = APIKeyRecord(
            hash: key.hash, orgId: selection.org, actorId: actor, role: role, plan: plan, revokedAt: nil)
        // Recorded first: there is no key without an entry, whatever happens in between.
        try await place.record("keys.create", operatorName, record)
        try await place.keys.add(record)
        if role != "ADMIN" || !Gate.plans.contains(plan) {
            place.log.warning("jobs need role ADMIN and a plan of \(Gate.plans.joined(separator: ", "))")
        }
        let members = [JSONMember("key", .string(key.secret.reveal()))] + record.shown(withState: false)
        StandardStream.output(JSONValue.object(members).serialized() + "\n")
    }
}

struct ListKeysCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Print an organisation's keys, one JSON line each, without what is secret.")

    @OptionGroup var selection: OrganisationSelection

    func run() async throws {
        let (place, _) = try await selection.open(to: "keys.list")
        for key in try await place.keys.keys(of: selection.org) {
            StandardStream.output(JSONValue.object(key.shown(withState: true)).serialized() + "\n")
        }
    }
}

struct RevokeKeyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke", abstract: "End a key: jobs that are launched with it from now on are refused.")

    @OptionGroup var selection: OrganisationSelection

    @Option(name: .long, help: "Id of the key, as `keys create` and `keys list` print it, or its beginning.")
    var id: String

    func validate() throws {
        guard id.utf8.count >= 6, id.utf8.count <= 64, id.utf8.allSatisfy({ Self.isDigit($0) }) else {
            throw ValidationError("--id is 6 to 64 hexadecimal digits")
        }
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        "0123456789abcdefABCDEF".utf8.contains(byte)
    }

    func run() async throws {
        let (place, operatorName) = try await selection.open(to: "keys.revoke")
        let key = try await place.keys.revoke(id, of: selection.org)
        try await place.record("keys.revoke", operatorName, key)
        StandardStream.output(
            "revoked key \(key.id) of \(key.actorId)" + (key.revokedAt == nil ? "" : " (it was before)") + "\n")
    }
}
