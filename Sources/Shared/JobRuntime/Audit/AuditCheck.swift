internal import Formats
internal import JobCore
internal import Signing

/// Follows a chain from its first entry and finds the first one that is not as it was written.
///
/// What an operator has adopted (an entry `audit.adopt`, which holds a digest of all before it) counts as it was then.
struct AuditCheck {
    static let adoption = "audit.adopt"

    private let anchor: AuditAnchor
    private let place: AuditPlace
    /// Ends that heads name, with what to call those.
    private let heads: [(end: AuditHead.End, name: String)]
    /// Whether the entries so far are signed.
    private(set) var isSealed = false
    /// What is wrong with what was not adopted.
    private var problem: String?
    /// An entry is not the one that a head names.
    private var contradiction: String?
    /// The first entry that nobody with the key has written and nobody has adopted.
    private var unsigned: Int?
    /// A digest of all entries so far.
    private(set) var digest = AuditEntry.noHash
    private(set) var last: AuditEntry?
    private(set) var count = 0

    init(_ anchor: AuditAnchor, _ place: AuditPlace, heads: [(end: AuditHead.End, name: String)]) {
        self.anchor = anchor
        self.place = place
        self.heads = heads
    }

    /// Number of the last entry, whatever it is; 0 before the first.
    var lastNumber: Int { last?.seq ?? 0 }

    /// Looks at the next entry.
    mutating func add(_ entry: AuditEntry) {
        let isProven = anchor.seal?.proves(entry, place) ?? false
        if isProven, entry.event.action == Self.adoption {
            if entry.adopts(digest) {
                (problem, unsigned) = (nil, nil)
            } else {
                problem = problem ?? "what entry \(entry.seq) has adopted was changed since"
            }
        }
        if problem == nil { problem = self.problem(of: entry, isProven) }
        for (end, name) in heads where end.seq == entry.seq && !end.hash.hasSameBytes(as: entry.hash) {
            contradiction =
                contradiction
                ?? "entry \(entry.seq) is not the one that \(name) names: the chain was written anew"
        }
        if isProven { isSealed = true } else if unsigned == nil { unsigned = entry.seq }
        digest = SHA256Digest.of(digest + "\n" + entry.json().serialized()).hex
        last = entry
        count += 1
    }

    private func problem(of entry: AuditEntry, _ isProven: Bool) -> String? {
        let next = lastNumber < Int.max ? max(lastNumber, 0) + 1 : Int.max
        if entry.seq < 1 { return "entry \(entry.seq) stands before the first one" }
        if entry.seq > next {
            return "entry \(next)\(entry.seq > next + 1 ? " to \(entry.seq - 1)" : "") is missing"
        }
        if entry.seq < next { return "entry \(entry.seq) is there twice" }
        if !entry.event.orgId.hasSameBytes(as: anchor.orgId) { return "entry \(next) is another organisation's" }
        if !isProven {
            if !entry.isPlain { return "entry \(next) was changed: its hash is not that of its values" }
            if isSealed { return "entry \(next) was not written by who has JOB_SIGNING_KEY" }
        }
        if !entry.previousHash.hasSameBytes(as: last?.hash ?? AuditEntry.noHash) {
            return "entry \(next) does not follow the entry before it"
        }
        return nil
    }

    /// What is wrong with the chain and its heads; `stored` is the head when all entries were read.
    func mistake(_ stored: AuditAnchor.Stored?) -> String? {
        if let found = problem ?? contradiction { return found }
        let end = stored?.head?[place]
        let isUnfinished = end?.announced.map { $0.follows(last) } ?? false
        for (named, name) in heads where named.seq > lastNumber {
            if isUnfinished, named.seq == end?.seq { continue }
            return "\(missing(lastNumber + 1, named.seq)) missing at the end: \(name) names it"
        }
        guard let seal = anchor.seal else { return nil }
        if isSealed, let unsigned { return "entry \(unsigned) was not written by who has JOB_SIGNING_KEY" }
        guard let stored else { return last == nil ? "there is neither an entry nor a head" : "its head is missing" }
        guard let head = stored.head else { return "its head cannot be read" }
        guard seal.isGenuine(head) else { return "its head is not signed by JOB_SIGNING_KEY" }
        guard let end else { return last == nil ? nil : "its head names none of its entries" }
        if isUnfinished || end.seq == lastNumber { return nil }
        return end.seq > lastNumber
            ? "\(missing(lastNumber + 1, end.seq)) missing at the end"
            : "its head is older than its entries: it ends at \(end.seq)"
    }

    /// Whether there are entries, and nobody with the key has had to do with any of them.
    var isUnsigned: Bool { last != nil && !isSealed && problem == nil && contradiction == nil }

    /// Names what is missing from one number to another.
    private func missing(_ first: Int, _ last: Int) -> String {
        last > first ? "entry \(first) to \(last) is" : "entry \(first) is"
    }
}

extension AuditEntry {
    /// Whether this is the adoption of entries with that digest.
    fileprivate func adopts(_ digest: String) -> Bool {
        guard let value = try? JSONValue(parsing: Array(event.filters.utf8)), let found = value.text("digest") else {
            return false
        }
        return found.hasSameBytes(as: digest)
    }
}
