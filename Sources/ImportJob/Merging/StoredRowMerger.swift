internal import Formats
internal import JobCore
internal import JobRuntime

/// Puts the values of the source over those of a row that is there.
struct StoredRowMerger: RowMerger {
    private static let limits = JSONLimits(maxDepth: 128, maxBytes: 1 << 30)

    private let layout: ChangeLayout
    private let rules: MergeRules
    /// What each changed column says of messages.
    private let names: [ConsentName]
    private let hasConsent: Bool

    init(_ layout: ChangeLayout, _ rules: MergeRules) {
        self.layout = layout
        self.rules = rules
        names = layout.changed.map { ConsentName($0) }
        hasConsent = !rules.maySubscribeAgain && layout.changed.contains(where: \.holdsConsent)
    }

    func merge(
        _ stored: RowBatch, _ storedRow: Int, _ incoming: RowBatch, _ row: Int, into output: inout RowBatch
    ) -> Bool {
        var keepsConsent = false
        let isRefused = hasConsent && isRefused(stored, storedRow, incoming, row)
        for (index, column) in layout.changed.enumerated() {
            let place = layout.key.count + index
            let source = layout.sources[index]
            // An empty text is as empty as a null, also in a JSON column; what the record does not name it does not change.
            let isEmpty = isEmpty(incoming, row, source, column)
            let wasEmpty = stored.range(row: storedRow, column: place).isEmpty
            let isAbsent = incoming.isAbsent(row: row, column: source)
            if isAbsent || isEmpty && (!rules.clearsEmpty || wasEmpty) {
                output.appendField(of: stored, row: storedRow, column: place)
                continue
            }
            let isConsent = names[index].meaning != .nothing && !rules.maySubscribeAgain
            if column.type == .json && !wasEmpty || column.type != .json && isConsent {
                let before = stored.text(row: storedRow, column: place)
                let after = isEmpty ? nil : incoming.text(row: row, column: source)
                let merged =
                    column.type == .json
                    ? mergeJSON(before ?? "", after, names[index])
                    : mergeConsent(before, after, names[index], column.holdsConsent && isRefused)
                if merged.keepsConsent { keepsConsent = true }
                output.append(merged.text)
            } else if isEmpty {
                output.append(nil)
            } else {
                output.appendField(of: incoming, row: row, column: source)
            }
        }
        return keepsConsent
    }

    /// An empty text, as a JSON string too.
    private func isEmpty(_ batch: RowBatch, _ row: Int, _ place: Int, _ column: Column) -> Bool {
        let range = batch.range(row: row, column: place)
        return range.isEmpty || column.type == .json && range.count == 2 && batch.bytes[range.lowerBound] == 0x22
    }

    /// Whether a JSON column of the row, as it is or as it comes, says that somebody refuses messages.
    private func isRefused(_ stored: RowBatch, _ storedRow: Int, _ incoming: RowBatch, _ row: Int) -> Bool {
        for (index, column) in layout.changed.enumerated() where column.type == .json {
            let texts = [
                stored.text(row: storedRow, column: layout.key.count + index),
                incoming.text(row: row, column: layout.sources[index]),
            ]
            if texts.contains(where: { isRefusal($0, names[index]) }) { return true }
        }
        return layout.watched.enumerated().contains { index, column in
            isRefusal(stored.text(row: storedRow, column: layout.columns.count + index), ConsentName(column))
        }
    }

    private func isRefusal(_ text: String?, _ name: ConsentName) -> Bool {
        guard let text, let value = Self.value(text) else { return false }
        return name.isRefusal(value, ofMail: true)
    }

    private static func value(_ text: String) -> JSONValue? {
        try? JSONValue(parsing: Array(text.utf8), limits: limits)
    }

    /// The value of a column by which somebody may have refused; `isRefused`: a member of JSON says so.
    private func mergeConsent(
        _ before: String?, _ after: String?, _ name: ConsentName, _ isRefused: Bool
    ) -> (text: String?, keepsConsent: Bool) {
        let refuses = { (text: String?) in text.map(name.isRefusal) ?? false }
        if refuses(before), !refuses(after) { return (before, true) }
        if isRefused, let after, name.isGrant(after), !(before.map(name.isGrant) ?? false) { return (before, true) }
        return (after, false)
    }

    private func mergeJSON(
        _ before: String, _ after: String?, _ name: ConsentName
    ) -> (text: String?, keepsConsent: Bool) {
        guard let old = Self.value(before), case .some(let new) = after.map(Self.value) ?? .some(nil) else {
            return (after, false)
        }
        var kept = ConsentMembers()
        guard case .object(let oldMembers) = old, case .object(var members) = new ?? .object([]) else {
            if rules.maySubscribeAgain { return (after, false) }
            let value = kept.keep(old, in: new ?? .null, name)
            return kept.hasKept ? (Self.canonical(value) ?? before, true) : (after, false)
        }
        if !rules.maySubscribeAgain {
            members = kept.keep(oldMembers, in: members, name, isMerged: !rules.replacesJSON && after != nil)
        }
        if after == nil && members.isEmpty { return (nil, kept.hasKept) }
        if !rules.replacesJSON && after != nil {
            let names = Set(members.map(\.name))
            members += oldMembers.filter { !names.contains($0.name) }
        }
        return (Self.canonical(.object(members)) ?? after, kept.hasKept)
    }

    private static func canonical(_ value: JSONValue) -> String? {
        let text = Array(value.serialized().utf8)
        var canonical: [UInt8] = []
        let isJSON = unsafe text.withUnsafeBufferPointer { unsafe CanonicalJSON.append($0, to: &canonical) }
        return isJSON ? String(decoding: canonical, as: UTF8.self) : nil
    }
}
