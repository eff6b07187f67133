/// Finds the array inside one JSON object by the names that lead to it, and checks what comes behind it.
///
/// Takes pieces of any size and keeps no more of them than one name. Values beside the way are passed over by their
/// brackets and quotes, without a look at what is in them.
struct JSONPathSeeker: Sendable {
    /// What is wrong with the text.
    enum Fault: Error, Equatable {
        /// The object at this depth has no such name.
        case missing(depth: Int)
        /// The name leads to something else than what is expected there.
        case mismatch(depth: Int, found: UInt8)
        /// The name is there twice.
        case repeated(depth: Int)
        case syntax(JSONFault)
        case limit(ReaderLimit)
    }

    private enum Stage: Sendable {
        case value, firstName, name, text, colon, skipped, separator
        /// At the first byte of the array.
        case arrived
        /// Behind the object.
        case end
    }

    private let path: [String]
    private let limits: ReaderLimits
    private var stage = Stage.value
    /// Objects around the place.
    private var depth = 0
    private var text: [UInt8] = []
    private var isEscaped = false
    /// The value behind the name is on the way.
    private var isOnPath = false
    private var isPassed = false
    private var boundary = ElementBoundary()
    private var skippedBytes = 0

    init(path: [String], limits: ReaderLimits) {
        self.path = path
        self.limits = limits
    }

    /// The array is reached: its first byte is the next one.
    var hasArrived: Bool { stage == .arrived }

    /// Something of the object has come.
    var hasBegun: Bool { depth > 0 || isPassed }

    /// Nothing but white space may follow.
    var isComplete: Bool { stage == .end }

    /// The array is read; what follows is the rest of the objects around it.
    mutating func goOn() {
        isPassed = true
        stage = .separator
    }

    /// Moves to the array, or to the end of the input; to the fault when there is one.
    mutating func seek(_ input: [UInt8], _ at: inout Int) throws(Fault) {
        while at < input.count && stage != .arrived {
            if stage == .skipped {
                let end = boundary.end(input, from: at, to: input.count)
                at = end ?? input.count
                if end != nil { stage = .separator }
            } else if try take(input[at]) {
                at += 1
            }
        }
    }

    /// Takes a byte; `false` when it is to be looked at again.
    private mutating func take(_ byte: UInt8) throws(Fault) -> Bool {
        if stage == .text { return try takeText(byte) }
        if byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { return true }
        switch (stage, byte) {
        case (.value, UInt8(ascii: "{")) where depth < path.count:
            depth += 1
            stage = .firstName
        case (.value, UInt8(ascii: "[")) where depth == path.count:
            stage = .arrived
            return false
        case (.value, _): throw .mismatch(depth: depth, found: byte)
        case (.firstName, UInt8(ascii: "\"")), (.name, UInt8(ascii: "\"")):
            text = [byte]
            isEscaped = false
            stage = .text
        case (.firstName, UInt8(ascii: "}")), (.separator, UInt8(ascii: "}")): try leave()
        case (.firstName, _), (.name, _): throw .syntax(.name)
        case (.colon, UInt8(ascii: ":")):
            boundary = ElementBoundary()
            stage = isOnPath ? .value : .skipped
        case (.colon, _): throw .syntax(.colon)
        case (.separator, UInt8(ascii: ",")): stage = .name
        case (.separator, _): throw .syntax(.commaOrBrace)
        default: throw .syntax(.trailingText)
        }
        return true
    }

    private mutating func takeText(_ byte: UInt8) throws(Fault) -> Bool {
        text.append(byte)
        if text.count > limits.nameBytes + 2 { throw .limit(.nameBytes) }
        if isEscaped {
            isEscaped = false
        } else if byte == UInt8(ascii: "\\") {
            isEscaped = true
        } else if byte == UInt8(ascii: "\"") {
            guard case .string(let name) = try? JSONValue(parsing: text) else { throw .syntax(.escape) }
            isOnPath = name == path[depth - 1]
            if isOnPath && isPassed { throw .repeated(depth: depth) }
            stage = .colon
        }
        return true
    }

    private mutating func leave() throws(Fault) {
        if !isPassed { throw .missing(depth: depth) }
        depth -= 1
        stage = depth == 0 ? .end : .separator
    }
}
