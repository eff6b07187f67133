/// The columns a JSON reader has met, in order of appearance.
struct JSONColumns: Sendable {
    /// Where the value of a column is in the source of the current row.
    struct Slot: Sendable {
        /// How the source text becomes the field.
        enum Kind: UInt8, Sendable {
            /// A string; start and end leave the quotes out.
            case plainString, escapedString
            case bare, null
            /// An array or object.
            case nested
        }

        var start = 0
        var end = 0
        var kind = Kind.null
        /// The row that set the slot; any other stamp means that the row has no such member.
        var stamp: UInt64 = 0
    }

    private(set) var names: [String] = []
    /// Column by the bytes of its name.
    private(set) var index: [[UInt8]: Int] = [:]
    /// The names as they are written in JSON, quotes included, back to back, with room for wide loads.
    private(set) var keys = [UInt8](repeating: 0, count: 16)
    /// Where each name starts, and behind them all, where the last one ends.
    private(set) var keyStarts = [0]
    var slots: [Slot] = []

    mutating func add(_ name: [UInt8]) {
        index[name] = names.count
        names.append(String(decoding: name, as: UTF8.self))
        keys.removeLast(16)
        JSONSerializer.appendQuoted(name, to: &keys)
        keyStarts.append(keys.count)
        keys.append(contentsOf: repeatElement(0, count: 16))
        slots.append(Slot())
    }
}
