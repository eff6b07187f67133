package import JobCore

/// Follows a chain from its first entry and finds the first one that is not as it was written.
package struct AuditCheck {
    private let orgId: String
    private let head: AuditAnchor.Head?
    private var lastHash = AuditEntry.noHash
    /// Number of the last entry that was good.
    package private(set) var last = 0

    /// A check of the organisation's chain against the head that is kept elsewhere.
    init(orgId: String, head: AuditAnchor.Head?) {
        self.orgId = orgId
        self.head = head
    }

    /// Looks at the next entry.
    ///
    /// Throws `audit_broken` (65).
    package mutating func add(_ entry: AuditEntry) throws(JobError) {
        let next = last + 1
        if entry.seq != next {
            throw broken(
                entry.seq > next
                    ? "entry \(next)\(entry.seq > next + 1 ? " to \(entry.seq - 1)" : "") is missing"
                    : "entry \(entry.seq) is there twice")
        }
        if entry.event.orgId != orgId { throw broken("entry \(next) is another organisation's") }
        if entry.hash != entry.computedHash {
            throw broken("entry \(next) was changed: its hash is not that of its values")
        }
        if entry.previousHash != lastHash { throw broken("entry \(next) does not follow the entry before it") }
        if let head, head.seq == next, head.hash != entry.hash {
            throw broken(
                "entry \(next) is not the one that the head in the object store names: the chain was written anew")
        }
        last = next
        lastHash = entry.hash
    }

    /// Ends the check.
    ///
    /// Throws `audit_broken` (65) when the chain ends before its head.
    package func finish() throws(JobError) {
        if let head, head.seq > last {
            throw broken("entry \(last + 1)\(head.seq > last + 1 ? " to \(head.seq)" : "") is missing at the end")
        }
    }

    func broken(_ problem: String) -> JobError {
        JobError(
            "audit_broken", .dataError, "the audit log of \(orgId) is broken: \(problem)",
            hint: "compare with a backup; who may write to audit_log and to the object store could have done it")
    }
}
