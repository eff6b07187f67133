internal import Formats
internal import JobCore
internal import JobRuntime

/// What an import does with the values of rows that are there (`onMatch`).
struct MergeRules: Sendable, Equatable {
    /// An empty cell clears the value; otherwise it is left.
    var clearsEmpty = false
    /// A JSON object takes the place of the one that is there; otherwise its members are put into that one.
    var replacesJSON = false
    /// Who refused messages may be subscribed again.
    var maySubscribeAgain = false

    init() {}

    init(_ value: JSONValue?) {
        clearsEmpty = value?.text("empty") == "clear"
        replacesJSON = value?.text("json") == "replace"
        maySubscribeAgain = value?.flag("resubscribe") ?? false
    }
}

/// Puts the values of the source over those of a row that is there.
struct StoredRowMerger: RowMerger {
    private let layout: ChangeLayout
    private let rules: MergeRules

    init(_ layout: ChangeLayout, _ rules: MergeRules) {
        self.layout = layout
        self.rules = rules
    }

    func merge(
        _ stored: RowBatch, _ storedRow: Int, _ incoming: RowBatch, _ row: Int, into output: inout RowBatch
    ) -> Bool {
        var keepsConsent = false
        for (index, column) in layout.changed.enumerated() {
            let place = layout.key.count + index
            let source = layout.sources[index]
            let isEmpty = incoming.isNull(row: row, column: source)
            let wasEmpty = stored.isNull(row: storedRow, column: place)
            // What the record does not name it does not change.
            let isAbsent = incoming.isAbsent(row: row, column: source)
            if isAbsent || isEmpty && (!rules.clearsEmpty || wasEmpty) {
                output.appendField(of: stored, row: storedRow, column: place)
                continue
            }
            if !wasEmpty, column.type == .json || column.holdsConsent {
                let before = stored.text(row: storedRow, column: place) ?? ""
                let after = incoming.text(row: row, column: source)
                let merged = merge(column, before, after)
                if merged.keepsConsent { keepsConsent = true }
                output.append(merged.text)
                continue
            }
            output.appendField(of: incoming, row: row, column: source)
        }
        return keepsConsent
    }

    /// The value of a column that is not simply replaced.
    private func merge(_ column: Column, _ before: String, _ after: String?) -> (text: String?, keepsConsent: Bool) {
        if column.type == .json { return mergeJSON(before, after) }
        let consent = ConsentValue(column)
        if !rules.maySubscribeAgain, consent.isRefusal(before), !(after.map(consent.isRefusal) ?? false) {
            return (before, true)
        }
        return (after, false)
    }

    private func mergeJSON(_ before: String, _ after: String?) -> (text: String?, keepsConsent: Bool) {
        let limits = JSONLimits(maxDepth: 128, maxBytes: 1 << 30)
        guard let old = try? JSONValue(parsing: Array(before.utf8), limits: limits), case .object(let oldMembers) = old
        else { return (after, false) }
        let new = after.flatMap { try? JSONValue(parsing: Array($0.utf8), limits: limits) }
        guard case .object(var members) = new ?? .object([]) else { return (after, false) }
        var keepsConsent = false
        if !rules.maySubscribeAgain {
            for member in oldMembers where ConsentValue.isRefusal(member) {
                let index = members.firstIndex { $0.name == member.name }
                if let index, ConsentValue.isRefusal(members[index]) { continue }
                // Without the member a merge keeps it anyway.
                if index == nil && !rules.replacesJSON { continue }
                keepsConsent = true
                if let index { members[index] = member } else { members.append(member) }
            }
        }
        if after == nil && members.isEmpty { return (nil, keepsConsent) }
        if !rules.replacesJSON && after != nil {
            let names = Set(members.map(\.name))
            members += oldMembers.filter { !names.contains($0.name) }
        }
        let text = Array(JSONValue.object(members).serialized().utf8)
        var canonical: [UInt8] = []
        let isJSON = unsafe text.withUnsafeBufferPointer { unsafe CanonicalJSON.append($0, to: &canonical) }
        return (isJSON ? String(decoding: canonical, as: UTF8.self) : after, keepsConsent)
    }
}
