internal import Formats
internal import JobCore
package import ObjectStorage

/// The chains as objects, one for each entry, for databases that keep none: `<orgId>/audit/000000000001.json`.
///
/// An entry is written only where no object is (`If-None-Match: *`): of two writers one is refused and looks again.
package struct AuditObjects: AuditChain {
    /// How much older than an event the entries before it may seem: machines' clocks need not agree.
    private static let clockMargin = Duration.seconds(600)
    /// Writers that may come in between.
    private static let tries = 50

    private let store: any ObjectStore

    package init(_ store: any ObjectStore) { self.store = store }

    package func append(
        _ event: AuditEvent, telling earlier: Int?, moreFollows: Bool
    ) async throws -> (entry: AuditEntry, earlier: AuditEntry?) {
        let entry = try await append(event)
        guard let earlier else { return (entry, nil) }
        return (entry, try await self.entry(earlier, of: event.orgId))
    }

    package func append(_ event: AuditEvent) async throws -> AuditEntry {
        var seq = try await lastNumber(event.orgId)
        for _ in 0..<Self.tries {
            let last = try await entry(seq, of: event.orgId)
            if let last, let known = try await known(event, endingWith: last) { return known }
            if let last, !last.isPlain { throw event.behindSeal }
            let entry = AuditEntry(event, after: last)
            if try await put(entry) { return entry }
            seq = entry.seq
        }
        throw JobError(
            .auditBusy, "too many others write to the audit log of \(event.orgId)",
            hint: "launch the job again")
    }

    package func view(of event: AuditEvent) async throws -> AuditView {
        let last = try await entry(try await lastNumber(event.orgId), of: event.orgId)
        guard let last else { return AuditView(last: nil, known: nil) }
        return AuditView(last: last, known: try await known(event, endingWith: last))
    }

    package func place(_ entry: AuditEntry, moreFollows: Bool) async throws -> Bool {
        if try await put(entry) { return true }
        return try await self.entry(entry.seq, of: entry.event.orgId) == entry
    }

    /// Writes the entry where none is; false when there is one.
    private func put(_ entry: AuditEntry) async throws -> Bool {
        do throws(JobError) {
            _ = try await store.put(
                Array((entry.json().serialized() + "\n").utf8), at: key(entry.seq, entry.event.orgId),
                contentType: "application/json", mode: .createOnly)
            return true
        } catch {
            if error.code == .preconditionFailed { return false }
            throw error
        }
    }

    package func entries(of orgId: String, after seq: Int?, limit: Int) async throws -> [AuditEntry] {
        let seq = seq ?? 0
        var found: [AuditEntry] = []
        while found.count < limit, let next = try await entry(seq + found.count + 1, of: orgId) { found.append(next) }
        return found
    }

    package func entry(_ seq: Int, of orgId: String) async throws -> AuditEntry? {
        if seq < 1 { return nil }
        let bytes: [UInt8]
        do throws(JobError) {
            bytes = try await store.get(key(seq, orgId), range: nil).bytes
        } catch {
            if error.code == .objectNotFound { return nil }
            throw error
        }
        guard let value = try? JSONValue(parsing: bytes), let entry = AuditEntry(value), entry.seq == seq else {
            // Not what was written: its place in the chain is known, nothing else.
            return .unreadable(seq, of: orgId)
        }
        return entry
    }

    /// The entry of the same event, if it is there.
    private func known(_ event: AuditEvent, endingWith last: AuditEntry) async throws -> AuditEntry? {
        var entry = last
        while entry.event.at >= event.at - Self.clockMargin {
            if entry.event == event { return entry }
            if event.isOvertaken(by: entry.event) { throw event.overtaken }
            guard let before = try await self.entry(entry.seq - 1, of: event.orgId) else { return nil }
            entry = before
        }
        return nil
    }

    /// The number of the last entry, found in about twice as many questions as it has binary digits.
    private func lastNumber(_ orgId: String) async throws -> Int {
        var known = 0
        var free = 1
        while try await store.head(key(free, orgId)) != nil {
            known = free
            free *= 2
        }
        while free - known > 1 {
            let middle = known + (free - known) / 2
            if try await store.head(key(middle, orgId)) == nil { free = middle } else { known = middle }
        }
        return known
    }

    private func key(_ seq: Int, _ orgId: String) throws(JobError) -> ObjectKey {
        let digits = String(seq)
        let name = String(repeating: "0", count: max(0, 12 - digits.count)) + digits
        return try ObjectKey(validating: "\(orgId)/audit/\(name).json")
    }
}
