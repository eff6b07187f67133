internal import JobCore
internal import Synchronization

/// Source columns that tell of a refusal beside the field that holds consent: `unsubscribed_at` beside `subscribed`.
///
/// Whoever has refused in one of them is not subscribed, whatever the field's own source says.
struct RefusalColumns: Sendable {
    /// Places in the source.
    let columns: [Int]
    private let names: [ConsentName]
    /// What the field says of messages.
    private let field: ConsentName
    private let isFlag: Bool
    private let words = KnownWords()

    /// Those of the source's columns that speak for this field; `nil` when there is none.
    ///
    /// The field's own source is none of them, nor is a column that is left out.
    init?(_ target: Column, among columns: [String], own: [Int], leftOut: Set<String>) {
        guard target.holdsConsent, target.type == .bool || target.type == .text else { return nil }
        let found = columns.indices.map { ($0, ConsentName.of(columns[$0])) }.filter { index, name in
            let isAboutConsent = name.meaning == .refusal || name.meaning == .consent
            return (isAboutConsent || name.isStatus) && !name.isPart && !own.contains(index)
                && !leftOut.contains(columns[index])
        }
        if found.isEmpty { return nil }
        self.columns = found.map(\.0)
        names = found.map(\.1)
        field = ConsentName(target)
        isFlag = target.type == .bool
    }

    /// Puts the refusal of a row in the place of the field's value, which `output` has from `start` on.
    func apply(_ row: SourceCells, over start: Int, to output: inout [UInt8], isNull: inout Bool) {
        guard let word = word(row) else { return }
        if isFlag {
            replace(field.meaning == .refusal ? "true" : "false", from: start, in: &output)
        } else if isNull || !field.isRefusal(String(decoding: output[start...], as: UTF8.self)) {
            replace(word, from: start, in: &output)
        }
        isNull = false
    }

    private func replace(_ text: String, from start: Int, in output: inout [UInt8]) {
        output.removeLast(output.count - start)
        output += text.utf8
    }

    /// What a status would say of who refused in the row.
    private func word(_ row: SourceCells) -> String? {
        for (column, name) in zip(columns, names) where !row.isNull(column) {
            let cell = unsafe CellCanonicaliser.trim(row.text(column))
            if cell.isEmpty { continue }
            // No word of a status is that long.
            if name.isStatus && cell.count > 256 { continue }
            // Each row has one, and most are one of these.
            if let isYes = unsafe Self.plainAnswer(cell),
                !(isYes ? name.meaning == .refusal : name.meaning == .consent)
            {
                continue
            }
            let text = unsafe String(decoding: cell, as: UTF8.self)
            if let word = words.word(text, column, name) { return word }
        }
        return nil
    }

    /// Whether a value is a plain yes or no; `nil` for any other.
    private static func plainAnswer(_ cell: UnsafeBufferPointer<UInt8>) -> Bool? {
        func isWord(_ word: StaticString) -> Bool {
            for index in cell.indices where unsafe cell[index] | 0x20 != word.utf8Start[index] { return false }
            return true
        }
        switch cell.count {
        case 1: return unsafe cell[0] == UInt8(ascii: "1") ? true : cell[0] == UInt8(ascii: "0") ? false : nil
        case 2: return isWord("no") ? false : nil
        case 3: return isWord("yes") ? true : nil
        case 4: return isWord("true") ? true : nil
        case 5: return isWord("false") ? false : nil
        default: return nil
        }
    }
}

/// What values of the columns say, as found before: they come again and again.
private final class KnownWords: Sendable {
    private struct Value: Hashable {
        let text: String
        let column: Int
    }

    private static let maximumCount = 10_000
    private static let maximumBytes = 64

    private let known = Mutex<[Value: String?]>([:])

    /// What a status would say of the value; `nil` when it refuses nothing.
    func word(_ text: String, _ column: Int, _ name: ConsentName) -> String? {
        func find() -> String? { name.isRefusalBeside(text) ? name.word(for: text) : nil }
        if text.utf8.count > Self.maximumBytes { return find() }
        let value = Value(text: text, column: column)
        if let word = known.withLock({ $0[value] }) { return word }
        let word = find()
        known.withLock { known in
            // Values come from outside: not all of them are kept.
            if known.count >= Self.maximumCount { known.removeAll() }
            known[value] = .some(word)
        }
        return word
    }
}

extension [FieldMapping] {
    /// The fields, those of consent with the columns that tell of a refusal.
    ///
    /// `mayAdd`: a field without a source of its own is added where there are such columns.
    func heedingRefusals(of resource: Resource, among columns: [String], leftOut: Set<String>, mayAdd: Bool)
        -> [FieldMapping]
    {
        var fields = self
        for target in resource.columns where target.holdsConsent {
            let place = fields.firstIndex { $0.target.name == target.name }
            if place == nil && !mayAdd { continue }
            let own = place.map { fields[$0].origin.columns } ?? []
            guard let refusals = RefusalColumns(target, among: columns, own: own, leftOut: leftOut) else { continue }
            let index = place ?? fields.count
            if place == nil { fields.append(FieldMapping(target: target, source: nil, reason: .refusal)) }
            fields[index].refusals = refusals
        }
        return fields
    }
}
